"""Django's entry for this app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        from core import checks, mail  # noqa: F401 - registers the checks, and what follows a delivery
