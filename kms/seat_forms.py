"""Forms of the seats: inviting, handing a seat over, ending a mandate, accepting an invitation."""

import uuid

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.dates import today
from core.inputs import DayField
from core.labels import Label
from core.text import refuse_markup
from documents.checks import EXTENSIONS
from documents.forms import DocumentForm
from documents.models import Document
from members.access import Role
from members.models import Invitation, User
from reference.models import MemberState, Organisation
from reference.querysets import named

PASSWORD_LENGTH = 1024
NOTE_LABELS = [
    (Label.RED.value, _("TLP:RED – the Focal Point and alternates of this State, and the secretariat")),
    (Label.AMBER.value, _("TLP:AMBER – the Focal Points and alternates of all States, and the secretariat")),
]
NOTE_FIELDS = ["note_text", "note_file", "note_label"]
# What is asked for each role.
ASKED = {
    Role.FOCAL_POINT: ["state", "name", "email", "language", "since", "until", *NOTE_FIELDS],
    Role.ALTERNATE: ["state", "name", "email", "language", "since", "until", "note_text"],
    Role.EXPERT: ["state", "name", "email", "language"],
    Role.PARTNER: ["organisation", "name", "email", "language"],
}


class OneLineField(forms.CharField):
    """A text without line breaks or markup, such as a person's name."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 150, "validators": [refuse_markup], **kwargs})

    def to_python(self, value):
        return " ".join((super().to_python(value) or "").split())


def language_field(label, **kwargs):
    return forms.ChoiceField(label=label, choices=settings.LANGUAGES, **kwargs)


class NoteForm(forms.Form):
    """The government's note, in words and as a file; a checked file is kept in `note`, a Document not yet saved.

    Where `note_needed`, one of the two must be given.
    """

    note_text = OneLineField(
        label=_("Appointment note"),
        max_length=300,
        required=False,
        help_text=_("Number and date of the government's note, or who told you."),
    )
    note_file = forms.FileField(
        label=_("The note as a file"),
        max_length=150,
        required=False,
        help_text=format_lazy(
            _("Kept as a document of the State. Accepted: {types}."), types=", ".join(EXTENSIONS).upper()
        ),
    )
    note_label = forms.TypedChoiceField(
        label=_("Who may read the file"),
        choices=NOTE_LABELS,
        coerce=int,
        initial=Label.RED.value,
        widget=forms.RadioSelect,
    )
    note, note_needed = None, False

    def need_a_note(self, needed):
        """Ask for one of the two, and say so beforehand."""
        self.note_needed = needed
        if needed:
            said = _("Number and date of the government's note, or who told you. Needed where you add no file.")
            self.fields["note_text"].help_text = said

    def clean(self):
        cleaned = super().clean()
        if upload := cleaned.get("note_file"):
            self._check(upload)
        elif self.note_needed and not cleaned.get("note_text") and "note_file" not in self.errors:
            said = _("Add the government's note, or say in words which it is.")
            self.add_error("note_text", ValidationError(said, code="required"))
        return cleaned

    def _check(self, upload):
        form = DocumentForm({}, {"file": upload}, instance=Document(label=self.cleaned_data.get("note_label", 3)))
        if form.is_valid():
            self.note = form.instance
        else:
            self.add_error("note_file", ValidationError(form.errors["file"].as_data()))

    def refuse(self, error):
        """Show why an action refused, at the fields that it names."""
        found = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
        for name, errors in found.items():
            field = {"note": "note_text", "since": "first_day"}.get(name, name) if name not in self.fields else name
            self.add_error(field if field in self.fields else None, ValidationError(errors))


class InvitationForm(NoteForm):
    """An invitation to one role. `states` are those that the inviter may offer it for; `key` makes two posts of one
    form one invitation."""

    state = forms.ModelChoiceField(label=_("State"), queryset=MemberState.objects.none())
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none())
    name = OneLineField(label=_("Name"))
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, help_text=_("The link works for this address only.")
    )
    language = language_field(_("Language of the mail"))
    since = DayField(
        label=_("Mandate from"), required=False, help_text=_("Empty: the day on which the invitation is accepted.")
    )
    until = DayField(label=_("Mandate until"), required=False, help_text=_("The last day, in UTC. Empty: no end yet."))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, role, states, **kwargs):
        super().__init__(*args, **kwargs)
        self.role = role
        self.need_a_note(role == Role.FOCAL_POINT)
        for name in set(self.fields) - {*ASKED[role], "key"}:
            del self.fields[name]
        self.order_fields([*ASKED[role], "key"])
        self.initial.setdefault("key", uuid.uuid4())
        if "state" in self.fields:
            self.fields["state"].queryset = states
            self.fields["state"].empty_label = None if len(states) == 1 else "–"
        else:
            self.fields["organisation"].queryset = Organisation.objects.order_by(named())

    def invitation(self):
        """The Invitation that a valid form asks for."""
        given = self.cleaned_data
        fields = {name: given[name] for name in ASKED[self.role] if name not in NOTE_FIELDS}
        return Invitation(uuid=given["key"], role=self.role, note=given.get("note_text", ""), **fields)


class HandOverForm(NoteForm):
    """To whom a seat goes, and from when. The secretariat says on whose word it does it."""

    taker = forms.ModelChoiceField(
        label=_("Who holds the seat next"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("somebody without an account here"),
    )
    name = OneLineField(label=_("Name"), required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("An invitation goes to it. The seat changes hands once it is accepted, not before the first day."),
    )
    language = language_field(_("Language of the mail"), required=False)
    first_day = DayField(
        label=_("First day of the next holder"),
        help_text=_("The day before it is the last day of the present one (UTC): no gap, no overlap."),
    )
    until = DayField(label=_("Until"), required=False, help_text=_("The last day, in UTC. Empty: no end yet."))
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["taker", "name", "email", "language", "first_day", "until", *NOTE_FIELDS, "key"]

    def __init__(self, *args, mandate, note_needed, **kwargs):
        super().__init__(*args, **kwargs)
        self.mandate = mandate
        self.need_a_note(note_needed)
        people = User.objects.in_use().of_state(mandate.state).exclude(pk=mandate.person_id)
        self.fields["taker"].queryset = people.by_name()
        self.initial.setdefault("key", uuid.uuid4())

    def clean(self):
        cleaned = super().clean()
        somebody_new = cleaned.get("name") or cleaned.get("email")
        nobody = not (cleaned.get("taker") or somebody_new or {"taker", "name", "email"} & set(self.errors))
        if nobody or (cleaned.get("taker") and somebody_new):
            self.add_error("taker", ValidationError(_("Choose a person, or give a name and an address, not both.")))
        elif not cleaned.get("taker") and "taker" not in self.errors:
            for name in ("name", "email"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(self.fields[name].error_messages["required"], code="required"))
        return cleaned

    def invitation(self):
        """The Invitation to a successor without an account."""
        given = self.cleaned_data
        fields = {name: given[name] for name in ("name", "email", "until")}
        return Invitation(
            uuid=given["key"],
            role=self.mandate.role,
            state=self.mandate.state,
            language=given["language"] or settings.LANGUAGE_CODE,
            since=given["first_day"],
            note=given["note_text"],
            succeeds=self.mandate,
            **fields,
        )


class EndForm(forms.Form):
    """The last day of a mandate."""

    last_day = DayField(
        label=_("Last day"),
        initial=today,
        help_text=_("The rights end with this day (UTC). Give yesterday to end them at once."),
    )
    close = forms.BooleanField(
        label=_("End the access too, at once"),
        required=False,
        help_text=_("The person no longer logs in. Without this he or she stays a national expert of the State."),
    )


class AcceptForm(forms.Form):
    """What makes an account of an invitation. The address is shown, and never taken from the form."""

    email = forms.EmailField(
        label=_("E-mail address"), disabled=True, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    name = OneLineField(label=_("Name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = language_field(_("Language"), help_text=_("Of the portal and of its mails to you."))
    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("12 characters or more. A few words that only you would put together are good."),
    )
    again = forms.CharField(
        label=_("The same password again"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self):
        cleaned = super().clean()
        password = cleaned.get("password")
        if password is None:
            return cleaned
        try:
            validate_password(password, User(email=self.initial["email"], name=cleaned.get("name", "")))
        except ValidationError as error:
            self.add_error("password", error)
        if "again" in cleaned and cleaned["again"] != password:
            self.add_error("again", ValidationError(_("The two passwords are not the same."), code="different"))
        return cleaned
