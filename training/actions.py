"""Verbs of editions and chapters: begin one, put chapters in order, let an edition out."""

from collections import defaultdict
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import CharField, F, IntegerField, Value
from django.db.models.functions import Cast, Concat, Substr
from django.utils.translation import gettext as _

from core.languages import CONTENT_CODES
from documents.actions import refresh_documents
from documents.models import Document
from members.audit import audit_standing
from members.audit import standing_of as readers_of
from moderation.refusals import Refused
from notifications.actions import tell_of_curation
from reference.querysets import today
from training.models import (
    MOST_CHAPTERS,
    Chapter,
    ChapterLoad,
    ChapterRead,
    Edition,
    EditionFile,
    EditionParagraph,
    ParagraphChange,
    ParagraphText,
    Publication,
)
from training.pdf_files import ask_for_readers
from training.pictures import copied_figures

FAR = 1_000_000_000  # above any order: where rows stand while they are put in order anew
BATCH = 500
MOST_SHIFTS = 20  # in one statement each; rows that go more ways are written one by one
Kind = EditionParagraph.Kind
UNNUMBERED = [Kind.HEADING]
HOLDS = []


def hold_back(why_not):
    """Let `why_not(edition)`, of an app to the right, say why an edition cannot be made final yet, or ""."""
    if why_not not in HOLDS:
        HOLDS.append(why_not)


def locked_work(key):
    """The publication as it is now. Its row is the one lock of all that is written in its editions, and taken first:
    identifiers are given, and editions follow each other, in all of it."""
    return Publication.objects.select_for_update(no_key=True, of=("self",)).get(pk=key)


def locked_edition(edition):
    """The edition as it is now, which nobody else changes until the transaction ends."""
    work = locked_work(edition.work_id)
    edition = Edition.objects.locked().get(pk=edition.pk)
    edition.work = work
    return edition


def drafted(edition):
    """The same, where its text may still change; else Refused."""
    edition = locked_edition(edition)
    if not edition.is_drafted:
        raise Refused(_("Nothing was changed: the text of an edition changes only while it is being drafted."))
    return edition


def trace(kind, *, edition, paragraph, by, language="", before="", after="", other=None):
    """Note what was done to a paragraph; returns the ParagraphChange."""
    return ParagraphChange.objects.create(
        edition=edition, paragraph=paragraph, kind=kind, language=language, before=before, after=after, other=other,
        by=by,
    )  # fmt: skip


@transaction.atomic
def start_edition(*, work, by, label, language, name="", based_on=None, number=None):
    """Begin the next edition of a publication, empty or with the text of another of its editions; returns it.

    It is a draft, which only the secretariat sees. Paragraphs keep their identity. `number` is the one that it is to
    have: Refused where another edition got it meanwhile.
    """
    work = locked_work(work.pk)
    _refuse_start(work, label, language, based_on)
    following = Edition.objects.of(work).last_number() + 1
    if number not in (None, following):
        raise Refused(_("Nothing was begun: another edition was begun meanwhile. Look whether it is the one you need."))
    begun = {"work": work, "number": following, "label": label, "language": language, "based_on": based_on}
    edition = Edition(**begun, author=by, **{f"name_{language}": name})
    edition.save()
    if based_on:
        with copied_figures(based_on, edition) as figures:
            _copy_text(based_on, edition, figures)
        _take_documents(based_on, edition)
    return edition


def _refuse_start(work, label, language, based_on):
    if label < work.label:
        raise Refused(_("Nothing was begun: an edition is not open to more people than its publication."))
    if based_on and (based_on.work_id != work.pk or based_on.language != language):
        raise Refused(_("Nothing was begun: an edition has the original language of the one it begins with."))


def _take_documents(old, new):
    """What else hangs on the old edition hangs on the new one too, save what its label would take from its readers: a
    document is read by those who read all that holds it. Figures were copied."""
    others = old.documents.exclude(figures__edition=old)
    documents = [row for row in others if row.effective_label >= new.label or not row.attached]
    new.documents.add(*documents)
    refresh_documents(documents)


