"""Two editions compared: what is counted, what each paragraph became, which comments caused it, and who sees what."""

import re

import pytest
from django.core.cache import caches
from django.utils import timezone

from consultations.changed import items_of
from consultations.comparing import Counts, compared, kept, staying
from core.labels import Label
from tests.factories import (
    make_chapter,
    make_consultation,
    make_edition,
    make_final,
    make_publication,
    make_submitted,
)
from training import writing
from training.actions import move_chapter, remove_chapter, start_edition
from training.models import Chapter, EditionParagraph, ParagraphChange

pytestmark = pytest.mark.django_db
QUERIES = {"edition": (9, 11), "chapter": (14, 18)}  # a visitor's, a member's; nothing is remembered in tests


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response
    return response.content.decode()


def shown(text):
    """What stands on a page between its heading and its foot."""
    return text.partition("<main")[2].partition("</main>")[0]


def an_edition(**chapters):
    """A final edition with chapters of these titles and texts."""
    edition = make_edition(name="Zx first", work=make_publication(slug="zx"))
    for title, texts in (chapters or {"Planning": ["One.", "Two.", "Three."]}).items():
        make_chapter(edition=edition, title=title, paragraphs=texts)
    return make_final(edition)


def following(edition, **fields):
    """The next edition, which is drafted with the text of one."""
    fields = {"label": edition.label, "language": edition.language} | fields
    return start_edition(work=edition.work, by=None, based_on=edition, **fields)


def placed(edition, serial):
    return EditionParagraph.objects.of(edition).for_writing().get(paragraph__serial=serial)


def chapter_of(edition, order):
    return Chapter.objects.of(edition).for_detail().get(order=order)


def edit(edition, serial, text):
    row = placed(edition, serial)
    version = writing.original_of(row).version
    return writing.edit_paragraph(placed=row, text=text, version=version, by=None)


def address(edition, order=None, query=""):
    return f"{edition.get_absolute_url()}compare/{f'{order}/' if order else ''}{query}"


@pytest.mark.parametrize(
    ("orders", "places"),
    [([], set()), ([1, 2, 3], {0, 1, 2}), ([2, 3, 1], {0, 1}), ([3, 1, 2], {1, 2}), ([5, 1, 6, 2, 3], {1, 3, 4})],
)
def test_as_few_as_possible_moved(orders, places):
    assert staying(orders) == places


def much_changed():
    """(An edition, the next one in which something of each kind was done)."""
    old = an_edition(
        Planning=[f"Text {n} of planning." for n in range(1, 9)],
        Command=[f"Text {n} of command." for n in range(1, 5)],
        Gone=["Last words.", "More words."],
    )
    new = following(old)
    edit(new, 1, "Text 1 of planning, longer.")
    writing.remove_paragraph(placed=placed(new, 2), by=None)
    writing.move_paragraph(placed=placed(new, 3), chapter=chapter_of(new, 1), after=placed(new, 6), by=None)
    writing.move_paragraph(placed=placed(new, 9), chapter=chapter_of(new, 1), after=None, by=None)
    writing.set_kind(placed=placed(new, 8), kind="box", by=None)
    writing.remove_paragraph(placed=placed(new, 13), by=None)
    writing.move_paragraph(placed=placed(new, 14), chapter=chapter_of(new, 2), after=None, by=None)
    remove_chapter(chapter=chapter_of(new, 3), by=None)
    writing.add_paragraph(chapter=chapter_of(new, 2), text="All new.", by=None)
    move_chapter(chapter=chapter_of(new, 2), order=1, by=None)
    return old, make_final(new)


def test_edition_compare_counts_what_became_of_each_chapter(client):
    old, new = much_changed()
    found = compared(old, new)
    assert [(row.now.title, row.was.title, row.counts, row.left) for row in found.chapters] == [
        ("Command", "Command", Counts(added=1, moved=1, unchanged=3), 1),
        ("Planning", "Planning", Counts(changed=1, removed=1, moved=2, kind=1, unchanged=4), 0),
    ]
    assert [(row.was.title, row.counts, row.left) for row in found.gone] == [("Gone", Counts(removed=1), 1)]
    assert found.total == Counts(changed=1, added=1, removed=2, moved=3, kind=1, unchanged=7)
    text = shown(page(client, address(new)))
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*(.*?)</tr>', text, re.S)
    cells = [re.findall(r'data-label="([^"]+)">(\d+)<', cells) for _head, cells in rows]
    assert cells == [
        [("New", "1"), ("Moved", "1"), ("Unchanged", "3")],
        [("Changed", "1"), ("Removed", "1"), ("Moved", "2"), ("Another kind", "1"), ("Unchanged", "4")],
    ]
    assert "was chapter 2" in rows[0][0] and f'href="1/?with={old.number}"' in rows[0][0]
    assert "Paragraphs removed: 1; moved to other chapters: 1" in text


