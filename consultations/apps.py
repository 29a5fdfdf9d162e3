"""Django's entry for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = _("Consultations")

    def ready(self):
        from consultations.beside import beside_chapter
        from consultations.disposing import holds_back, looks_at
        from consultations.moderated import register_comments
        from consultations.subjects import register_subjects
        from training.actions import hold_back
        from training.reading import put_beside
        from training.workshop import warn_of

        hold_back(holds_back)
        warn_of(looks_at)
        put_beside(beside_chapter)
        register_subjects()
        register_comments()
