"""Django's entry for this app."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
