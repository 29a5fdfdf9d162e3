"""Any files one after another into one chapter: the text is that of the last file, and no identifier stands twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_chapter, make_edition, make_user
from training.load_plan import Plan
from training.loading import apply_load, start_load
from training.models import EditionParagraph, Paragraph, ParagraphChange, ParagraphText
from training.parsing import Parsed

pytestmark = pytest.mark.django_db
WORDS = st.sampled_from(["gate", "crowd", "police", "drone", "venue", "night", "plan", "map", "route", "bridge"])
BLOCK = st.builds(
    lambda kind, words: {"kind": kind, "level": 2 if kind == "heading" else 0, "text": " ".join(words), "picture": ""},
    st.sampled_from(["text", "text", "list", "heading"]),
    st.lists(WORDS, min_size=1, max_size=8),
)
FILES = st.lists(st.lists(BLOCK, min_size=1, max_size=12), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, st.randoms(use_true_random=False))
def test_after_any_files_a_chapter_says_what_the_last_one_says(db, files, random):
    by = make_user()
    chapter = make_chapter(edition=make_edition(by=by), by=by)
    given_before = set()
    for blocks in files:
        texts = _current(chapter)
        blocks = blocks + [block for block in texts.values() if random.random() < 0.7]
        random.shuffle(blocks)
        apply_load(load=(load := _load(chapter, blocks, by)), seen=Plan(load).seen, by=by)
        found = _current(chapter)
        assert [block["text"] for block in found.values()] == [block["text"] for block in blocks]
        equal = {block["text"] for block in texts.values()} & {block["text"] for block in blocks}
        assert equal <= {found[serial]["text"] for serial in texts.keys() & found.keys()} | _reused(texts, found)
        new = found.keys() - texts.keys()
        assert not new & given_before
        given_before |= found.keys()
    serials = list(Paragraph.objects.of(chapter.edition.work).values_list("serial", flat=True))
    assert sorted(serials) == list(range(1, len(serials) + 1))
    _traced_from_the_beginning(chapter)


def _load(chapter, blocks, by):
    parsed = Parsed("", [dict(block) for block in blocks], [])
    return start_load(
        edition=chapter.edition, chapter=chapter, language="en", parsed=parsed, filename="a.md", title="", by=by
    )


def _current(chapter):
    """{identifier: its block} of a chapter, in its order."""
    rows = ParagraphText.objects.in_chapter(chapter).select_related("placed__paragraph").order_by("placed__order")
    orders = list(EditionParagraph.objects.in_chapter(chapter).values_list("order", flat=True))
    assert orders == list(range(1, len(orders) + 1))
    return {
        row.placed.paragraph.serial: {
            "kind": row.placed.kind, "level": row.placed.level, "text": row.text, "picture": ""
        }
        for row in rows
    }  # fmt: skip


def _reused(texts, found):
    """Texts of which a heading became a paragraph or the reverse: those are matched as others are."""
    kinds = {(block["text"], block["kind"] == "heading") for block in texts.values()}
    return {block["text"] for block in found.values() if (block["text"], block["kind"] == "heading") not in kinds}


def _traced_from_the_beginning(chapter):
    """What the trace says of each paragraph leads to what it says now."""
    said = {}
    for change in ParagraphChange.objects.of(chapter.edition).order_by("pk").select_related("paragraph"):
        if change.kind in ("loaded", "edited"):
            assert change.before == said.get(change.paragraph.serial, "")
            said[change.paragraph.serial] = change.after
        elif change.kind == "removed":
            assert change.before == said.pop(change.paragraph.serial)
    assert said == {serial: block["text"] for serial, block in _current(chapter).items()}
