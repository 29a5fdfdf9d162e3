"""The nouns of the manual and the standards: publications, their editions, chapters and paragraphs."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.languages import CONTENT_LANGUAGES
from core.markdown import to_html
from core.text import fold, refuse_markup, refuse_reserved
from documents.models import Document
from events.models import Lesson
from members.models import Labelled, User
from reference.models import MemberState, Theme
from training.querysets import (
    ChapterLoadQuerySet,
    ChapterQuerySet,
    ChapterReadQuerySet,
    EditionFileQuerySet,
    EditionQuerySet,
    ParagraphChangeQuerySet,
    ParagraphQuerySet,
    ParagraphTextQuerySet,
    PlacedQuerySet,
    PublicationQuerySet,
    TermQuerySet,
)

LONGEST_PARAGRAPH = 20_000
MOST_PARAGRAPHS = 2000  # of one chapter
MOST_CHAPTERS = 100  # of one edition


class Publication(Labelled):
    """A manual, a standard or a protocol that is written with the States, edition after edition."""

    class Kind(models.TextChoices):
        MANUAL = "manual", _("Manual")
        STANDARD = "standard", _("Standard")
        PROTOCOL = "protocol", _("Protocol")

    slug = models.SlugField(_("slug"), max_length=80, unique=True, validators=[refuse_reserved])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=250, validators=[refuse_markup])
    summary = models.TextField(_("summary"), max_length=3000, blank=True, validators=[refuse_markup])
    themes = models.ManyToManyField(Theme, related_name="publications", blank=True, verbose_name=_("themes"))
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = PublicationQuerySet.as_manager()

    owner_path, state_id = "", None

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("publication")
        verbose_name_plural = _("publications")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("training:publication_detail", args=[self.slug])


class Edition(Labelled):
    """One edition of a publication (`work`). Its text changes while it is drafted, and never after that; its pictures
    are among its documents, so that its label is theirs."""

    class Status(models.TextChoices):
        DRAFTING = "drafting", _("drafting")
        CONSULTATION = "consultation", _("in consultation")
        FINAL = "final", _("final")
        SUPERSEDED = "superseded", _("superseded")

    work = models.ForeignKey(Publication, models.PROTECT, related_name="editions", verbose_name=_("publication"))
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(
        _("name"), max_length=120, blank=True, validators=[refuse_markup], help_text=_("Such as: 2027 edition.")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFTING, editable=False)
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="followers", verbose_name=_("based on")
    )
    finalised = models.DateField(_("final since"), null=True, editable=False)
    documents = models.ManyToManyField(Document, related_name="editions", blank=True, verbose_name=_("documents"))

    objects = EditionQuerySet.as_manager()

    owner_path, state_id = "", None

    class Meta:
        ordering = ["work", "-number"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(fields=["work", "number"], name="edition_number_once"),
            models.CheckConstraint(
                condition=~Q(status="drafting", publication="published"),
                name="edition_drafted_in_private",
                violation_error_message=_("An edition that is being drafted is not published."),
            ),
        ]

    def __str__(self):
        return f"{self.work} · {self.label_of_edition}"

    def get_absolute_url(self):
        return reverse("training:edition_detail", args=[self.work.slug, self.number])

    @property
    def label_of_edition(self):
        """ "Edition 2", or its name."""
        return self.name or _("Edition %(number)d") % {"number": self.number}

    @property
    def is_drafted(self):
        return self.status == self.Status.DRAFTING

    @property
    def room(self):
        """Who may not read the publication reads no file of its editions (documents.actions.refresh_audience)."""
        return self.work

    @property
    def strictest(self):
        """The edition or its publication: whichever has the label for fewer people, which holds for both."""
        return max(self, self.work, key=lambda record: record.label)

    def clean(self):
        super().clean()
        if self.label < self.work.label:
            raise ValidationError({"label": _("An edition is not open to more people than its publication.")})


class Chapter(models.Model):
    """A chapter of one edition; `order` is also its number, from 1 without gaps."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="chapters", verbose_name=_("edition"))
    order = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=250, validators=[refuse_markup])
    steward = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="chapters", verbose_name=_("steward State")
    )
    audience = models.CharField(_("intended audience"), max_length=300, blank=True, validators=[refuse_markup])

    objects = ChapterQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "order"]
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        constraints = [models.UniqueConstraint(fields=["edition", "order"], name="chapter_order_once")]

    def __str__(self):
        return f"{self.order}. {self.title}"

    @property
    def label(self):
        return self.edition.strictest.label

    def get_absolute_url(self):
        edition = self.edition
        return reverse("training:chapter_detail", args=[edition.work.slug, edition.number, self.order])