def _copy_text(old, new, figures):
    """All chapters and paragraphs with all languages of one edition into another, which is empty; `figures` are the
    pictures that it has instead, {key: Document}. The database copies its rows itself: there are ten thousands."""
    for chapter in Chapter.objects.of(old):
        chapter.pk, chapter.edition, chapter._state.adding = None, new, True
        chapter.save()
    _copy_rows(
        EditionParagraph,
        {"edition_id": "there.edition_id", "chapter_id": "there.id"},
        "JOIN training_chapter here ON here.id = source.chapter_id"
        ' JOIN training_chapter there ON there."order" = here."order"'
        " WHERE there.edition_id = %s AND here.edition_id = %s",
        [new.pk, old.pk],
    )
    _copy_rows(
        ParagraphText,
        {"placed_id": "there.id"},
        "JOIN training_editionparagraph here ON here.id = source.placed_id"
        " JOIN training_editionparagraph there ON there.paragraph_id = here.paragraph_id"
        " WHERE there.edition_id = %s AND here.edition_id = %s",
        [new.pk, old.pk],
    )
    for key, copy in figures.items():
        EditionParagraph.objects.of(new).filter(figure=key).update(figure=copy)


def _copy_rows(model, instead, which, params):
    """Rows of a model once more, with other values in some columns."""
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(instead.get(column, f'source."{column}"') for column in columns)
    into = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    sql = f"INSERT INTO {table} ({into}) SELECT {values} FROM {table} source {which}"  # noqa: S608 - names of columns
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@transaction.atomic
def add_chapter(*, edition, title, by, steward=None, audience="", once=False):
    """A new last chapter of an edition that is being drafted, its title and audience in its language; returns it.

    `once` where the same form may come twice: a last chapter of this title that is still empty is the one it made.
    """
    edition = drafted(edition)
    last = Chapter.objects.of(edition).order_by("-order").first()
    if once and last and getattr(last, f"title_{edition.language}") == title and not last.placed.exists():
        return last
    if last and last.order >= MOST_CHAPTERS:
        raise Refused(_("Nothing was added: an edition has at most %(most)d chapters.") % {"most": MOST_CHAPTERS})
    said = {f"title_{edition.language}": title, f"audience_{edition.language}": audience}
    return Chapter.objects.create(edition=edition, order=last.order + 1 if last else 1, steward=steward, **said)


def standing_of(chapter):
    """A text that says what the fields of a chapter hold, to be compared."""
    names = [f"{name}_{code}" for name in ("title", "audience") for code in CONTENT_CODES]
    said = [str(getattr(chapter, name) or "") for name in (*names, "steward_id")]
    return sha256("\n".join(said).encode()).hexdigest()[:32]


@transaction.atomic
def edit_chapter(*, chapter, by, seen=None, **fields):
    """Give a chapter other titles, audiences or another steward. `seen` is how it stood when that was begun: Refused
    where it stands otherwise now. After the drafting only what is a translation may change."""
    edition = locked_edition(chapter.edition)
    chapter = _there(chapter, edition)
    if not edition.is_drafted and fields.keys() - _translated(edition):
        raise Refused(_("Nothing was changed: the text of an edition changes only while it is being drafted."))
    if seen not in (None, standing_of(chapter)):
        raise Refused(_("Nothing was changed: somebody else changed the chapter since you opened it."))
    for name, value in fields.items():
        setattr(chapter, name, value)
    chapter.save()
    return chapter


def _translated(edition):
    """The fields of its chapters that may still be written."""
    if edition.status == Edition.Status.SUPERSEDED:
        return set()
    return {f"{name}_{code}" for name in ("title", "audience") for code in CONTENT_CODES if code != edition.language}


def _there(chapter, edition):
    """The chapter as it is now; else Refused."""
    found = Chapter.objects.of(edition).filter(pk=chapter.pk).first()
    if found is None:
        raise Refused(_("Nothing was changed: the chapter has left this edition."))
    found.edition = edition
    return found


@transaction.atomic
def move_chapter(*, chapter, order, by):
    """Put a chapter at another place of its edition, the others closing up; the numbers of all change with it."""
    edition = drafted(chapter.edition)
    moved = _there(chapter, edition)
    chapters = [row for row in Chapter.objects.of(edition).order_by("order") if row.pk != moved.pk]
    chapters.insert(max(0, min(order, len(chapters) + 1) - 1), moved)
    _put_chapters_in_order(edition, chapters)
    moved.save(update_fields=["order"])  # for its history
    return moved


