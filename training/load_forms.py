"""What the secretariat sends to load a text: a file or a pasted text, and what it corrects before it is applied."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.languages import CONTENT_LANGUAGES
from core.text import refuse_markup
from documents.checks import tidy_name
from training.models import Chapter, ChapterLoad, Edition, EditionParagraph
from training.parsing import MOST_BYTES, check_name, parse_text, parse_upload

MOST_PASTED = 400_000  # characters
LONGEST_TITLE = Chapter._meta.get_field("title").max_length
LONGEST_NAME = ChapterLoad._meta.get_field("filename").max_length
Kind = EditionParagraph.Kind
NEW, OUT, IN = "new", "out", "in"
LEVELS = [("heading2", _("Heading")), ("heading3", _("Heading below it")), ("heading4", _("Heading, lowest"))]


class EitherFile(forms.FileField):
    """A file in place of a text: one of the two is required, which the form asks for."""

    def clean(self, data, initial=None):
        return super().clean(data, initial) if data else None


class EitherText(forms.CharField):
    """The text in its place."""

    def validate(self, value):
        pass


class LoadForm(forms.Form):
    """A text for a chapter of an edition. It is split while it is checked: `cleaned_data["parsed"]`."""

    use_required_attribute = False

    into = forms.ChoiceField(label=_("Into"))
    language = forms.ChoiceField(
        label=_("Language of the text"),
        help_text=_("In another language than the edition's it becomes the translation of that chapter."),
    )
    file = EitherFile(label=_("File"), max_length=LONGEST_NAME)
    text = EitherText(
        label=_("or the text itself"),
        max_length=MOST_PASTED,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Pasted, in Markdown or plain. Leave it empty where you choose a file."),
    )
    title = forms.CharField(
        label=_("Title of a new chapter"),
        required=False,
        max_length=LONGEST_TITLE,
        validators=[refuse_markup],
        help_text=_("Where it is empty, the top heading of the text is its title."),
    )

    def __init__(self, *args, edition, **kwargs):
        super().__init__(*args, **kwargs)
        self.edition, chapters = edition, Chapter.objects.of(edition).in_order()
        self.chapters = {str(chapter.order): chapter for chapter in chapters}
        new = (
            [(NEW, _("A new chapter, or several where the text has several top headings"))]
            if edition.is_drafted
            else []
        )
        self.fields["into"].choices = [*new, *((order, str(chapter)) for order, chapter in self.chapters.items())]
        own = [] if edition.is_drafted else [edition.language]
        self.fields["language"].choices = [row for row in CONTENT_LANGUAGES if row[0] not in own]
        self.fields["file"].help_text = _("DOCX, Markdown or HTML, up to %(most)d MB.") % {
            "most": MOST_BYTES // 1024**2
        }
        self.fields["text"].widget.attrs.pop("maxlength", None)
        if edition.status == Edition.Status.SUPERSEDED:
            self.fields["language"].choices = []

    def clean(self):
        data = super().clean()
        file, text = data.get("file"), (data.get("text") or "").strip()
        if not self.errors and bool(file) == bool(text):
            said = _("Choose a file or paste a text, not both.") if file else _("Choose a file, or paste a text.")
            self.add_error("file", said)
        data["chapter"] = self.chapters.get(data.get("into", ""))
        translates = data.get("language") not in (None, self.edition.language)
        if data["chapter"] is None and translates:
            self.add_error("into", _("A translation goes into a chapter that is there: choose it."))
        if not self.errors:
            data |= self._parsed("file" if file else "text", file, text)
        return data

    def _parsed(self, name, file, text):
        try:
            parsed = parse_upload(file) if file else parse_text(text)
        except ValidationError as error:
            self.add_error(name, error)
            return {}
        name = tidy_name(file.name) if file else ""
        return {"parsed": parsed, "filename": name}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file:
            check_name(file)
        return file


class ConfirmForm(forms.Form):
    """What the curator corrects on one page of a plan: the title, kinds, matches, and what is taken out."""

    def __init__(self, *args, plan, entries, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan, self.shown = plan, entries
        self.serials = {old.serial for old in plan.olds}
        if needs_title(plan):
            self.fields["title"] = forms.CharField(
                label=_("Title of the chapter"), max_length=LONGEST_TITLE, validators=[refuse_markup],
                initial=plan.load.title, required=not plan.is_translation,
            )  # fmt: skip
        for entry in entries:
            self._add_fields(entry)
        self.is_late = self.is_bound and self.data.get("seen") != plan.seen
        if self.is_late:  # the page was of another plan: what it did not ask is not asked for now
            self.fields = {name: field for name, field in self.fields.items() if name in self.data}

    def _add_fields(self, entry):
        if entry.place is None:
            label = _("Take it out of the edition")
            self.fields[f"out_{entry.old.serial}"] = forms.BooleanField(
                label=label, required=False, initial=entry.fate == "removed"
            )
            return
        field = forms.ChoiceField(label=_("Kind"), choices=self._kinds(entry), initial=code_of(entry, self.plan))
        self.fields[f"kind_{entry.place}"] = field
        if self.plan.chapter:
            self.fields[f"as_{entry.place}"] = forms.CharField(
                label=_("Is paragraph"),
                required=False,
                max_length=12,
                initial=f"p{entry.old.serial}" if entry.old else "",
            )

    def _kinds(self, entry):
        out = (OUT, _("Leave it out"))
        if self.plan.is_translation:
            return [(IN, _("As the original")), out]
        figures = entry.figure is not None
        kinds = [row for row in Kind.choices if row[0] not in (Kind.HEADING, *([] if figures else [Kind.FIGURE]))]
        top = [] if self.plan.chapter else [("heading1", _("Title: a chapter begins"))]
        return [*kinds, *top, *LEVELS, out]

    def clean(self):
        data, named = super().clean(), {}
        for name, value in list(data.items()):
            if name.startswith("as_") and value:
                serial = serial_of(value)
                if serial not in self.serials:
                    self.add_error(name, _("The chapter has no paragraph with this identifier."))
                elif serial in named:
                    self.add_error(name, _("Another paragraph of the text is that one already."))
                named[serial] = name
        return data

    @property
    def corrections(self):
        """What differs from the plan, as loading.correct_load takes it."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
        kinds, matches, kept = {}, {}, {}
        for name, value in changed.items():
            what, _mark, key = name.partition("_")
            if what == "kind":
                kinds[int(key)] = kind_of(value, self._entry(int(key)))
            elif what == "as":
                matches |= {int(key): serial_of(value)} if value or not self.is_late else {}
            elif what == "out":
                kept[int(key)] = not value
        title = self.cleaned_data.get("title", self.plan.load.title)
        return {"title": title, "kinds": kinds, "matches": matches, "kept": kept}

    def _entry(self, place):
        return next(entry for entry in self.shown if entry.place == place)


def needs_title(plan):
    """Whether the title of a chapter stands apart from the text."""
    return plan.chapter is not None or not plan.blocks or plan.blocks[0][1]["level"] != 1


def serial_of(text):
    """The number in "p17"; 0 where it is no identifier."""
    number = text.strip().lower().removeprefix("p")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 0


def code_of(entry, plan):
    """The choice that says what an entry becomes."""
    if entry.fate == "out":
        return OUT
    if plan.is_translation:
        return IN
    return f"heading{entry.level}" if entry.kind == Kind.HEADING else entry.kind


def kind_of(code, entry):
    """(kind, level) of a choice, or None for what is left out."""
    if code == OUT:
        return None
    if code == IN:
        return entry.kind, entry.level
    level = int(code[-1]) if code.startswith("heading") else 0
    return (Kind.HEADING, level) if level else (code, 0)
