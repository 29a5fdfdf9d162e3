"""Django's entry for this app, and which static files are served."""

from django.apps import AppConfig, apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models.signals import post_migrate

from core.editor import UNUSED_STATIC


class KmsConfig(AppConfig):
    name = "kms"
    default = True

    def ready(self):
        from kms.closing import register_closing
        from kms.content import watch_content
        from kms.seat_kinds import register_kinds
        from kms.subjects import register_subjects
        from members.subjects import know_subjects
        from notifications.kinds import SUBJECTS

        # Django's own hook for what goes with the tables; it is called once for each app that has models.
        post_migrate.connect(watch_content, sender=apps.get_app_config("community"))
        register_subjects()
        register_kinds()
        register_closing()
        know_subjects(SUBJECTS)  # the log names records as notifications do; each app adds its own to it


class StaticFiles(StaticFilesConfig):
    """Static files without the parts of the editor that nothing loads."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *UNUSED_STATIC]