def test_edition_compare_counts_as_its_chapters_show(client, visitor):
    old, new = much_changed()
    found = compared(old, new)
    for row in (*found.chapters, *found.gone):
        items = items_of(found, row, visitor)
        hows = [how for item in items for how in item.how]
        counts = {name: hows.count(name) for name in ("changed", "added", "removed", "moved", "kind")}
        assert Counts(**counts, unchanged=sum(not item.how for item in items)) == row.counts
        assert hows.count("left") == row.left


def test_edition_compare_knows_a_chapter_by_its_paragraphs_then_by_its_title():
    old = an_edition(Planning=["One.", "Two."], Command=["Three."], Review=["Four."])
    new = following(old)
    renamed = chapter_of(new, 1)
    renamed.title_en = "Command"
    renamed.save()
    writing.remove_paragraph(placed=placed(new, 4), by=None)
    writing.add_paragraph(chapter=chapter_of(new, 3), text="Other.", by=None)
    found = compared(old, new)
    assert [(row.now.title, row.was.title) for row in found.chapters] == [
        ("Command", "Planning"), ("Command", "Command"), ("Review", "Review")]  # fmt: skip
    assert [row.is_renamed for row in found.chapters] == [True, False, False] and not found.gone


def test_edition_compare_of_one_text_says_that_nothing_changed(client):
    old = an_edition()
    new = make_final(following(old))
    text = shown(page(client, address(new)))
    assert "every paragraph of Edition 2 says what it said in Zx first" in text and "<table" not in text
    assert "No paragraph of this chapter was changed" in shown(page(client, address(new, 1)))


def test_edition_compare_lets_choose_the_other_edition(client):
    first = an_edition()
    second = make_final(following(first, name="Zx second"))
    third = following(second)
    edit(third, 1, "One and more.")
    third = make_final(third)
    text = page(client, address(third))
    assert "What changed since Zx second" in text and '<a href="?with=1">Zx first' in text
    assert "What changed since Zx first" in page(client, address(third, query="?with=1"))
    response = client.get(address(first, query="?with=3"))
    assert response["Location"] == address(third, query="?with=1")


@pytest.mark.parametrize("query", ["?with=x", "?with=0", "?with=2", "?with=9", "?with=99999999999", "?with=%00",
                                   "?all=2", "?with=1&all=%00"])  # fmt: skip
def test_comparisons_with_what_there_is_not_are_not_found(client, query):
    new = make_final(following(an_edition()))
    assert client.get(address(new, query=query)).status_code == 404
    assert client.get(address(new, 1, query=query)).status_code == 404


def test_a_first_edition_has_nothing_to_be_compared_with(client):
    old = an_edition()
    assert "There is no earlier edition" in page(client, address(old))
    assert client.get(address(old, 1))["Location"] == address(old)
    for absent in (address(old, 9), address(old, 10**20), old.get_absolute_url().replace("/1/", "/7/compare/")):
        assert client.get(absent).status_code == 404
    assert "compare/" not in page(client, old.get_absolute_url())


def test_an_edition_that_one_may_not_read_is_not_compared_with(client, client_for, expert, focal_point, secretariat):
    old = an_edition()
    old.label = Label.AMBER
    old.save()
    new = make_final(following(old, label=Label.CLEAR))
    draft = following(new)
    edit(draft, 1, "Zx secret.")
    for reader in (client, client_for(expert)):
        assert "Zx first" not in page(reader, address(new)) and "There is no earlier" in page(reader, address(new))
        assert "compare/" not in shown(page(reader, new.get_absolute_url()))
        assert reader.get(address(new, query="?with=1")).status_code == 404
        assert reader.get(address(new, 1, query="?with=1")).status_code == 404
        assert reader.get(address(old, 1, query="?with=2")).status_code == 404
        assert reader.get(address(draft, 1)).status_code == 404
        assert reader.get(address(new, query="?with=3")).status_code == 404
    assert "Zx first" in page(client_for(focal_point), address(new))
    assert client_for(focal_point).get(address(draft, 1)).status_code == 404
    assert "Zx secret" in page(client_for(secretariat), address(draft, 1)).replace("<ins>", "")


