"""What every form of a proposal shares."""

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.languages import CONTENT_CODES, content_language
from core.text import RESERVED_SLUGS

LABEL_FIELDS = ("label", "named_states", "restricted_until")
LONGEST_SLUG = 80


class ProposalForm(forms.ModelForm):
    """A record as a State proposes it.

    Takes the live record, or a new one, as `instance`, the proposing `state`, and the `reader` in front of the form:
    of the records that a field chooses from, he gets those that he may know of. It is built anew from the texts that
    were kept, in other languages and for other readers, so that
    - each field reads one name of the post, days are written 2026-06-12, and no field is a file;
    - what a field chooses from may not depend on who asks, beyond `visible_to`;
    - whatever the form does not offer (owner, author, publication, slug) is set here or on acceptance.

    Subclasses name in `Meta.fields` the columns of translated texts (`name_en`, `name_es`, `name_pt`, `name_fr`), and
    - `sections`: [(heading, [names])], a translated text under its plain name ("name");
    - `translated`: the plain names of the texts that stand in the form once for each content language;
    - `owner_field`: the foreign key to the State that owns the record; it is set, never asked for.
    """

    sections = []
    translated = ()
    owner_field = "state"

    def __init__(self, *args, state, reader=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.state, self.reader = state, reader
        if self.instance.pk is None:
            if "language" in self.fields:
                self.initial["language"] = content_language()
            if self.owner_field:
                setattr(self.instance, self.owner_field, state)
        elif self.instance.state_id != state.pk:
            self._close_label()
        for asked in self.fields.values():
            self._prepare_field(asked)
        self.order_fields([name for _, names in self.sections for plain in names for name in self._columns(plain)])

    def _columns(self, plain):
        """The names of the fields of a translated text; of any other field its own."""
        return [f"{plain}_{code}" for code in CONTENT_CODES] if plain in self.translated else [plain]

    def _close_label(self):
        """A co-host does not choose who reads another State's record."""
        for name in LABEL_FIELDS:
            if name in self.fields:
                self.fields[name].disabled = True

    def _prepare_field(self, asked):
        if isinstance(asked, forms.DateField) and asked.widget.input_type != "date":
            asked.input_formats = ["%Y-%m-%d"]
            asked.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        if self.reader is not None and hasattr(getattr(asked, "queryset", None), "visible_to"):
            asked.queryset = asked.queryset.visible_to(self.reader)

    def clean(self):
        cleaned = super().clean()
        for plain in self.translated:
            names = [name for name in self.fields if name.rpartition("_")[0] == plain]
            if self.needs(plain) and not any(cleaned.get(name) or name in self.errors for name in names):
                own = f"{plain}_{self.first_language()}"
                said = ValidationError(_("Give it in one language at least."), code="required")
                self.add_error(own if own in names else names[0], said)
        return cleaned

    def first_language(self):
        """The language in which the page asks for translated texts first."""
        return content_language()

    def needs(self, plain):
        """Whether a translated text has to be given in one language at least."""
        return not self.Meta.model._meta.get_field(plain).blank

    @classmethod
    def states_of(cls, record):
        """Ids of the States that may propose a change of a record: its owner; an event's co-hosts too."""
        return {record.state_id} - {None}

    @classmethod
    def new_record(cls, proposal=None):
        """What a new record's form is laid over; a document's is the file that was added to the proposal, if any."""
        return cls.Meta.model()

    @classmethod
    def first_record(cls, query):
        """What the empty form begins with; `query` is that of its address, which may name what it is about."""
        return cls.new_record()

    def title(self):
        """What the proposal is called in lists, from what the form holds, valid or not."""
        raise NotImplementedError

    def text_of(self, plain):
        """The text that the form holds in a field, valid or not; of a translated one the first there is."""
        codes = dict.fromkeys([content_language(), *CONTENT_CODES])
        names = [f"{plain}_{code}" for code in codes] if plain in self.translated else [plain]
        texts = (str(self[name].value() or "").strip() for name in names)
        return next((text for text in texts if text), "")

    def prepare(self, record, *, by):
        """Set what the row needs before it is saved and the form does not ask for; `by` is who accepts it."""
        if hasattr(record, "slug") and not record.slug:
            record.slug = free_slug(type(record), self.title())

    def finish(self, record, *, by):
        """Write what belongs to the saved record beside its own row and lists, such as an event's places.

        `by` is who submitted it: in whose name the history is written.
        """

    def laid_out(self):
        """The form as its page shows it: [(heading, Rows)]."""
        left = dict.fromkeys(self.fields)
        parts = [(heading, self._rows(names, left)) for heading, names in self.sections]
        return [*parts, ("", self._rows(list(left), left))] if left else parts

    def _rows(self, names, left):
        """The Rows of some fields, a translated text under its plain name or its columns; what is shown leaves `left`.

        A text in the first language stands in the page, the other languages folded beneath it.
        """
        rows = []
        for name in names:
            plain = name if name in self.translated else name.rpartition("_")[0]
            columns = [column for column in left if plain in self.translated and column.rpartition("_")[0] == plain]
            shown = columns or ([name] if name in left else [])
            if shown:
                rows.append(self._row(plain, shown))
            for column in shown:
                del left[column]
        return rows

    def _row(self, plain, names):
        own = f"{plain}_{self.first_language()}"
        first = own if own in names else names[0]
        if len(names) > 1 and self.needs(plain):
            self.fields[first].required = True  # only for what the page says: the form was validated before
        others = [self[name] for name in names if name != first]
        unseen = not self[first].value() and any(other.value() for other in others)
        return Row(self[first], others, is_open=unseen or any(other.errors for other in others))


@dataclass(frozen=True)
class Row:
    """A field of the page, with the same text in other languages; `is_open` where these are not to be overlooked."""

    field: forms.BoundField
    others: list = field(default_factory=list)
    is_open: bool = False


def free_slug(model, title):
    """An address that no row of the model has: "copa-america", "copa-america-2" …"""
    stem = _whole_words(slugify(title), LONGEST_SLUG - 4) or model._meta.model_name
    taken = set(model.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | RESERVED_SLUGS
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if slug not in taken)


def _whole_words(slug, most):
    """As much of it as there is room for, up to the end of a word; a word that is longer is cut."""
    if len(slug) <= most:
        return slug
    return slug[: most + 1].rpartition("-")[0] or slug[:most]
