"""What pages of the manual show around the text: editions, languages, evidence."""

from dataclasses import dataclass, field

from django.db.models import F

from core.languages import CONTENT_LANGUAGES, language_name
from documents.models import Document
from events.dossier import Audience, audience_of
from events.models import Lesson
from training.models import Edition, EditionParagraph, Paragraph, ParagraphChange, ParagraphText, Publication, Term
from training.paragraph_history import changes_of
from training.paragraph_rows import Kind, Paragraphs, headings, read_paragraphs

_beside = []


def put_beside(part):
    """Let `part(chapter, user)`, of an app to the right, give {serial: finished HTML} of what stands beside the
    paragraphs of a chapter that passed the gate."""
    if part not in _beside:
        _beside.append(part)


@dataclass(frozen=True)
class Place:
    """A record in the way to a page, under a name of its own."""

    record: object
    name: str

    @property
    def pk(self):
        return self.record.pk

    def __str__(self):
        return str(self.name)

    def get_absolute_url(self):
        return self.record.get_absolute_url()


def place_of(edition):
    """An edition below its publication, whose title it need not repeat."""
    return Place(edition, edition.label_of_edition)


def publications_for(user, works=None):
    """[(Publication, its editions that `user` may know of)] in their order, the current edition first; of `works`
    where not all are meant."""
    works = {work.pk: work for work in (Publication.objects.visible_to(user) if works is None else works)}
    editions = {key: [] for key in works}
    for edition in Edition.objects.visible_to(user).of_works(list(works)).newest_first():
        edition.work = works[edition.work_id]
        editions[edition.work_id].append(edition)
    return [(work, current_first(editions[key])) for key, work in works.items()]


def current_first(editions):
    """Editions, the newest first, with the one that holds at the front."""
    return sorted(editions, key=lambda edition: edition.status != Edition.Status.FINAL)


def current_of(work, user):
    """The edition of a publication that holds now, or None where `user` may not know of it."""
    return Edition.objects.visible_to(user).of(work).final().newest_first().first()


def standing_in(edition, serial, user):
    """The EditionParagraph of a paragraph in an edition; else of the one into which it went there, or of which it was
    a part; else None. Nothing is told of a paragraph that stands only in editions of which `user` may not know."""
    rows = EditionParagraph.objects.visible_to(user).of(edition).select_related("paragraph", "chapter__edition__work")
    known, gone = Paragraph.objects.visible_to(user).of(edition.work), set()
    paragraph = known.called(serial).first()
    while paragraph and paragraph.pk not in gone:
        if found := rows.of_paragraph(paragraph).first():
            return found
        gone.add(paragraph.pk)
        paragraph = known.filter(pk=_taken_into(paragraph, edition) or paragraph.split_from_id).first()
    return None


def _taken_into(paragraph, edition):
    """The key of the paragraph into which one went in an edition, or in those with whose text that began; or None."""
    steps = (change for change in changes_of(paragraph, edition) if change.kind == ParagraphChange.Kind.REMOVED)
    return next((change.other_id for change in steps if change.other_id), None)


@dataclass(frozen=True)
class Language:
    """How much of a text there is in a language: `count` of `total` paragraphs, `outdated` of them."""

    code: str
    count: int
    total: int
    outdated: int = 0
    is_original: bool = False

    @property
    def name(self):
        return language_name(self.code)

    @property
    def is_whole(self):
        return self.count >= self.total


def languages_of(edition, texts, outdated=None):
    """The Languages of some of an edition's texts, the original first."""
    counts, old = texts.counted_by_language(), outdated or {}
    total = counts.get(edition.language, 0)
    codes = [edition.language, *(code for code, _name in CONTENT_LANGUAGES if code != edition.language)]
    return [
        Language(code, counts[code], total, old.get(code, 0), code == edition.language)
        for code in codes
        if code in counts
    ]


def sizes_of(edition):
    """(The same of a whole edition that passed the gate, with what is outdated; {chapter: number of paragraphs})."""
    texts = ParagraphText.objects.in_edition(edition)
    languages = languages_of(edition, texts, texts.outdated().counted_by_language())
    return languages, EditionParagraph.objects.of(edition).counted_by_chapter()


@dataclass
class ChapterText:
    """The text of a chapter as one reader gets it in one language, finished."""

    language: str
    html: str = ""
    headings: list = field(default_factory=list)
    languages: list = field(default_factory=list)
    count: int = 0
    translated: int = 0
    outdated: int = 0
    audience: Audience | None = None

    @property
    def others(self):
        """In what else it can be read."""
        return [language for language in self.languages if language.code != self.language]

    @property
    def language_name(self):
        return language_name(self.language)


def text_of(chapter, user, language, reader, glossary):
    """The ChapterText of a chapter that passed the gate, in a language, on a page in that of the `reader`."""
    rows, evidence = read_paragraphs(chapter, language), _evidence(chapter, user)
    paragraphs = Paragraphs(
        reader=reader,
        original=chapter.edition.language,
        pictures=(pictures := _pictures(rows, user)),
        evidence=evidence,
        terms=terms_of(chapter.edition.work, user),
        glossary=glossary,
        beside=_beside_of(chapter, user),
    )
    return ChapterText(
        language,
        paragraphs.html(rows),
        headings(rows),
        languages_of(chapter.edition, ParagraphText.objects.in_chapter(chapter)),
        len(rows),
        sum(row.language == language for row in rows),
        sum(row.is_outdated for row in rows),
        _audience(chapter.edition, pictures, evidence),
    )


def _beside_of(chapter, user):
    """{serial: what all of them put there}."""
    found = {}
    for part in _beside:
        for serial, html in part(chapter, user).items():
            found[serial] = found.get(serial, "") + html
    return found


def _audience(edition, pictures, evidence):
    """Whom the page is for, evidence included: said on each sheet that is printed of it."""
    lessons = [lesson for found in evidence.values() for lesson in found]
    events = [lesson.event for lesson in lessons if lesson.event]
    return audience_of([edition, edition.work, *pictures.values(), *lessons, *events])


def terms_of(work, user):
    """The words of a publication's glossary."""
    return list(Term.objects.visible_to(user).of(work))


def _pictures(rows, user):
    """{key: Document} of the figures that `user` may know of."""
    keys = [row.figure for row in rows if row.kind == Kind.FIGURE and row.figure]
    return {row.pk: row for row in Document.objects.visible_to(user).filter(pk__in=keys)} if keys else {}


def _evidence(chapter, user):
    """{serial: [Lessons]} that are tagged to paragraphs of a chapter, those that `user` may know of."""
    lessons = Lesson.objects.visible_to(user).for_list(user).filter(paragraphs__placed__chapter=chapter)
    found = {}
    for lesson in lessons.annotate(serial=F("paragraphs__serial")).order_by("serial", "pk"):
        found.setdefault(lesson.serial, []).append(lesson)
    return found