def test_chapter_compare_shows_what_differs_in_its_order(client):
    _old, new = much_changed()
    text = shown(page(client, address(new, 2)))
    assert re.findall(r'class="par" id="(p\d+)"', text) == ["p9", "p1", "p2", "p3", "p8"]
    assert "Text 1 of <del>planning.</del> <ins>planning, longer.</ins>" in text
    assert re.search(r'id="p2">.*?Removed</span> <span>1\.2 in Zx first</span>.*?<del>Text 2 of planning\.</del>', text)
    assert "<span>from chapter 2: 2.1</span>" in text and "<span>was 1.3</span>" in text
    assert "Text before, Box now" in text
    assert re.findall(r">(\d+ paragraphs? unchanged)</a> ([^<]*)<", text) == [
        ("3 paragraphs unchanged", "2.3–2.5"), ("1 paragraph unchanged", "2.7")]  # fmt: skip
    assert "Text 4 of planning." not in text
    text = shown(page(client, address(new, 1)))
    assert '<span><a href="/en/manual/zx/2/compare/2/?with=1#p9">to chapter 2: 2.1</a></span>' in text
    assert "<ins>All new.</ins>" in text and "from chapter 3: 3.2" in text


def test_chapter_compare_shows_all_of_the_text_where_that_is_asked(client):
    _old, new = much_changed()
    text = shown(page(client, address(new, 2, "?with=1&all=1")))
    assert re.findall(r'class="par" id="p(\d+)"', text) == ["9", "1", "2", "4", "5", "6", "3", "7", "8"]
    assert "Text 4 of planning." in text and "unchanged</a>" not in text and "Show only what differs" in text


def test_chapter_compare_keeps_headings_over_what_differs(client):
    edition = make_edition(work=make_publication(slug="zx"))
    chapter, last = make_chapter(edition=edition, title="Planning"), None
    for text, kind in (("First", "heading"), ("One.", "text"), ("Second", "heading"), ("Two.", "text")):
        last = writing.add_paragraph(chapter=chapter, text=text, kind=kind, level=2, after=last, by=None)
    new = following(make_final(edition))
    edit(new, 4, "Two and a half.")
    text = shown(page(client, address(make_final(new), 1)))
    assert "<h2>Second</h2>" in text and "<h2>First</h2>" not in text
    assert re.findall(r">(\d+ paragraphs? unchanged)</a> ([^<]*)<", text) == [("1 paragraph unchanged", "1.1")]


def test_chapter_compare_of_a_chapter_that_is_no_more(client):
    old, new = much_changed()
    text = shown(page(client, address(old, 3, "?with=2")))
    assert re.findall(r'class="par" id="p(\d+)"', text) == ["13", "14"]
    assert "<del>Last words.</del>" in text and "More words." not in text
    assert '<a href="/en/manual/zx/2/compare/1/?with=1#p14">to chapter 1: 1.2</a>' in text
    assert client.get(address(old, 2, "?with=2"))["Location"] == address(new, 1, "?with=1")


def test_chapter_compare_puts_what_was_split_and_merged_together(client):
    old = an_edition(Planning=["One two. Three four.", "Five.", "Six."])
    new = following(old)
    pieces = ["One two.", "Three and four."]
    writing.split_paragraph(placed=placed(new, 1), pieces=pieces, version=1, by=None)
    writing.merge_paragraph(placed=placed(new, 2), version=1, by=None)
    text = shown(page(client, address(make_final(new), 1)))
    assert "split into p1, p4" in text and '<a href="#p1">split from p1</a>' in text
    assert "<p>One two.</p>" in text and "<p>Three <ins>and</ins> four.</p>" in text
    assert "took in p3" in text and '<a href="#p2">went into p2</a>' in text
    assert "<del>" not in text.partition("struck through")[2] and text.count("Six.") == 1
    assert "Only its form" not in text


def test_chapter_compare_says_where_only_the_form_differs(client):
    new = following(an_edition())
    edit(new, 2, "**Two.**")
    assert "Only its form or a link differs" in page(client, address(make_final(new), 1))


