"""The page of a chapter: each kind of paragraph, languages, words of the glossary, evidence, and that it is kept."""

import re
import time

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.labels import Label
from documents.actions import refresh_documents
from tests.factories import (
    make_chapter,
    make_document,
    make_edition,
    make_event,
    make_final,
    make_lesson,
    make_paragraph,
    make_state,
    make_user,
)
from training.actions import mark_chapter_read
from training.glossing import with_terms
from training.models import EditionParagraph, ParagraphText, Term
from training.writing import edit_paragraph, translate_paragraph

Kind = EditionParagraph.Kind
QUERIES = {"visitor": 11, "member": 16}
pytestmark = pytest.mark.django_db
TABLE = "| Who | What |\n|---|---|\n| Police | Gates |"


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def chapter_of(*paragraphs, final=True, **fields):
    """The only chapter of a final edition; a paragraph is a text or (text, its kind and so on)."""
    chapter, last = make_chapter(edition=make_edition(**fields)), None
    for said in paragraphs:
        text, more = said if isinstance(said, tuple) else (said, {})
        last = make_paragraph(chapter=chapter, text=text, after=last, **more)
    if final:
        make_final(chapter.edition)
    return chapter


def placed_in(chapter):
    return list(EditionParagraph.objects.in_chapter(chapter).for_text())


def paragraph(text, serial):
    """What the page shows of one paragraph."""
    return re.search(rf'<div class="par" id="p{serial}">.*?</div>\n(?=<div class="par"|<nav|$)', text, re.S)[0]


def test_chapter_detail_shows_each_paragraph_with_anchor_and_number(client):
    chapter = chapter_of(("Who decides", {"kind": Kind.HEADING, "level": 2}), "One **body**.", "- a\n- b")
    text = page(client, chapter.get_absolute_url())
    assert "<h2>Who decides</h2>" in paragraph(text, 1) and "par__n" not in paragraph(text, 1)
    assert '<a class="par__n" href="#p2"><span class="sr">Paragraph </span>1.1</a>' in paragraph(text, 2)
    assert "<strong>body</strong>" in paragraph(text, 2)
    assert "1.2</a>" in paragraph(text, 3) and "<li>a</li>" in paragraph(text, 3)
    assert '<a href="#p1">Who decides</a>' in text.partition('class="filters toc"')[2]
    assert text.count("<h1>") == 1


def test_chapter_detail_shows_headings_in_their_rank(client):
    headings = [(f"Rank {n}", {"kind": Kind.HEADING, "level": n}) for n in (2, 3, 4)]
    text = page(client, chapter_of(*headings).get_absolute_url())
    assert re.findall(r"<h([234])>Rank (\d)<", text) == [("2", "2"), ("3", "3"), ("4", "4")]


def test_chapter_detail_shows_tables_boxes_and_questions(client):
    chapter = chapter_of(
        (TABLE, {"kind": Kind.TABLE}), ("Note.", {"kind": Kind.BOX}), ("Why?", {"kind": Kind.QUESTION})
    )
    text = page(client, chapter.get_absolute_url())
    table = paragraph(text, 1)
    assert '<div class="table-box" role="region" tabindex="0" aria-label="Table 1.1"><table class="table">' in table
    assert '<caption class="sr">Table 1.1</caption>' in table and "</table></div>" in table
    assert '<div class="prose box"><p>Note.</p>' in paragraph(text, 2)
    assert '<div class="prose notice"><p><b>Question to States</b></p><p>Why?</p>' in paragraph(text, 3)


def figure_in(edition, **fields):
    picture = make_document(content=b"\x89PNG\r\n\x1a\n", filename="rings.png", title='Three "rings"', **fields)
    edition.documents.add(picture)
    refresh_documents(edition.documents.all())
    return picture


def test_chapter_detail_shows_a_figure_to_those_who_may_fetch_it(client, client_for, expert):
    chapter = chapter_of(final=False)
    picture = figure_in(chapter.edition)
    make_paragraph(chapter=chapter, text="**Figure 1.** Rings.", kind=Kind.FIGURE, figure=picture)
    assert client.get(picture.get_absolute_url()).status_code == 404  # the edition is drafted
    make_final(chapter.edition)
    text = paragraph(page(client, chapter.get_absolute_url()), 1)
    assert f'<img src="{picture.get_absolute_url()}" alt="Three &quot;rings&quot;">' in text
    assert "<figcaption><p><strong>Figure 1.</strong> Rings.</p>" in text
    assert client.get(picture.get_absolute_url()).status_code == 200
    picture.label = Label.GREEN
    picture.save()
    refresh_documents([picture])
    hidden = page(client, chapter.get_absolute_url())
    assert "<img" not in hidden.partition("<main")[2] and "open to fewer readers" in hidden and "Rings." in hidden
    assert "<img" in paragraph(page(client_for(expert), chapter.get_absolute_url()), 1)


