"""Django's entry for this app."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "reference"