def test_chapter_compare_prints_no_markup_of_texts(client):
    old = an_edition(Planning=["One <img src=x onerror=alert(1)> [l](javascript:alert(1))"])
    new = following(old)
    edit(new, 1, "<script>alert(1)</script> One")
    text = shown(page(client, address(make_final(new), 1)))
    assert "<script>" not in text and "<img" not in text and 'href="javascript' not in text
    assert "&lt;script&gt;" in text and "<del>&lt;img src=x" in text


def test_chapter_compare_marks_the_language_of_the_text(client):
    new = following(an_edition())
    edit(new, 2, "Two and more.")
    spanish = address(make_final(new), 1).replace("/en/", "/es/")
    assert '<div class="prose" lang="en"><p><del>Two.</del>' in page(client, spanish)


def caused(old, *, serial, state, **fields):
    """A submitted comment on a paragraph that was changed because of it."""
    consultation = fields.pop("consultation", None) or make_consultation(edition=old)
    comment = make_submitted(consultation=consultation, state=state, placed=placed(old, serial), **fields)
    comment.disposition = "accepted"
    comment.save()
    comment.changes.add(*ParagraphChange.objects.filter(edition__based_on=old, paragraph__serial=serial))
    return comment


def close(consultation):
    consultation.closed = timezone.now()
    consultation.save()


def test_comparisons_are_seen_anew_as_soon_as_the_text_changes(client_for, secretariat):
    new = following(an_edition())
    edit(new, 1, "One and more.")
    reader = client_for(secretariat)
    assert "<ins>One and more.</ins>" in page(reader, address(new, 1))
    edit(new, 1, "One again.")
    assert "<ins>One again.</ins>" in page(reader, address(new, 1))
    edit(new, 2, "Two again.")
    assert 'data-label="Changed">2<' in page(reader, address(new))


def test_comparisons_are_counted_once_as_long_as_both_texts_stay(client, settings, django_assert_num_queries):
    local = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "compared-in-a-test"}
    settings.CACHES = settings.CACHES | {"pages": local}
    caches["pages"].clear()
    old, new = much_changed()
    before = compared(old, new, kept(old, new))
    with django_assert_num_queries(2):
        again = compared(old, new, kept(old, new))
    assert (again.total, again.chapters, again.gone) == (before.total, before.chapters, before.gone)
    new.save()  # as it is when its text may have become another
    with django_assert_num_queries(6):
        compared(old, new, kept(old, new))
    assert kept(old, following(new)) is None
    for asked in (address(new), address(new, 2, "?with=1"), address(new, 2, "?with=1&all=1")):
        first = page(client, asked)
        with django_assert_num_queries(1):
            assert page(client, asked) == first
    caches["pages"].clear()


def test_editions_lead_to_what_changed_in_them(client):
    old = an_edition()
    new = make_final(following(old))
    link = f'<a href="{address(new)}">What changed since Zx first</a>'
    for text in (page(client, new.get_absolute_url()), page(client, new.work.get_absolute_url())):
        assert text.count(link) == 1 and text.count("compare/") == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_comparisons_cost_the_same_whatever_they_hold(client, client_for, focal_point, django_assert_num_queries, rows):
    old = an_edition(**{f"Chapter {n}": [f"Text {m} of {n}." for m in range(5 * rows)] for n in range(rows)})
    new = following(old)
    consultation = make_consultation(edition=old)
    for n in range(rows):
        edit(new, 1 + n, f"Another text {n}.")
        caused(old, serial=1 + n, state=focal_point.state, consultation=consultation)
        writing.split_paragraph(placed=placed(new, 4 + n), pieces=["A.", "B."], version=1, by=None)
    writing.move_paragraph(placed=placed(new, 1), chapter=chapter_of(new, 1), after=placed(new, 3), by=None)
    close(consultation)
    reader, new = client_for(focal_point), make_final(new)
    for asked, whose, queries in (
        (address(new), client, QUERIES["edition"][0]), (address(new), reader, QUERIES["edition"][1]),
        (address(new, 1), client, QUERIES["chapter"][0]), (address(new, 1), reader, QUERIES["chapter"][1]),
    ):  # fmt: skip
        page(whose, asked)
        with django_assert_num_queries(queries):
            page(whose, asked)