def test_figure_of_an_edition_for_members_is_for_members(client, client_for, expert):
    chapter = chapter_of("A.", final=False, label=Label.GREEN)
    picture = figure_in(chapter.edition)
    make_final(chapter.edition)
    assert client.get(picture.get_absolute_url()).status_code == 404
    assert client_for(expert).get(picture.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.BOX, Kind.QUESTION, Kind.LIST, Kind.TABLE, Kind.HEADING])
def test_chapter_detail_prints_no_markup_of_writers(client, kind):
    evil = '<script>alert(1)</script> <img src=x onerror="y"> [a](javascript:alert(1)) &lt;b onclick=z&gt; `<i>`'
    level = {"level": 2} if kind == Kind.HEADING else {}
    chapter = chapter_of((evil, {"kind": kind, **level}))
    Term.objects.create(work=chapter.edition.work, term="alert", definition='"><script>x</script>')
    main = page(client, chapter.get_absolute_url()).partition("<main")[2].partition("<footer")[0]
    assert "<script>" not in main and "<img" not in main and "<i>" not in main and "<b onclick" not in main
    assert 'href="javascript' not in main and "&lt;script&gt;alert" in main.replace("</a>", "").replace(
        main[main.find('<a class="term"') : main.find(">", main.find('<a class="term"')) + 1] or "\0", ""
    )


def test_heading_of_several_blocks_stays_one_line_of_words(client):
    chapter = chapter_of(("One", {"kind": Kind.HEADING, "level": 3}))
    said = ParagraphText.objects.in_chapter(chapter).get()
    said.write("One\n\n- two <b>\n- *three*")
    said.save()
    text = paragraph(page(client, chapter.get_absolute_url()), 1)
    assert "<h3>One" in text and "<ul>" not in text and "&lt;b&gt;" in text


def test_chapter_detail_shows_what_is_translated_and_says_how_much(client):
    chapter = chapter_of("Gates.", "Roads.")
    first = placed_in(chapter)[0]
    translate_paragraph(placed=first, language="es", text="Puertas.", translates=1, by=None)
    address = chapter.get_absolute_url()
    english = page(client, address)
    assert "Gates." in english and "Puertas." not in english and 'href="?language=es"' in english
    spanish = page(client, address.replace("/en/", "/es/"))
    assert '<div class="prose"><p>Puertas.' in spanish and '<div class="prose" lang="en"><p>Roads.' in spanish
    assert "Gates." not in spanish and 'href="?language=en"' in spanish
    assert re.search(r'<div class="notice"><p>[^<]*\b1\b[^<]*\b2\b', spanish)
    asked = page(client, f"{address}?language=es")
    assert '<div class="prose" lang="es"><p>Puertas.' in asked and '<div class="prose"><p>Roads.' in asked
    assert "1 of 2 paragraphs is translated into Español" in asked
    original = page(client, f"{address.replace('/en/', '/es/')}?language=en")
    assert 'lang="en"><p>Gates.' in original and "Puertas." not in original


def test_chapter_detail_marks_outdated_translations(client):
    chapter = chapter_of("Gates.", final=False)
    placed = placed_in(chapter)[0]
    translate_paragraph(placed=placed, language="es", text="Puertas.", translates=1, by=None)
    edit_paragraph(placed=placed, text="All gates.", version=1, by=None)
    make_final(chapter.edition)
    address = chapter.get_absolute_url()
    text = page(client, f"{address}?language=es")
    assert "Outdated translation" in paragraph(text, 1) and 'href="?language=en#p1"' in paragraph(text, 1)
    assert "1 paragraph is an outdated translation" in text
    assert "Outdated translation" not in page(client, address)
    translate_paragraph(placed=placed, language="es", text="Todas las puertas.", translates=2, by=None)
    assert "Outdated translation" not in page(client, f"{address}?language=es")


@pytest.mark.parametrize("query", ["language=xx", "language=%00", "language=", "language=en", "language=" + "e" * 500])
def test_chapter_detail_in_an_odd_language_is_in_the_pages_own(client, query):
    chapter = chapter_of("Gates.")
    text = page(client, f"{chapter.get_absolute_url()}?{query}")
    assert '<div class="prose"><p>Gates.' in text


def test_chapter_detail_says_for_a_language_without_any_text_what_is_shown(client):
    chapter = chapter_of("Gates.")
    text = page(client, chapter.get_absolute_url().replace("/en/", "/fr/"))
    assert '<div class="prose" lang="en"><p>Gates.' in text and 'class="notice"' in text


