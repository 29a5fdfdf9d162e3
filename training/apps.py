"""Django's entry for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = _("Manual and standards")

    def ready(self):
        from training.subjects import register_subjects

        register_subjects()
