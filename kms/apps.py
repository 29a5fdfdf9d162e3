"""Django's entry for this app, and which static files are served."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

from core.editor import UNUSED_STATIC


class KmsConfig(AppConfig):
    name = "kms"
    default = True


class StaticFiles(StaticFilesConfig):
    """Static files without the parts of the editor that nothing loads."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *UNUSED_STATIC]
