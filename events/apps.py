"""Django's entry for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self):
        from events.proposals import register_kinds
        from events.subjects import register_subjects

        register_kinds()
        register_subjects()