def test_chapter_detail_marks_words_of_the_glossary_once(client):
    chapter = chapter_of(
        ("The threat", {"kind": Kind.HEADING, "level": 2}),
        "See [a threat](https://a.example/threat) or `threat`, a threatening thing; a **Threat** & R&D.",
        "Another threat, a threat assessment.",
    )
    work = chapter.edition.work
    threat = Term.objects.create(work=work, term="threat", definition='What "may" come.')
    longer = Term.objects.create(work=work, term="Threat assessment", definition="How likely.")
    entity = Term.objects.create(work=work, term="R&D", definition="")
    amp = Term.objects.create(work=work, term="amp", definition="")
    text = page(client, chapter.get_absolute_url())
    glossary = f"{work.get_absolute_url()}glossary/"
    said = f'<a class="term" href="{glossary}#term-{threat.pk}" title="What &quot;may&quot; come.">Threat</a>'
    assert f"<strong>{said}</strong>" in text and text.count(f"#term-{threat.pk}") == 1
    assert re.search(rf"#term-{longer.pk}[^>]*>threat assessment</a>", text)
    assert re.search(rf"#term-{entity.pk}[^>]*>R&amp;D</a>", text) and f"#term-{amp.pk}" not in text
    assert "Another threat," in text and "<h2>The threat</h2>" in text


def test_chapter_detail_marks_words_in_the_language_of_each_paragraph(client):
    chapter = chapter_of("The bid.", "The gates.")
    translate_paragraph(placed=placed_in(chapter)[0], language="es", text="El bid.", translates=1, by=None)
    Term.objects.create(work=chapter.edition.work, term_en="gates", definition_en="Ways in.")
    Term.objects.create(work=chapter.edition.work, term_en="bid", definition_en="An offer.")
    text = page(client, chapter.get_absolute_url().replace("/en/", "/es/"))
    assert ">gates</a>" in text and ">bid</a>" not in text


class Word:
    def __init__(self, term):
        self.pk, self.term_en, self.definition_en = 1, term, ""


@pytest.mark.parametrize(
    ("html", "term", "marked"),
    [
        ("<p>a gate b</p>", "gate", True),
        ('<p><a title="x > gate y" href="/g">z</a></p>', "gate", False),
        ('<p><a title="x > gate y" href="/g">z</a> gate</p>', "gate", True),
        ("<pre><code>gate</code></pre>", "gate", False),
        ("<h3>gate</h3>", "gate", False),
        ("<p>gates</p>", "gate", False),
        ("<p>İ GATE</p>", "GATE", True),
        ("<p>p</p>", "p", True),
        ("<blockquote>b</blockquote>", "b", True),
        ("<br>strong", "strong", True),
        ('<p><img alt="x > gate y"></p>', "gate", False),
        ("<p><code>x</code> gate <code>gate</code></p>", "gate", True),
    ],
)
def test_words_are_marked_in_text_only(html, term, marked):
    (found,) = with_terms([html], [Word(term)], "en", "/g/")
    assert (found != html) is marked
    assert re.sub(r'<a class="term"[^>]*>([^<]*)</a>', r"\1", found) == html
    assert not marked or f">{term}</a>" in found


@pytest.mark.parametrize("name", ["a", "b", "code"])
def test_words_are_found_in_time_behind_many_that_are_not_open(name):
    body, begun = f"<p>{f'<{name}>gate</{name}> ' * 1500}</p>", time.process_time()
    found = with_terms([*[body] * 200, "<p>gate</p>"], [Word("gate")], "en", "/g/")
    assert time.process_time() - begun < 4
    assert found[:-1] == [body] * 200 and found[-1].count('class="term"') == 1


def test_chapter_detail_shows_evidence_beside_its_paragraph(client, client_for, expert):
    chapter = chapter_of("Gates.", "Roads.")
    first, second = (row.paragraph for row in placed_in(chapter))
    state = make_state(name="Peru")
    event = make_event(name="Zx games", host_state=state)
    first.lessons.add(
        make_lesson(title="Zx early", state=state, event=event), make_lesson(title="Zx members", label=Label.GREEN)
    )
    second.lessons.add(make_lesson(title="Zx draft", publication="draft"))
    address = chapter.get_absolute_url()
    text = page(client, address)
    assert "Zx early</a> <small>Zx games</small>" in paragraph(text, 1) and "Evidence from events" in paragraph(text, 1)
    assert "Zx members" not in text and "Zx draft" not in text and "Evidence" not in paragraph(text, 2)
    member = page(client_for(expert), address)
    assert "Zx members" in paragraph(member, 1) and "TLP:GREEN" in paragraph(member, 1) and "Zx draft" not in member
    event.label = Label.RED
    event.save()
    assert "Zx early</a> <small>Peru</small>" in page(client, address)