class Paragraph(models.Model):
    """The identity of a paragraph, which survives editions: whatever its text, number and place become."""

    work = models.ForeignKey(Publication, models.PROTECT, related_name="paragraphs", verbose_name=_("publication"))
    serial = models.PositiveIntegerField(_("identifier"))
    split_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", verbose_name=_("split from"))
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", verbose_name=_("merged into"))
    lessons = models.ManyToManyField(Lesson, related_name="paragraphs", blank=True, verbose_name=_("evidence"))

    objects = ParagraphQuerySet.as_manager()

    class Meta:
        ordering = ["work", "serial"]
        verbose_name = _("paragraph")
        verbose_name_plural = _("paragraphs")
        constraints = [models.UniqueConstraint(fields=["work", "serial"], name="paragraph_identifier_once")]

    def __str__(self):
        return self.identifier

    @property
    def identifier(self):
        """How it is called in addresses, forms and files: "p17"."""
        return f"p{self.serial}"


class EditionParagraph(models.Model):
    """A paragraph in one edition: in which chapter, at which place, under which number, of which kind."""

    class Kind(models.TextChoices):
        HEADING = "heading", _("Heading")
        TEXT = "text", _("Text")
        LIST = "list", _("List")
        TABLE = "table", _("Table")
        FIGURE = "figure", _("Figure")
        BOX = "box", _("Box")
        QUESTION = "question", _("Question to States")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="placed", verbose_name=_("edition"))
    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="placed", verbose_name=_("chapter"))
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="placed", verbose_name=_("paragraph"))
    order = models.PositiveIntegerField(_("order"))
    number = models.CharField(_("number"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TEXT)
    level = models.PositiveSmallIntegerField(_("level"), default=0)  # of a heading: 2 to 4
    figure = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name=_("picture")
    )

    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["chapter", "order"]
        verbose_name = _("paragraph of an edition")
        verbose_name_plural = _("paragraphs of editions")
        constraints = [
            models.UniqueConstraint(fields=["edition", "paragraph"], name="paragraph_once_in_edition"),
            models.UniqueConstraint(fields=["chapter", "order"], name="paragraph_order_once"),
            models.CheckConstraint(
                condition=Q(kind="heading", level__range=(2, 4)) | ~Q(kind="heading") & Q(level=0),
                name="paragraph_level_of_heading",
            ),
        ]

    def __str__(self):
        return f"{self.paragraph.identifier} · {self.number}"

    def get_absolute_url(self):
        return f"{self.chapter.get_absolute_url()}#{self.paragraph.identifier}"


