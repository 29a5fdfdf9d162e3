"""Django's entry for this app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        from core import checks  # noqa: F401 - registers them
        from core.converters import register_forms

        register_forms()
