"""Django's entry for this app."""

from django.apps import AppConfig


class LegislationConfig(AppConfig):
    name = "legislation"
