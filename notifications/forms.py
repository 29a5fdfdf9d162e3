"""What people may send about their notifications and watches, each bounded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.kinds import SUBJECTS, Group
from notifications.models import Preference
from notifications.paging import moment_of

LARGEST_KEY = 2**63 - 1
LARGEST_MOMENT = 10**17 - 1


class WatchForm(forms.Form):
    """Watch a record, or stop."""

    subject_kind = forms.CharField(max_length=20)
    subject_key = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)
    on = forms.TypedChoiceField(choices=[("1", "on"), ("0", "off")], coerce=lambda value: value == "1")

    def clean_subject_kind(self):
        subject = SUBJECTS.get(self.cleaned_data["subject_kind"])
        if subject is None or not subject.watchable:
            raise forms.ValidationError(_("This cannot be watched."))
        return subject.name

    @property
    def subject(self):
        """The record as (subject name, primary key)."""
        return self.cleaned_data["subject_kind"], self.cleaned_data["subject_key"]


class StopForm(forms.Form):
    """End one of one's watches."""

    stop = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)


class ReadForm(forms.Form):
    """Mark as read what was there when the list was made."""

    until = forms.IntegerField(min_value=0, max_value=LARGEST_MOMENT)

    def clean_until(self):
        return moment_of(self.cleaned_data["until"])


class PreferencesForm(forms.Form):
    """How to be told by mail, for each of {group: what is chosen now}."""

    def __init__(self, *args, chosen, **kwargs):
        super().__init__(*args, **kwargs)
        for group, mail in chosen.items():
            self.fields[group.value] = forms.ChoiceField(
                label=_("Mail about %(group)s") % {"group": group.label},
                choices=Preference.Mail.choices,
                widget=forms.RadioSelect,
                help_text="" if group == Group.MY_WORK else _("Of one record at most one mail a day."),
                initial=mail,
            )