def test_chapter_on_paper_bears_the_strictest_label_of_what_its_reader_sees(client, client_for, expert, secretariat):
    chapter = chapter_of("Gates.")
    placed_in(chapter)[0].paragraph.lessons.add(make_lesson(label=Label.GREEN))
    address = chapter.get_absolute_url()
    assert '<p class="print-only printed"><span class="tlp">TLP:CLEAR' in page(client, address)
    assert '<p class="print-only printed"><span class="tlp tlp--green">TLP:GREEN' in page(client_for(expert), address)
    draft = chapter_of("Gates.", final=False)
    assert "Not published, for the secretariat only." in page(client_for(secretariat), draft.get_absolute_url())


def test_chapter_detail_leads_to_the_chapters_around_it(client, client_for, expert):
    edition = make_edition()
    first, second, third = (make_chapter(edition=edition, title=f"Zx {n}", paragraphs=["A."]) for n in "abc")
    make_final(edition)
    text = page(client, second.get_absolute_url())
    assert f'rel="prev" href="{first.get_absolute_url()}"' in text and "Previous: 1. Zx a" in text
    assert f'rel="next" href="{third.get_absolute_url()}"' in text and "Next: 3. Zx c" in text
    assert 'rel="prev"' not in page(client, first.get_absolute_url())
    assert 'rel="next"' not in page(client, third.get_absolute_url())
    asked = page(client, f"{second.get_absolute_url()}?language=es")
    assert f'rel="next" href="{third.get_absolute_url()}?language=es"' in asked
    mark_chapter_read(chapter=first, by=expert)
    member = page(client_for(expert), second.get_absolute_url())
    contents = member.partition('class="filters toc"')[2].partition("</details>")[0]
    assert "1 of 3 chapters read" in contents and contents.count("tag--done") == 1
    assert 'aria-current="page">2. Zx b' in contents


def test_chapter_detail_without_a_text_says_so(client_for, secretariat):
    chapter = chapter_of(final=False)
    assert "This chapter has no text yet." in page(client_for(secretariat), chapter.get_absolute_url())


@pytest.mark.parametrize("rows", [1, 3])
def test_chapter_detail_costs_the_same_whatever_it_holds(client, client_for, django_assert_num_queries, rows):
    chapter = chapter_of(final=False)
    for n in range(rows):
        picture = figure_in(chapter.edition)
        placed = make_paragraph(chapter=chapter, text=f"Zx {n}", kind=Kind.FIGURE, figure=picture)
        translate_paragraph(placed=placed, language="es", text=f"Zy {n}", translates=1, by=None)
        placed.paragraph.lessons.add(make_lesson(event=make_event()), make_lesson())
        Term.objects.create(work=chapter.edition.work, term=f"Zx {n}", definition="")
        make_chapter(edition=chapter.edition, steward=make_state())
    make_final(chapter.edition)
    address = chapter.get_absolute_url().replace("/en/", "/es/")
    member = client_for(make_user(state=make_state()))
    for name, reader in {"visitor": client, "member": member}.items():
        page(reader, address)
        with CaptureQueriesContext(connection) as asked:
            page(reader, address)
        assert len(asked) == QUERIES[name], [query["sql"][:120] for query in asked]


@pytest.fixture
def keeping(settings):
    """Pages are kept as in the real portal."""
    local = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages-of-the-manual"}
    settings.CACHES = settings.CACHES | {"pages": local}
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.mark.django_db(transaction=True)
def test_pages_of_a_final_edition_are_kept_until_something_is_written(client, keeping):
    chapter = chapter_of("Gates.")
    own, edition = chapter.get_absolute_url(), chapter.edition
    work = edition.work.get_absolute_url()
    addresses = ["/en/manual/", work, f"{work}glossary/", edition.get_absolute_url(), own, f"{own}?language=es"]
    for address in addresses:
        first = page(client, address)
        with CaptureQueriesContext(connection) as asked:
            assert page(client, address) == first
        assert [query["sql"] for query in asked] == ["SELECT token FROM kms_content_version"], address
        assert "csrfmiddlewaretoken" not in first
    assert "ETag" not in client.get(f"{own}?language=en") and "ETag" not in client.get(f"{own}?x=1")
    translate_paragraph(placed=placed_in(chapter)[0], language="es", text="Puertas.", translates=1, by=None)
    assert "Puertas." in page(client, f"{own}?language=es") and "Español" in page(client, edition.get_absolute_url())
    edition.publication = "withdrawn"
    edition.save()
    assert client.get(own).status_code == 404
