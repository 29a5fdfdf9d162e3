"""Django's entry for this app, which only its own settings install."""

from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    name = "benchmarks"
