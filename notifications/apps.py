"""Django's entry for this app, and the kinds of news that records of every room share."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from notifications.kinds import Group, NotificationKind, register_kind

        unnamed = _("Something you watch has changed.")
        of_my_state = _("The secretariat changed a record of your State.")
        for name, group, said, bare in [
            ("record_changed", Group.WATCHED, _("“%(title)s” was changed."), unnamed),
            ("record_published", Group.WATCHED, _("“%(title)s” was published."), unnamed),
            (
                "record_changed_by_secretariat",
                Group.MY_STATE,
                _("The secretariat changed “%(title)s”, a record of your State."),
                of_my_state,
            ),
            (
                "record_published_by_secretariat",
                Group.MY_STATE,
                _("The secretariat published “%(title)s”, a record of your State."),
                of_my_state,
            ),
        ]:
            register_kind(NotificationKind(name, group, said, bare))
