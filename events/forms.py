"""The curators' form of an event."""

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import MajorEvent


class EventForm(forms.ModelForm):
    """An event; its main host is not among the other hosts."""

    class Meta:
        model = MajorEvent
        fields = ["host_state", "other_hosts"]  # the admin adds the rest

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("host_state") in (cleaned.get("other_hosts") or []):
            self.add_error("other_hosts", _("The main host is not one of the other hosts."))
        return cleaned
