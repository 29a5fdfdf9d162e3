"""Django's entry for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    name = "community"
    verbose_name = _("Community")

    def ready(self):
        from community.discussions import discussion_of
        from community.moderated import register_kinds
        from community.subjects import register_subjects
        from events.dossier import add_to_dossier

        add_to_dossier(discussion_of)
        register_subjects()
        register_kinds()