@transaction.atomic
def remove_chapter(*, chapter, by):
    """Take an empty chapter out of its edition."""
    edition = drafted(chapter.edition)
    chapter = _there(chapter, edition)
    if EditionParagraph.objects.in_chapter(chapter).exists():
        raise Refused(_("Nothing was removed: the chapter still has paragraphs. Move them or remove them first."))
    ChapterLoad.objects.filter(chapter=chapter, language=edition.language).update(chapter=None)  # it can still be added
    files = [row.file for row in EditionFile.objects.of_part(edition, chapter) if row.file]
    chapter.delete()
    transaction.on_commit(lambda: [file.delete(save=False) for file in files])
    _put_chapters_in_order(edition, list(Chapter.objects.of(edition).order_by("order")))


def _put_chapters_in_order(edition, chapters):
    """Give the chapters of an edition their places, and what is numbered in them the numbers that follow from that."""
    were = {row.pk: row.order for row in chapters}
    _put_in_order(Chapter.objects.of(edition), chapters)
    for row in chapters:
        if were[row.pk] != row.order:
            numbered = EditionParagraph.objects.in_chapter(row).exclude(number="")
            behind = Substr("number", len(f"{were[row.pk]}.") + 1)
            numbered.update(number=Concat(Value(f"{row.order}."), behind))


