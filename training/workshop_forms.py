"""What the writers of an edition send: editions, chapters, paragraphs and what is done to them."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from core.inputs import Picks, RowsField
from core.labels import Label
from core.languages import CONTENT_LANGUAGES, language_name
from core.listing import containing
from core.markdown import without_directions
from core.text import clean_text, refuse_markup
from events.models import Lesson
from moderation.record_forms import LABELS
from reference.models import MemberState
from training.actions import standing_of
from training.models import LONGEST_PARAGRAPH, MOST_CHAPTERS, Chapter, Edition, EditionParagraph, ParagraphText

LARGEST = 2**31 - 1
MOST_FOUND = 50  # lessons
BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
PICTURES = {"png", "jpg", "jpeg", "gif", "webp"}
Kind, NOTHING = EditionParagraph.Kind, Chapter.objects.none()  # each form says what there is to choose
READERS = [row for row in LABELS if row[0] < Label.RED]
READERS += [(Label.RED.value, _("TLP:RED – the Focal Points and alternates of States named in the administration"))]


class HiddenNumber(forms.IntegerField):
    """A number that the form carries, such as the version of a text that was opened."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(min_value=0, max_value=LARGEST, **kwargs)


class ParagraphField(forms.CharField):
    """The text of a paragraph, in Markdown."""

    def __init__(self, *, rows=10, **kwargs):
        kwargs.setdefault("label", _("Text"))
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(max_length=LONGEST_PARAGRAPH, strip=False, widget=widget, **kwargs)
        self.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted and say nothing

    def to_python(self, value):
        return without_directions(clean_text(super().to_python(value))).strip()


class LineField(forms.CharField):
    """One line of plain text of a model's column."""

    def __init__(self, model, name, **kwargs):
        super().__init__(max_length=model._meta.get_field(name).max_length, validators=[refuse_markup], **kwargs)
        self.widget.attrs.pop("maxlength", None)


class EditionForm(forms.Form):
    """With what the next edition of a publication begins."""

    based_on = forms.ModelChoiceField(
        label=_("It begins with"),
        queryset=NOTHING,
        required=False,
        empty_label=_("Nothing: an empty edition"),
        help_text=_("The text of another edition is taken over whole, in all languages, and keeps its identifiers."),
    )
    name = LineField(
        Edition,
        "name",
        label=_("Name"),
        required=False,
        help_text=_("Such as: 2027 edition. In the original language."),
    )
    language = forms.ChoiceField(
        label=_("Original language"),
        choices=CONTENT_LANGUAGES,
        help_text=_("In which it is written. An edition that begins with another one has the language of that."),
    )
    label = forms.TypedChoiceField(
        label=_("Who reads it once it is published"),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("Until then only the secretariat sees it."),
    )
    number = HiddenNumber()

    def __init__(self, *args, work, editions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["based_on"].queryset = editions
        self.fields["based_on"].label_from_instance = _edition_in_words
        self.fields["label"].choices = [(value, words) for value, words in READERS if value >= work.label]

    def clean(self):
        given = super().clean()
        if based_on := given.get("based_on"):
            given["language"] = based_on.language
        return given


def _edition_in_words(edition):
    return f"{edition.label_of_edition} · {edition.get_status_display()} · {language_name(edition.language)}"


class ChapterForm(forms.Form):
    """A new chapter."""

    title = LineField(Chapter, "title", label=_("Title of the new chapter"), help_text=_("Without its number."))


class ChapterEditForm(forms.Form):
    """Its titles and audiences in each language, and its steward; of an edition that is out only what is translated."""

    steward = forms.ModelChoiceField(
        label=_("Steward State"),
        queryset=MemberState.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("The State that looks after this chapter."),
    )

    def __init__(self, *args, chapter, states, **kwargs):
        super().__init__(*args, **kwargs)
        self.chapter, edition = chapter, chapter.edition
        self.fields["steward"].queryset = states
        for code, name in sorted(CONTENT_LANGUAGES, key=lambda language: language[0] != edition.language):
            if code != edition.language or edition.is_drafted:
                self._ask(code, name, required=code == edition.language)
        self.order_fields([f"title_{edition.language}", f"audience_{edition.language}", "steward"])
        if not edition.is_drafted:
            del self.fields["steward"]
        self.initial = {name: getattr(chapter, name) for name in self.fields} | self.initial
        self.fields["seen"] = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=standing_of(chapter))

    def _ask(self, code, name, *, required):
        title, audience = _("Title (%(language)s)"), _("Intended audience (%(language)s)")
        language = {"language": name}
        self.fields[f"title_{code}"] = LineField(Chapter, "title", label=title % language, required=required)
        self.fields[f"audience_{code}"] = LineField(Chapter, "audience", label=audience % language, required=False)

    @property
    def values(self):
        """{field of Chapter: value}; a translation that nobody wrote is None."""
        return {name: value or None for name, value in self.cleaned_data.items() if name != "seen"}


class PlaceForm(forms.Form):
    """At which place of its edition a chapter is to stand."""

    order = forms.IntegerField(label=_("It becomes chapter"), min_value=1, max_value=MOST_CHAPTERS)


class SeenForm(forms.Form):
    """Which version of a text was opened."""

    version = HiddenNumber()


