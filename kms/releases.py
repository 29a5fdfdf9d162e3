"""Labels with a day to ask again: which records wait for whose word, and the form of that word."""

import datetime
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.dates import today
from core.labels import Label
from documents.models import Document
from events.models import CooperationNeed, Lesson, MajorEvent
from legislation.models import Instrument
from members.access import Action, Scope, scope, state_ids_of
from members.models import Mandate, User
from notifications.actions import notify
from notifications.models import Notification
from programme.models import Activity

KINDS = {
    "event": (MajorEvent, _("event")),
    "need": (CooperationNeed, _("cooperation need")),
    "lesson": (Lesson, _("lesson")),
    "instrument": (Instrument, _("legal text")),
    "activity": (Activity, _("activity")),
    "document": (Document, _("document")),
}
READERS = {
    Label.CLEAR: _("everybody"),
    Label.GREEN: _("every signed-in member"),
    Label.AMBER: _("Focal Points, alternates and the secretariat"),
    Label.RED: _("those of the owner and of the named States, and the secretariat"),
}
FARTHEST = datetime.timedelta(days=30 * 366)
MOST_ROWS = 200
DUE = "release_due"


@dataclass(frozen=True)
class Release:
    """One record whose label is to be looked at again, on the day after `record.restricted_until`."""

    kind: str
    said: str
    record: object

    @property
    def is_due(self):
        until = self.record.restricted_until
        return until is not None and until < today()

    @property
    def url(self):
        """Where its owner decides."""
        return reverse("kms:release_detail", args=[self.kind, self.record.pk])

    @property
    def page(self):
        """The page that shows the record."""
        return self.record.get_absolute_url()


def releases_for(user):
    """The Releases that `user` decides about, the longest overdue first; those to come follow."""
    found = [
        Release(kind, said, record)
        for kind, (model, said) in KINDS.items()
        for record in in_care_of(user, model.objects.visible_to(user)).with_day_to_ask()[:MOST_ROWS]
    ]
    return sorted(found, key=lambda release: (release.record.restricted_until, release.kind, release.record.pk))


def in_care_of(user, rows):
    """Of the rows those whose label `user` may widen: see members.owners.may_release."""
    reach = scope(user, Action.RELEASE)
    if reach == Scope.NONE:
        return rows.none()
    if reach == Scope.ANY:
        return rows.not_owned_by(Mandate.objects.in_force().seats())
    return rows.owned_by(state_ids_of(user))


def release_of(user, kind, key):
    """The Release of one record that `user` may know of; 404 for what is not there."""
    if kind not in KINDS:
        raise Http404
    model, said = KINDS[kind]
    return Release(kind, said, get_object_or_404(model.objects.visible_to(user), pk=key))


def ask_owners():
    """Tell who decides of each label whose day is over and who was not told yet. Returns how many were told."""
    told = 0
    for kind, (model, _said) in KINDS.items():
        for record in model.objects.release_due():
            subject = (kind, record.pk)
            asked = Notification.objects.about(subject).of_kind(DUE).since(record.restricted_until)
            if not asked.exists():
                told += notify(to=_deciders(record), kind=DUE, subject=subject, label=record.label)
    return told


def _deciders(record):
    """The Focal Point of the State that owns a record, or the secretariat where there is none."""
    holders = Mandate.objects.in_force().of_seat(record.state_id) if record.state_id else []
    return [mandate.person for mandate in holders] or User.objects.of_secretariat()


class ReleaseForm(forms.Form):
    """The owner's word: a wider label, or the same for longer. Takes the record's `label` of today."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=min(Label), max_value=max(Label))
    label = forms.TypedChoiceField(label=_("Who may read it from now on"), coerce=int, widget=forms.RadioSelect)
    until = forms.DateField(
        label=_("Ask again after"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Needed where the label stays. After this day you are asked again; nothing opens by itself."),
    )

    def __init__(self, *args, label, **kwargs):
        super().__init__(*args, **kwargs)
        self.held = Label(label)
        self.initial["seen"] = label
        self.fields["label"].choices = [
            (other.value, self._said(other)) for other in sorted(Label) if other <= self.held
        ]

    def _said(self, label):
        said = f"{label.label}: {READERS[label]}"
        return said if label < self.held else pgettext_lazy("a label stays", "%(label)s, as it is") % {"label": said}

    def clean(self):
        cleaned = super().clean()
        label, until = cleaned.get("label"), cleaned.get("until")
        if label == Label.CLEAR:
            cleaned["until"] = None
        elif label == cleaned.get("seen") and until is None and "until" not in self.errors:
            self.add_error("until", ValidationError(_("Say until when the label is meant."), code="required"))
        elif until and not today() <= until <= today() + FARTHEST:
            self.add_error("until", _("Choose a day that is to come, within thirty years."))
        return cleaned