class ParagraphText(models.Model):
    """What a paragraph of an edition says in one language, in Markdown. `version` counts its edits. Of a translation
    `translates` is the version of the original that it renders; the original itself has none."""

    placed = models.ForeignKey(EditionParagraph, models.CASCADE, related_name="texts", verbose_name=_("paragraph"))
    language = models.CharField(_("language"), max_length=2, choices=CONTENT_LANGUAGES)
    text = models.TextField(_("text"), max_length=LONGEST_PARAGRAPH)
    html = models.TextField(editable=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    translates = models.PositiveIntegerField(_("translates version"), null=True)
    search_text = models.TextField(editable=False, default="")

    objects = ParagraphTextQuerySet.as_manager()

    class Meta:
        ordering = ["placed", "language"]
        verbose_name = _("text of a paragraph")
        verbose_name_plural = _("texts of paragraphs")
        constraints = [models.UniqueConstraint(fields=["placed", "language"], name="paragraph_text_once")]

    def __str__(self):
        return f"{self.placed} · {self.language}"

    def write(self, text):
        """Take another text, with what is made of it."""
        self.text, self.html, self.search_text = text, to_html(text), fold(text)


class ParagraphChange(models.Model):
    """What was done to a paragraph of an edition while it was drafted: the trace from text to text."""

    class Kind(models.TextChoices):
        LOADED = "loaded", _("loaded")
        ADDED = "added", _("added")
        EDITED = "edited", _("edited")
        TRANSLATED = "translated", _("translated")
        MOVED = "moved", _("moved")
        KIND = "kind", _("made of another kind")
        SPLIT = "split", _("split")
        MERGED = "merged", _("merged")
        REMOVED = "removed", _("removed")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="changes", verbose_name=_("edition"))
    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="changes", verbose_name=_("paragraph"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    language = models.CharField(_("language"), max_length=2, choices=CONTENT_LANGUAGES, blank=True)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    other = models.ForeignKey(Paragraph, models.SET_NULL, null=True, related_name="+", verbose_name=_("the other one"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = ParagraphChangeQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "at", "pk"]
        verbose_name = _("change of a paragraph")
        verbose_name_plural = _("changes of paragraphs")

    def __str__(self):
        return f"{self.paragraph} · {self.get_kind_display()}"


class Term(models.Model):
    """A word of the glossary of a publication."""

    work = models.ForeignKey(Publication, models.CASCADE, related_name="terms", verbose_name=_("publication"))
    term = models.CharField(_("term"), max_length=120, validators=[refuse_markup])
    definition = models.TextField(_("definition"), max_length=2000, validators=[refuse_markup])
    source = models.CharField(_("source"), max_length=300, blank=True, validators=[refuse_markup])

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["work", "term"]
        verbose_name = _("term")
        verbose_name_plural = _("glossary")

    def __str__(self):
        return self.term


class ChapterRead(models.Model):
    """That a member said to have read a chapter."""

    person = models.ForeignKey(User, models.CASCADE, related_name="chapters_read", verbose_name=_("who"))
    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="readings", verbose_name=_("chapter"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = ChapterReadQuerySet.as_manager()

    class Meta:
        ordering = ["person", "chapter"]
        verbose_name = _("chapter read")
        verbose_name_plural = _("chapters read")
        constraints = [models.UniqueConstraint(fields=["person", "chapter"], name="chapter_read_once")]

    def __str__(self):
        return f"{self.person} · {self.chapter}"


class ChapterLoad(models.Model):
    """A file or a pasted text, split, which waits for confirmation: as a new chapter where `chapter` is None. `blocks`
    are [{"kind", "level", "text", "figure"}], Markdown and a Document's key; `remarks` say what was left out."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="loads", verbose_name=_("edition"))
    chapter = models.ForeignKey(Chapter, models.CASCADE, null=True, related_name="loads", verbose_name=_("chapter"))
    language = models.CharField(_("language"), max_length=2, choices=CONTENT_LANGUAGES)
    title = models.CharField(_("title"), max_length=250, validators=[refuse_markup])
    filename = models.CharField(_("file name"), max_length=150, blank=True)
    blocks = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    by = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("by"))
    created = models.DateTimeField(_("created"), default=timezone.now)

    objects = ChapterLoadQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("loaded text")
        verbose_name_plural = _("loaded texts")

    def __str__(self):
        return self.title


def kept_name(file, filename):
    """A generated name under which a finished file is kept."""
    return f"editions/{uuid.uuid4().hex}"


class EditionFile(models.Model):
    """A PDF of an edition, or of one of its chapters, in a language; `digest` is of what it was made from."""

    class State(models.TextChoices):
        QUEUED = "queued", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="files", verbose_name=_("edition"))
    chapter = models.ForeignKey(Chapter, models.CASCADE, null=True, related_name="files", verbose_name=_("chapter"))
    language = models.CharField(_("language"), max_length=2, choices=CONTENT_LANGUAGES)
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    file = models.FileField(_("file"), upload_to=kept_name, max_length=200, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    created = models.DateTimeField(_("created"), default=timezone.now)

    objects = EditionFileQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("file of an edition")
        verbose_name_plural = _("files of editions")
        constraints = [models.UniqueConstraint(fields=["language", "digest"], name="edition_file_once")]

    def __str__(self):
        return f"{self.edition} · {self.language}"
