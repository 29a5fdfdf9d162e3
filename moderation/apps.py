"""Django's entry for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = _("Proposals")

    def ready(self):
        from moderation.documents import register_kinds
        from moderation.subjects import register_subjects

        register_subjects()
        register_kinds()
