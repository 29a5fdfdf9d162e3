"""What people may send about their notifications and watches, each bounded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.kinds import EACH_AT_ONCE, SUBJECTS, Mail
from notifications.levels import Level
from notifications.paging import moment_of

LARGEST_KEY = 2**63 - 1
LARGEST_MOMENT = 10**17 - 1
NO_LEVEL = "none"
LEVELS = [
    (Level.WATCHING, _("Watching: each change, each conversation, each post")),
    (Level.NORMAL, _("Normal: where I am mentioned or answered, and nothing else")),
    (Level.MUTED, _("Muted: nothing")),
]


class WatchForm(forms.Form):
    """Choose a level for a record, or none."""

    subject_kind = forms.CharField(max_length=20)
    subject_key = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)
    level = forms.ChoiceField(choices=[*Level.choices, (NO_LEVEL, NO_LEVEL)])

    def clean_subject_kind(self):
        subject = SUBJECTS.get(self.cleaned_data["subject_kind"])
        if subject is None or not subject.watchable:
            raise forms.ValidationError(_("This cannot be watched."))
        return subject.name

    def clean(self):
        """Mentions and answers there are only where people write."""
        cleaned = super().clean()
        subject = SUBJECTS.get(cleaned.get("subject_kind"))
        if cleaned.get("level") == Level.NORMAL and subject and not subject.is_talk:
            self.add_error("level", _("This can be watched or muted."))
        return cleaned

    @property
    def subject(self):
        """The record as (subject name, primary key)."""
        return self.cleaned_data["subject_kind"], self.cleaned_data["subject_key"]


class CombinationForm(forms.Form):
    """Watch what belongs to several things at once: those that `user` may choose, and the kind of record."""

    level = forms.ChoiceField(label=_("Tell me of it as"), choices=LEVELS, widget=forms.RadioSelect, initial="watching")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.terms = [subject for subject in SUBJECTS.values() if subject.choices]
        for subject in self.terms:
            about = {"label": subject.label, "required": False, "empty_label": _("any")}
            self.fields[subject.name] = forms.ModelChoiceField(subject.choices(user), **about)
        if "event" in self.fields:
            self.fields["event"].help_text = _("One of those that you watch.")
        kinds = [(subject.name, subject.label) for subject in SUBJECTS.values() if subject.is_filed]
        choices = [("", _("any")), *kinds]
        self.fields["only"] = forms.ChoiceField(label=_("Kind of record"), choices=choices, required=False)
        self.order_fields([subject.name for subject in self.terms] + ["only", "level"])

    def clean(self):
        cleaned = super().clean()
        if not self.errors and (not self.subjects or len(self.subjects) + bool(cleaned["only"]) < 2):
            raise forms.ValidationError(_("Choose two at least: one alone is watched on its own page."))
        return cleaned

    @property
    def subjects(self):
        """What was chosen, as [(subject name, primary key)]."""
        chosen = [(subject.name, self.cleaned_data.get(subject.name)) for subject in self.terms]
        return [(name, record.pk) for name, record in chosen if record]


class ChangeForm(forms.Form):
    """Give one of one's watches another level: its primary key and the level."""

    change = forms.RegexField(r"^[0-9]{1,18} (watching|normal|muted)\Z")

    def clean_change(self):
        key, level = self.cleaned_data["change"].split()
        return int(key), Level(level)


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
                choices=Mail.choices,
                widget=forms.RadioSelect,
                help_text="" if group in EACH_AT_ONCE else _("Of one record at most one mail a day."),
                initial=mail,
            )
