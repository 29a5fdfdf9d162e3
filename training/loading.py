"""Verbs of loaded texts: take one in, correct how it was split and matched, apply it, throw it away."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import override

from documents.models import Document
from documents.storage import stored
from moderation.refusals import Refused
from training.actions import BATCH, add_chapter, drafted, locked_edition, put_paragraphs_in_order
from training.load_plan import Plan
from training.models import (
    MOST_PARAGRAPHS,
    Chapter,
    ChapterLoad,
    Edition,
    EditionParagraph,
    Paragraph,
    ParagraphChange,
    ParagraphText,
)
from training.parsing import file_of, plain, title_of
from training.pictures import attach, discard_pictures
from training.writing import kind_in_words, next_serial

Kind, Change = EditionParagraph.Kind, ParagraphChange.Kind
LOWEST, HIGHEST = 4, 2  # levels of headings within a chapter


class ChangedSince(Refused):
    """The chapter was changed after the plan was shown."""


def start_load(*, edition, chapter, language, parsed, filename, title, by):
    """Keep a split text until it is confirmed; the same once more is the one that waits already. Returns it."""
    if chapter is None and language != edition.language:
        raise Refused(_("Nothing was loaded: a translation goes into a chapter that is there."))
    said, blocks, remarks = arranged(parsed, into_one=chapter is not None)
    _name_figures(blocks, language)
    own = chapter and getattr(chapter, f"title_{language}")
    remarks += [{"code": "title", "n": 1, "text": said}] if own and said and own != said else []
    load = ChapterLoad(
        edition=edition, chapter=chapter, language=language, title=own or title or said, filename=filename,
        remarks=remarks, by=by,
    )  # fmt: skip
    there = ChapterLoad.objects.of(edition).by(by).waiting().newest_first().first()
    if there and _like(there, load, blocks, parsed.pictures):
        return there
    pictures = {} if language != edition.language else _pictures(parsed, blocks, load)
    with stored(list(pictures.values())), transaction.atomic():
        for picture in pictures.values():
            picture.save()
        keys = {name: picture.pk for name, picture in pictures.items()}
        load.blocks = [_kept(block, keys) for block in blocks]
        load.save()
    return load


def _like(there, load, blocks, files):
    """Whether a load that waits is the same text for the same chapter, not corrected yet."""
    if any(getattr(there, name) != getattr(load, name) for name in ("chapter_id", "language", "filename")):
        return False
    held = Document.objects.in_bulk([block["figure"] for block in there.blocks if block.get("figure")])
    sums = {key: document.sha256 for key, document in held.items()}
    given = {name: file_of(name, content)[1]["sha256"] for name, content in files.items()}
    return [(block.get("kind"), block.get("text"), sums.get(block.get("figure"))) for block in there.blocks] == [
        (block["kind"], block["text"], given.get(block["picture"])) for block in blocks
    ]


def _name_figures(blocks, language):
    """A picture without any words is called a figure."""
    with override(language):
        for block in blocks:
            block["text"] = block["text"] or _("Figure")


def _kept(block, keys):
    """A block as it is kept, with the key of its picture."""
    return {name: block[name] for name in ("kind", "level", "text")} | {"figure": keys.get(block["picture"])}


def _pictures(parsed, blocks, load):
    """{name: unsaved Document} of the pictures of a text: drafts, as open as the publication once they are out."""
    found = {}
    for block in blocks:
        if name := block["picture"]:
            file, columns = file_of(name, parsed.pictures[name])
            title = plain(block["text"])[:250] or name
            found[name] = Document(file=file, title=title, language=load.language, label=load.edition.work.label,
                                   author=load.by, **columns)  # fmt: skip
    return found


def arranged(parsed, *, into_one):
    """(title, blocks, remarks) of a split text: one chapter, or several of which each begins with a heading of level 1
    where the text has more than one and need not be `into_one`."""
    blocks = [dict(block) for block in parsed.blocks]
    named = next((block for block in blocks if block["kind"] == "title"), None)
    tops = [block for block in blocks if block["level"] == 1]
    title = title_of(named["text"]) if named else parsed.title
    several = len(tops) > 1 and not into_one
    if len(tops) == 1 and named is None:
        title, tops = title_of(tops[0]["text"]), []
        blocks = [block for block in blocks if block["level"] != 1]
    blocks = [block for block in blocks if block is not named]
    if not blocks:
        raise Refused(_("There is no text in it but a title."))
    said = [{"code": "several" if several else "tops", "n": len(tops)}] if tops else []
    said += [{"code": "work", "n": 1, "text": title}] if several and named and blocks[0]["level"] == 1 else []
    _set_levels(blocks, down=bool(tops) and not several)
    return title, blocks, [*said, *parsed.remarks]


def _set_levels(blocks, *, down):
    """Levels of headings as chapters have them: from 2 to 4, or 1 where a chapter begins."""
    levels = [block["level"] for block in blocks if block["kind"] == Kind.HEADING]
    shift = 1 if down else min(0, HIGHEST - min(levels, default=HIGHEST))
    for block in blocks:
        if block["kind"] == Kind.HEADING and (down or block["level"] != 1):
            block["level"] = max(HIGHEST, min(LOWEST, block["level"] + shift))


@transaction.atomic
def correct_load(*, load, title, kinds, matches, kept, by):
    """Note what the curator corrected: the title; `kinds` by place of the block, (kind, level) or None to leave it
    out; `matches` by place, the identifier of its paragraph or 0 for a new one; `kept` by identifier, whether a
    paragraph stays that the file does not have."""
    load = _locked(load)
    blocks = load.blocks
    for place, said in kinds.items():
        blocks[place]["out"] = said is None
        if said is not None:
            blocks[place] |= {"kind": said[0], "level": said[1], "set": True}
    for place, serial in matches.items():
        for block in blocks:
            if serial and block.get("as") == serial:
                del block["as"]
        blocks[place]["as"] = serial
    stay = {block["kept"] for block in blocks if "kept" in block}
    stay = (stay | {serial for serial, stays in kept.items() if stays}) - {s for s, stays in kept.items() if not stays}
    load.blocks = [block for block in blocks if "kept" not in block] + [{"kept": serial} for serial in sorted(stay)]
    load.title = title
    load.save(update_fields=["blocks", "title"])
    return load


def _locked(load):
    """The load as it is now, locked; Http404 where it was thrown away meanwhile."""
    loads = ChapterLoad.objects.select_for_update(of=("self",)).select_related("edition__work", "chapter")
    return get_object_or_404(loads, pk=load.pk)


def is_applied(load):
    return not load.blocks


@transaction.atomic
def apply_load(*, load, seen, by):
    """Make of a load what its plan says; returns the chapter, or the first of several.

    `seen` is of the plan that was confirmed: ChangedSince where the chapter has changed. What was applied already is
    not applied again.
    """
    edition = locked_edition(load.edition)
    load = _locked(load)
    if is_applied(load):
        return load.chapter
    plan = Plan(load)
    if plan.seen != seen:
        raise ChangedSince(_("Not loaded yet: the chapter was changed since. It was matched again, look once more."))
    if plan.is_translation:
        chapter = _translate(edition, plan, by)
    elif load.chapter:
        chapter = _write_chapter(drafted(edition), load.chapter, plan.entries, by)
        _set_title(chapter, load)
    else:
        chapter = _write_chapters(drafted(edition), plan, by)
    unused = [block["figure"] for block in load.blocks if block.get("figure")]
    load.chapter, load.blocks, load.remarks = chapter, [], []
    load.save(update_fields=["chapter", "blocks", "remarks"])
    discard_pictures(unused)
    return chapter


def _set_title(chapter, load):
    name = f"title_{load.language}"
    if load.title and getattr(chapter, name) != load.title:
        setattr(chapter, name, load.title)
        chapter.save(update_fields=[name])


def _write_chapters(edition, plan, by):
    """A new chapter of what stands before the first title of one, if anything does, and one of each title."""
    parts = [(plan.load.title, [])]
    for entry in plan.entries:
        if entry.fate == "chapter":
            parts.append((title_of(entry.text), []))
        elif entry.fate == "new":
            parts[-1][1].append(entry)
    parts = parts if parts[0][1] or len(parts) == 1 else parts[1:]
    if not all(title for title, _entries in parts):
        raise Refused(_("Nothing was loaded: a chapter has a title."))
    made = []
    for title, entries in parts:
        made.append(add_chapter(edition=edition, title=title, by=by))
        _write_chapter(edition, made[-1], entries, by)
    return made[0]


def _write_chapter(edition, chapter, entries, by):
    """Give a chapter the paragraphs of a plan, in its order; returns the chapter."""
    chapter.edition = edition
    stay = [entry for entry in entries if entry.fate not in ("removed", "out", "left")]
    if len(stay) > MOST_PARAGRAPHS:
        most = {"most": MOST_PARAGRAPHS}
        raise Refused(_("Nothing was changed: a chapter has at most %(most)d paragraphs.") % most)
    pictures = [entry.figure for entry in stay if entry.kind == Kind.FIGURE and entry.has_new_picture]
    changes = _take_out([entry for entry in entries if entry.fate == "removed"])
    changes += _rewrite([entry for entry in entries if entry.fate == "changed"])
    placed, added = _add(edition, chapter, [entry for entry in stay if entry.fate == "new"])
    before = {entry.old.serial: entry.old.placed.number for entry in stay if entry.moved}
    wanted = [entry.old.placed if entry.old else placed[entry.place] for entry in stay]
    put_paragraphs_in_order(chapter, wanted)
    changes += added + _moves(chapter, before)
    for change in changes:
        change.edition, change.by = edition, by
    ParagraphChange.objects.bulk_create(changes, batch_size=BATCH)
    attach(edition, pictures)
    return chapter


def _take_out(entries):
    """Take paragraphs out of the edition; of those that were joined with another it is known into which they went."""
    rows, texts = [entry.old.placed.pk for entry in entries], {}
    for text in ParagraphText.objects.filter(placed__in=rows).order_by("language"):
        texts.setdefault(text.placed_id, []).append(text)
    EditionParagraph.objects.filter(pk__in=rows).delete()
    joined = [entry for entry in entries if entry.other]
    for entry in joined:
        entry.old.placed.paragraph.merged_into = entry.other.placed.paragraph
    Paragraph.objects.bulk_update([entry.old.placed.paragraph for entry in joined], ["merged_into"])
    return [
        ParagraphChange(kind=Change.REMOVED, paragraph=entry.old.placed.paragraph, language=text.language,
                        before=text.text, other=_other(entry))
        for entry in entries
        for text in sorted(texts[entry.old.placed.pk], key=lambda text: (text.translates or 0, text.language))
    ]  # fmt: skip


def _other(entry):
    return entry.other.placed.paragraph if entry.other else None


def _rewrite(entries):
    """Give paragraphs that stay their new texts, kinds and pictures."""
    changes, texts = [], []
    for entry in entries:
        placed, text, was = entry.old.placed, entry.old.text, kind_in_words(entry.old.placed)
        placed.kind, placed.level = entry.kind, entry.level
        placed.figure = (
            (entry.figure if entry.has_new_picture else placed.figure) if entry.kind == Kind.FIGURE else None
        )
        if (now := kind_in_words(placed)) != was:
            changes.append(ParagraphChange(kind=Change.KIND, paragraph=placed.paragraph, before=was, after=now))
        if entry.is_rewritten:
            before, text.version = text.text, text.version + 1
            text.write(entry.text)
            texts.append(text)
            changes.append(ParagraphChange(kind=Change.EDITED, paragraph=placed.paragraph, language=text.language,
                                           before=before, after=text.text))  # fmt: skip
    ParagraphText.objects.bulk_update(texts, ["text", "html", "search_text", "version"], batch_size=BATCH)
    rows = [entry.old.placed for entry in entries]
    EditionParagraph.objects.bulk_update(rows, ["kind", "level", "figure"], batch_size=BATCH)
    return changes


def _add(edition, chapter, entries):
    """({place: EditionParagraph}, changes) of new paragraphs, which stand behind all others for now."""
    if not entries:
        return {}, []
    work, last = edition.work, EditionParagraph.objects.in_chapter(chapter).last_order()
    identities = [
        Paragraph(work=work, serial=serial, split_from=_other(entry))
        for serial, entry in enumerate(entries, next_serial(work))
    ]
    identities = Paragraph.objects.bulk_create(identities, batch_size=BATCH)
    rows = [
        EditionParagraph(edition=edition, chapter=chapter, paragraph=paragraph, order=order, kind=entry.kind,
                         level=entry.level, figure=entry.figure if entry.kind == Kind.FIGURE else None)
        for order, (paragraph, entry) in enumerate(zip(identities, entries, strict=True), last + 1)
    ]  # fmt: skip
    rows = EditionParagraph.objects.bulk_create(rows, batch_size=BATCH)
    texts = [ParagraphText(placed=row, language=edition.language) for row in rows]
    for text, entry in zip(texts, entries, strict=True):
        text.write(entry.text)
    ParagraphText.objects.bulk_create(texts, batch_size=BATCH)
    changes = [ParagraphChange(kind=Change.LOADED, paragraph=paragraph, after=entry.text, other=_other(entry))
               for paragraph, entry in zip(identities, entries, strict=True)]  # fmt: skip
    return {entry.place: row for entry, row in zip(entries, rows, strict=True)}, changes


def _moves(chapter, before):
    """The changes of paragraphs that stand elsewhere now; `before` their numbers by identifier."""
    moved = EditionParagraph.objects.in_chapter(chapter).filter(paragraph__serial__in=before).for_text()
    return [
        ParagraphChange(kind=Change.MOVED, paragraph=row.paragraph, before=before[row.paragraph.serial],
                        after=row.number)
        for row in moved
    ]  # fmt: skip


def _translate(edition, plan, by):
    """Give the paragraphs of a chapter their translations, each of the original as it is now; returns the chapter."""
    if edition.status == Edition.Status.SUPERSEDED:
        raise Refused(_("Nothing was changed: this text is not translated any more."))
    new, old, changes = [], [], []
    for entry in plan.entries:
        if entry.fate != "changed":
            continue
        placed, text = entry.old.placed, entry.old.text
        (old if text else new).append(
            text := text or ParagraphText(placed=placed, language=plan.load.language, version=0)
        )
        changes.append(ParagraphChange(kind=Change.TRANSLATED, edition=edition, paragraph=placed.paragraph, by=by,
                                       language=text.language, before=text.text, after=entry.text))  # fmt: skip
        text.version, text.translates = text.version + 1, entry.old.original.version
        text.write(entry.text)
    ParagraphText.objects.bulk_create(new, batch_size=BATCH)
    columns = ["text", "html", "search_text", "version", "translates"]
    ParagraphText.objects.bulk_update(old, columns, batch_size=BATCH)
    ParagraphChange.objects.bulk_create(changes, batch_size=BATCH)
    chapter = Chapter.objects.get(pk=plan.chapter.pk)
    _set_title(chapter, plan.load)
    return chapter


@transaction.atomic
def discard_load(*, load, by):
    """Throw away what was not applied, with its pictures."""
    load = ChapterLoad.objects.select_for_update().filter(pk=load.pk).first()
    if load is None:
        return
    keys = [block["figure"] for block in load.blocks if block.get("figure")]
    load.delete()
    discard_pictures(keys)


def trim_loads(before):
    """The same for each load that was begun before a moment; returns how many there were."""
    loads = list(ChapterLoad.objects.begun_before(before))
    for load in loads:
        discard_load(load=load, by=None)
    return len(loads)
