"""What people are told of seats and invitations; the apps that own them stand left of notifications."""

from django.utils.translation import gettext_lazy as _

from members.models import Invitation, Mandate
from notifications.kinds import Group, NotificationKind, Subject, register_kind, register_subject

# Name: the sentence with the record's name, and the one for where that may not stand.
KINDS = {
    "invitation_accepted": (
        _("%(by)s accepted your invitation: %(title)s."),
        _("An invitation that you sent was accepted."),
    ),
    "seat_begun": (
        _("You hold the seat from today: %(title)s. What was open of your predecessor is yours now."),
        _("You hold the seat of your State from today. What was open of your predecessor is yours now."),
    ),
    "mandate_ended": (
        _("%(by)s set the last day of your mandate: %(title)s."),
        _("The last day of your mandate was set."),
    ),
    "hand_over_undone": (
        _("%(by)s took back who was to hold the seat next: %(title)s."),
        _("It was taken back who was to hold a seat next."),
    ),
    "mandate_unconfirmed": (
        _("Is this still you? Confirm your mandate: %(title)s."),
        _("Is this still you? Confirm your mandate, as is asked once a year."),
    ),
    "mandate_ends_in_90": (
        _("Your mandate ends within 90 days: %(title)s."),
        _("Your mandate ends within 90 days."),
    ),
    "mandate_ends_in_30": (
        _("Your mandate ends within 30 days: %(title)s."),
        _("Your mandate ends within 30 days."),
    ),
}


def register_kinds():
    register_subject(Subject("invitation", _("Invitation"), Invitation.objects.visible_to))
    register_subject(Subject("mandate", _("Mandate"), Mandate.objects.known_to))
    for name, (said, bare) in KINDS.items():
        register_kind(NotificationKind(name, Group.MY_WORK, said, bare))
