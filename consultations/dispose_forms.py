"""What the secretariat sends about comments: dispositions, texts for the next edition, links with what changed."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.disposing import NEEDS_REASON, Disposition, standing_of
from consultations.models import LONGEST_COMMENT, Comment
from core.inputs import Picks, RowsField, keys_of
from training.models import ParagraphChange
from training.workshop_forms import HiddenNumber, ParagraphField

NOTHING = Comment.objects.none()
MOST_TOGETHER = 50
LONGEST_CODES = 500
NONE = "none"
CODE = re.compile(r"([A-Za-z]{2})\s*(\d{1,6})", re.ASCII)
SEEN = re.compile(r"[0-9a-f]{16}", re.ASCII)


class CodesField(forms.CharField):
    """Comments by their codes: "MX 3, AR 12"; gives [(code of the State, number)]."""

    def __init__(self, **kwargs):
        super().__init__(max_length=LONGEST_CODES, required=False, **kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        if CODE.sub("", text).strip(" ,;\t"):
            raise ValidationError(_("Write them as they are called, such as: MX 3, AR 12."))
        return [(code.upper(), int(number)) for code, number in CODE.findall(text)]


class DispositionForm(forms.Form):
    """What becomes of comments, and why."""

    disposition = forms.ChoiceField(label=_("What becomes of it?"), widget=forms.RadioSelect)
    observation = forms.CharField(
        label=_("Observation of the secretariat"),
        max_length=LONGEST_COMMENT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "The reason: the States read it once the consultation is closed. "
            "What is not accepted, or only in part, needs one."
        ),
    )

    def __init__(self, *args, may_take_back=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["observation"].widget.attrs.pop("maxlength", None)
        self.fields["disposition"].choices = Disposition.choices
        if may_take_back:
            self.fields["disposition"].choices += [(NONE, _("Not decided yet: the observation is kept as a draft"))]

    def clean_disposition(self):
        given = self.cleaned_data["disposition"]
        return "" if given == NONE else given

    def clean(self):
        given = super().clean()
        if (
            given.get("disposition") in NEEDS_REASON
            and not given.get("observation")
            and "observation" not in self.errors
        ):
            self.add_error("observation", _("Say why it is not accepted, or not all of it."))
        return given


class DisposeForm(DispositionForm):
    """The same for one comment that was read, and for others that are handled together with it."""

    others = RowsField(label=_("Handle together with it"), queryset=NOTHING, required=False, widget=Picks)
    codes = CodesField(
        label=_("Other comments that say the same"),
        help_text=_("By their codes, such as: MX 3, AR 12. They get the same disposition and observation."),
    )

    def __init__(self, *args, comment, rows, alike, **kwargs):
        """`rows` are all that may be handled with it, `alike` those that the page offers to be ticked."""
        super().__init__(*args, may_take_back=bool(comment.disposition), **kwargs)
        self.rows, ticked = rows, _ask_seen(self, [comment, *alike], "others")
        self.fields["others"].queryset = rows
        self.fields["others"].choices = [(row.pk, in_words(row)) for row in alike]
        if not alike and not ticked:
            del self.fields["others"]

    def clean_codes(self):
        codes = list(dict.fromkeys(self.cleaned_data["codes"]))
        if len(codes) > MOST_TOGETHER:
            raise ValidationError(_("Choose at most %(most)d comments at once."), params={"most": MOST_TOGETHER})
        found = {row.code: row for row in self.rows.coded(codes)} if codes else {}
        if lost := [code for code in (f"{state} {number}" for state, number in codes) if code not in found]:
            said = _("Not among the submitted comments of this consultation: %(codes)s.")
            raise ValidationError(said, params={"codes": ", ".join(lost)})
        return list(found.values())

    @property
    def together(self):
        """The others that were ticked or named, each once."""
        ticked = self.cleaned_data.get("others", [])
        return list({row.pk: row for row in [*ticked, *self.cleaned_data.get("codes", [])]}.values())


def _ask_seen(form, shown, name):
    """A hidden field for each comment that the page shows, and for each that was ticked on it and has left it since:
    how it stood when it was read. Returns the keys of what was ticked in the field of a name."""
    ticked = keys_of(form.data.getlist(name)) if form.is_bound else []
    form.seen = list(dict.fromkeys([*(row.pk for row in shown), *ticked]))
    standing = {row.pk: standing_of(row) for row in shown}
    for key in form.seen:
        form.fields[f"seen-{key}"] = forms.RegexField(
            SEEN, initial=standing.get(key), required=False, widget=forms.HiddenInput, max_length=16
        )
    if form.is_bound:  # what came onto the page only now is read now
        come = [row for row in shown if row.pk not in ticked and f"seen-{row.pk}" not in form.data]
        show_again(form, come)
    return ticked


def show_again(form, comments):
    """Whoever sends the form again has seen how these comments stand now."""
    form.data = form.data.copy()
    for row in comments:
        form.data[f"seen-{row.pk}"] = standing_of(row)


def seen_in(form):
    """{primary key: standing} of the comments as they were read, "" where that was not said."""
    return {key: form.cleaned_data.get(f"seen-{key}") or "" for key in form.seen}


def in_words(comment):
    """A comment in one line, where it is to be ticked."""
    said = " ".join(comment.text.split())
    disposition = f" · {comment.get_disposition_display()}" if comment.disposition else ""
    return f"{comment.code} · {comment.where}{disposition}: {said[:160]}{'…' if len(said) > 160 else ''}"


class ManyForm(DispositionForm):
    """What becomes of the comments that are ticked in the list."""

    picked = RowsField(
        label=_("For which?"), queryset=NOTHING, error_messages={"required": _("Tick at least one comment.")}
    )
    together = forms.BooleanField(
        label=_("They say the same: handle them together with the first of them"), required=False
    )

    def __init__(self, *args, rows, shown, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["picked"].queryset = rows
        _ask_seen(self, shown, "picked")


class ApplyForm(forms.Form):
    """The text of a paragraph in the next edition, as accepted; which version of it was seen."""

    text = ParagraphField(
        rows=12, label=_("Text in the next edition"), help_text=_("Markdown, as in the editor of paragraphs.")
    )
    version = HiddenNumber()
    others = RowsField(
        label=_("This change also answers"), queryset=NOTHING, required=False, widget=Picks,
        help_text=_("They are linked with the changed paragraph too."),
    )  # fmt: skip

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        if not others:
            del self.fields["others"]
            return
        self.fields["others"].queryset = Comment.objects.filter(pk__in=[row.pk for row in others])
        self.fields["others"].choices = [(row.pk, in_words(row)) for row in others]


class LinkForm(forms.Form):
    """Which of the changes that are shown answer a comment."""

    changes = RowsField(
        label=_("Changes that answer it"), queryset=ParagraphChange.objects.none(), required=False, widget=Picks
    )
    shown = RowsField(queryset=ParagraphChange.objects.none(), required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args, rows, shown, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.queryset = rows
            field.choices = [(row.pk, change_in_words(row)) for row in shown]


class FindForm(forms.Form):
    """The identifier of a paragraph whose changes are looked for."""

    p = forms.CharField(
        label=_("Paragraph"), max_length=12, required=False, help_text=_("Its identifier, such as p17.")
    )


def change_in_words(change):
    """A change of the text in one line, where it is to be ticked."""
    said = " ".join((change.after or change.before).split())
    begin = f"{said[:160]}{'…' if len(said) > 160 else ''}"
    return f"{change.edition.label_of_edition} · {change.paragraph} · {change.get_kind_display()}: {begin}"
