"""What closing an account means in the rooms right of members: its news and watches go, an empty seat is told of."""

from django.utils.translation import gettext_lazy as _

from members.closing import add_to_closing
from members.models import User
from notifications.actions import notify
from notifications.kinds import Group, NotificationKind, register_kind
from notifications.models import Notification, Preference, Watch


def register_closing():
    said = _("The seat of %(title)s is vacant: its National Focal Point closed the account.")
    bare = _("A seat is vacant: its National Focal Point closed the account.")
    register_kind(NotificationKind("seat_vacated", Group.MY_WORK, said, bare))
    add_to_closing(clear_up)


def clear_up(account, *, vacated, by):
    """Delete what the account was told and wanted to be told of; tell the secretariat of the seats it leaves empty."""
    for model in (Notification, Watch, Preference):
        model.objects.filter(person=account).delete()
    for state in vacated:
        notify(to=User.objects.of_secretariat(), kind="seat_vacated", subject=("state", state.pk), by=by)
