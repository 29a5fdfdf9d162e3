"""Django's entry for this app."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "programme"