def _put_in_order(rows, wanted):
    """Give rows the orders from 1 on; no two ever have the same. What stays is not written."""
    shifts = defaultdict(list)
    for place, row in enumerate(wanted, 1):
        if row.order != place:
            shifts[place - row.order].append(row)
            row.order = place
    if len(shifts) > MOST_SHIFTS:
        moved = [row for group in shifts.values() for row in group]
        rows.filter(pk__in=[row.pk for row in moved]).update(order=F("order") + FAR)
        rows.model.objects.bulk_update(moved, ["order"], batch_size=BATCH)
        return
    for shift, group in shifts.items():
        rows.filter(pk__in=[row.pk for row in group]).update(order=F("order") + FAR + shift)
    if shifts:
        rows.filter(order__gt=FAR // 2).update(order=F("order") - FAR)


def put_paragraphs_in_order(chapter, wanted):
    """Give the paragraphs of a chapter, all of them in their new order, their places and their numbers."""
    _put_in_order(EditionParagraph.objects.in_chapter(chapter).order_by(), wanted)
    _number(chapter, wanted)


def renumber(chapter):
    """Number what is numbered in a chapter: "3.1", "3.2" and so on; headings have no number."""
    _number(chapter, list(EditionParagraph.objects.in_chapter(chapter)))


def _number(chapter, rows):
    """The same for all its paragraphs, given in their order. Numbers that move by as much are written together."""
    chapter.refresh_from_db(fields=["order"])
    shifts, single, count, prefix = defaultdict(list), [], 0, f"{chapter.order}."
    for row in rows:
        count += row.kind not in UNNUMBERED
        number = "" if row.kind in UNNUMBERED else f"{prefix}{count}"
        if number and row.number.startswith(prefix) and row.number != number:
            shifts[count - int(row.number.removeprefix(prefix))].append(row)
        elif row.number != number:
            single.append(row)
        row.number = number
    if len(shifts) > MOST_SHIFTS:
        single += [row for group in shifts.values() for row in group]
        shifts = {}
    last = Cast(Substr("number", len(prefix) + 1), IntegerField())
    for shift, group in shifts.items():
        number = Concat(Value(prefix), Cast(last + shift, CharField(max_length=20)))
        EditionParagraph.objects.filter(pk__in=[row.pk for row in group]).update(number=number)
    EditionParagraph.objects.bulk_update(single, ["number"], batch_size=BATCH)


@transaction.atomic
def put_to_consultation(*, edition, by):
    """Let the readers of its label read an edition, so that the States can comment on it; its text stays as it is from
    now on. One that is out already stays what it is. Returns the edition as it is then."""
    edition = locked_edition(edition)
    if edition.status == Edition.Status.SUPERSEDED:
        raise Refused(_("Nothing was opened: this edition was superseded by a later one."))
    if not EditionParagraph.objects.of(edition).exists():
        raise Refused(_("Nothing was opened: the edition has no text yet."))
    return _let_out(edition, Edition.Status.CONSULTATION, by) if edition.is_drafted else edition


@transaction.atomic
def take_back_to_drafting(*, edition, by):
    """Let the text of an edition change again, after its only consultation was withdrawn: the secretariat alone sees it
    from now on. A final edition stays final. Returns the edition as it is then."""
    edition = locked_edition(edition)
    if edition.status == Edition.Status.CONSULTATION:
        before = readers_of(edition)
        edition.status, edition.publication = Edition.Status.DRAFTING, Edition.Publication.DRAFT
        edition.save()
        refresh_documents(edition.documents.all())
        audit_standing(edition, before, subject=("edition", edition.pk), by=by)
    return edition


@transaction.atomic
def finalise(*, edition, by):
    """Make an edition final and publish it; the one that was final before is superseded by it, and so are earlier ones
    that were only in consultation, once nothing holds them back.

    Who watches the publication or one of its themes is told.
    """
    edition = locked_edition(edition)
    editions = Edition.objects.of(edition.work)
    if edition.status not in (Edition.Status.DRAFTING, Edition.Status.CONSULTATION):
        raise Refused(_("Nothing was changed: this edition is final already."))
    if not EditionParagraph.objects.of(edition).exists():
        raise Refused(_("Nothing was changed: the edition has no text yet."))
    if editions.filter(status=Edition.Status.FINAL, number__gt=edition.number).exists():
        raise Refused(_("Nothing was changed: a later edition is final already, and this one would take its place."))
    for why_not in HOLDS:
        if reason := why_not(edition):
            raise Refused(reason)
    for old in overtaken_by(edition):
        _supersede(old)
    edition = _let_out(edition, Edition.Status.FINAL, by)
    ask_for_readers(edition)
    tell_of_curation(edition, subject=("edition", edition.pk), published=True, by=by)
    return edition


@transaction.atomic
def give_way(*, edition, by):
    """Let a later edition that is final already take the place of one that was in consultation, where nothing holds
    that back any more. Returns the edition as it is then."""
    edition = locked_edition(edition)
    later = Edition.objects.of(edition.work).filter(status=Edition.Status.FINAL, number__gt=edition.number)
    if edition.status == Edition.Status.CONSULTATION and later.exists() and not _is_held(edition):
        _supersede(edition)
    return edition


def overtaken_by(edition):
    """The editions whose place an edition takes once it is final."""
    rows = Edition.objects.of(edition.work).exclude(pk=edition.pk).order_by("number")
    asked = rows.filter(status=Edition.Status.CONSULTATION, number__lt=edition.number)
    return [*rows.filter(status=Edition.Status.FINAL), *(row for row in asked if not _is_held(row))]


def _is_held(edition):
    return any(why_not(edition) for why_not in HOLDS)


def _supersede(edition):
    edition.status = Edition.Status.SUPERSEDED
    edition.save(update_fields=["status", "updated"])
    ask_for_readers(edition)  # it says on each page what became of it


def _let_out(edition, status, by):
    before = readers_of(edition)
    edition.status, edition.publication = status, Edition.Publication.PUBLISHED
    if status == Edition.Status.FINAL:
        edition.finalised = today()
    edition.save()
    refresh_documents(edition.documents.all())
    audit_standing(edition, before, subject=("edition", edition.pk), by=by)
    return edition


@transaction.atomic
def refresh_pictures(work):
    """After a publication was relabelled, published or withdrawn: who reads the files of its editions."""
    refresh_documents(Document.objects.filter(editions__work=work).distinct())


@transaction.atomic
def mark_chapter_read(*, chapter, by, read=True):
    """Note that a member has read a chapter, or that he has not."""
    if read:
        ChapterRead.objects.get_or_create(person=by, chapter=chapter)
    else:
        ChapterRead.objects.by(by).filter(chapter=chapter).delete()
