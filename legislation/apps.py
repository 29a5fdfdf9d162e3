"""Django's entry for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LegislationConfig(AppConfig):
    name = "legislation"
    verbose_name = _("Legislation")

    def ready(self):
        from events.dossier import add_to_dossier
        from legislation.dossier import law_of, treaties_of
        from legislation.proposals import register_kinds
        from legislation.subjects import register_subjects

        add_to_dossier(law_of)
        add_to_dossier(treaties_of)
        register_subjects()
        register_kinds()
