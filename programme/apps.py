"""Django's entry for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = _("Programme")

    def ready(self):
        from events.dossier import add_to_dossier
        from programme.dossier import preparation_of
        from programme.subjects import register_subjects

        add_to_dossier(preparation_of)
        register_subjects()
