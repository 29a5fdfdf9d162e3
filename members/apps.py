"""Django's entry for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self):
        from core.imports import observers
        from members.tracing import trace_import

        if trace_import not in observers:
            observers.append(trace_import)