class TextForm(SeenForm):
    """The text of a paragraph."""

    text = ParagraphField(
        help_text=_("**bold**, *italic*, - for a list, [words](https://address) for a link. A blank line stays in it.")
    )


class SplitForm(SeenForm):
    """The text of a paragraph with blank lines where it is to be split."""

    text = ParagraphField(
        rows=16, help_text=_("Leave a blank line wherever the next paragraph is to begin. The words stay as they are.")
    )

    def __init__(self, *args, original, **kwargs):
        super().__init__(*args, **kwargs)
        self.original = original

    def clean_text(self):
        text = self.cleaned_data["text"]
        if "".join(text.split()) != "".join(self.original.split()):
            raise ValidationError(_("The words are not those of the paragraph. Edit it first, then split it."))
        if len(self.pieces) < 2:
            raise ValidationError(_("Leave a blank line where the paragraph is to be split."), code="whole")
        return text

    @property
    def pieces(self):
        return [piece.strip() for piece in BLANK_LINES.split(self.cleaned_data["text"]) if piece.strip()]


class TranslationForm(TextForm):
    """What a paragraph says in another language; which version of the original stood beside it."""

    translates = HiddenNumber()


class KindForm(forms.Form):
    """What kind of paragraph it is."""

    kind = forms.ChoiceField(label=_("Kind"))
    level = forms.TypedChoiceField(
        label=_("Rank, of a heading"),
        coerce=int,
        empty_value=2,
        required=False,
        choices=[(2, _("2: a part of the chapter")), (3, _("3: a part of that")), (4, _("4: a part of that again"))],
    )
    figure = forms.ModelChoiceField(
        label=_("Picture, of a figure"),
        queryset=NOTHING,
        required=False,
        empty_label=_("None"),
        help_text=_("One of the pictures of this edition; they come with a loaded text."),
    )

    def __init__(self, *args, edition, **kwargs):
        super().__init__(*args, **kwargs)
        pictures = edition.documents.filter(extension__in=PICTURES).order_by("title", "pk")
        self.fields["figure"].queryset = pictures
        has_pictures = pictures.exists()
        kinds = [choice for choice in Kind.choices if choice[0] != Kind.FIGURE or has_pictures]
        self.fields["kind"].choices = kinds
        if not has_pictures:
            del self.fields["figure"]

    def clean(self):
        given = super().clean()
        if given.get("kind") == Kind.FIGURE and not given.get("figure") and "figure" not in self.errors:
            self.add_error("figure", _("Choose the picture."))
        return given

    @property
    def kind_of_it(self):
        given = self.cleaned_data
        return {"kind": given["kind"], "level": given.get("level") or 0, "figure": given.get("figure")}


class NewForm(KindForm):
    """A new paragraph."""

    text = TextForm.base_fields["text"]
    field_order = ["text", "kind", "level", "figure"]


class MergeForm(SeenForm):
    """Which texts were shown as one."""

    serial = HiddenNumber()
    following = HiddenNumber()

    @property
    def taken(self):
        return self.cleaned_data["serial"], self.cleaned_data["following"]


class TargetForm(forms.Form):
    """Into which chapter a paragraph goes."""

    chapter = forms.ModelChoiceField(
        label=_("Into which chapter?"), queryset=NOTHING, to_field_name="order", empty_label=None
    )

    def __init__(self, *args, chapters, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["chapter"].queryset = chapters


class AfterForm(forms.Form):
    """Behind which paragraph of that chapter."""

    after = forms.ChoiceField(label=_("After which paragraph?"))

    def __init__(self, *args, chapter, placed, **kwargs):
        super().__init__(*args, **kwargs)
        rows = EditionParagraph.objects.in_chapter(chapter).exclude(pk=placed.pk).select_related("paragraph")
        self.rows = {str(row.pk): row for row in rows}
        texts = ParagraphText.objects.in_chapter(chapter).in_languages([chapter.edition.language])
        begun = {key: Truncator(" ".join(text.split())).chars(70) for key, text in texts.values_list("placed", "text")}
        said = {
            key: f"{row.number or '–'} · {row.paragraph} · {begun.get(row.pk, '')}" for key, row in self.rows.items()
        }
        self.fields["after"].choices = [("start", _("At the beginning")), *said.items()]
        before = (
            [key for key, row in self.rows.items() if row.order < placed.order] if chapter == placed.chapter else []
        )
        self.initial["after"] = before[-1] if before else "start"

    @property
    def chosen(self):
        """The EditionParagraph behind which it goes, or None for the beginning."""
        return self.rows.get(self.cleaned_data["after"])


class FindForm(forms.Form):
    """A word by which lessons are found."""

    q = forms.CharField(label=_("Find lessons"), max_length=100, required=False)


class EvidenceForm(forms.Form):
    """Which of the lessons shown are evidence of what a paragraph says."""

    lessons = RowsField(label=_("Lessons that show it"), queryset=Lesson.objects.none(), required=False, widget=Picks)
    shown = RowsField(queryset=Lesson.objects.none(), required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args, lessons, shown, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.queryset = lessons
        choices = [(lesson.pk, f"{lesson} · {lesson.state}") for lesson in shown]
        self.fields["lessons"].choices = self.fields["shown"].choices = choices


def searched(lessons, words):
    """Those of some lessons that hold each word, newest first."""
    return containing(lessons, words).newest_first()[:MOST_FOUND] if words.strip() else lessons.none()
