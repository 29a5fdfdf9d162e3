"""Pages of the manual: publications, contents, progress, search, glossary; and who does not see them."""

import re

import pytest

from core.labels import Label
from notifications.models import Watch
from tests.factories import (
    make_chapter,
    make_edition,
    make_final,
    make_publication,
    make_state,
    make_theme,
    make_user,
)
from training.actions import mark_chapter_read, start_edition
from training.models import Chapter, ChapterRead, Edition, EditionParagraph, Term
from training.writing import merge_paragraph, split_paragraph, translate_paragraph

LIST = "/en/manual/"
pytestmark = pytest.mark.django_db
# A page: for a visitor, for a member.
QUERIES = {"list": (3, 6), "publication": (5, 9), "edition": (8, 14), "search": (3, 8), "glossary": (3, 6)}


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response
    return response.content.decode()


def final_edition(*titles, label=Label.CLEAR, **fields):
    """A final edition with chapters of these titles, each with one paragraph."""
    edition = make_edition(label=label, **fields)
    for title in titles or ["Planning"]:
        make_chapter(edition=edition, title=title, paragraphs=[f"Zx text of {title}."])
    return make_final(edition)


def chapters_of(edition):
    return list(Chapter.objects.of(edition).for_detail().in_order())


def test_publication_list_tells_of_publications_without_an_edition(client, client_for, expert):
    make_publication(title="Zx standard", kind="standard", summary="How bodies work together.")
    text = page(client, LIST)
    assert "Zx standard" in text and ">Standard<" in text and "How bodies work together." in text
    assert "No edition of it is open to everybody yet." in text
    assert "You can read no edition of it yet." in page(client_for(expert), LIST)


def test_publication_list_leads_to_the_edition_that_holds(client):
    old = final_edition(name="Zx old")
    new = make_final(start_edition(work=old.work, by=None, label=Label.CLEAR, language="en", based_on=old))
    make_edition(work=old.work, name="Zx draft")
    text = page(client, LIST)
    assert f'href="{new.get_absolute_url()}">Read Edition 2<' in text and ">since " in text
    assert "Zx old" not in text and "Zx draft" not in text
    text = page(client, old.work.get_absolute_url())
    assert re.findall(r"<h3><a [^>]*>([^<]+)<", text) == ["Edition 2", "Zx old"]


def test_publication_list_without_a_publication_leads_on(client):
    text = page(client, LIST)
    assert "Nothing is published here yet" in text and 'href="/en/programme/"' in text


def test_publication_detail_says_what_it_is(client, client_for, expert, secretariat):
    work = make_publication(title="Zx manual", summary="For planners.", title_es="Zx manual español")
    work.themes.add(theme := make_theme(name="Policing"))
    address = work.get_absolute_url()
    text = page(client, address)
    assert "For planners." in text and theme.get_absolute_url() in text and '<dd lang="es">Zx manual español' in text
    assert "TLP:CLEAR" in text and "<form" not in text.partition("<main")[2]
    assert "Zx manual" in page(client, theme.get_absolute_url())
    member = page(client_for(expert), address)
    assert 'name="subject_kind" value="publication"' in member and "/history/" not in member
    assert f'{address}history/"' in page(client_for(secretariat), address)


def test_publication_history_is_for_the_secretariat(client, client_for, expert, secretariat):
    work = make_publication(title="Zx before")
    work.title = "Zx after"
    work.save()
    address = f"{work.get_absolute_url()}history/"
    assert "Zx before" in page(client_for(secretariat), address)
    assert client_for(expert).get(address).status_code == 403
    assert client.get(address).status_code == 302


def test_publication_can_be_watched(client_for, expert):
    work = make_publication()
    data = {"subject_kind": "publication", "subject_key": work.pk, "level": "watching"}
    client_for(expert).post("/en/desk/watches/", data)
    assert Watch.objects.filter(person=expert).count() == 1
    assert "Stop watching" in page(client_for(expert), work.get_absolute_url())


def test_edition_detail_lists_chapters_with_steward_audience_and_size(client):
    edition = make_edition(name="2027 edition")
    state = make_state(name="Zx State")
    make_chapter(edition=edition, title="Planning", steward=state, audience="Commanders", paragraphs=["A.", "B."])
    make_chapter(edition=edition, title="Command", paragraphs=["C."])
    make_final(edition)
    text = page(client, edition.get_absolute_url())
    assert re.findall(r"<h3><a [^>]*>([^<]+)<", text) == ["1. Planning", "2. Command"]
    assert re.findall(r"<span>(\d+ paragraphs?)</span>", text) == ["2 paragraphs", "1 paragraph"]
    assert state.get_absolute_url() in text and "For: Commanders" in text and "2027 edition" in text
    assert ">Begin reading<" in text and "chapters read" not in text
    assert '"@type":"Chapter"' in text and '"bookEdition":"2027 edition"' in text
    assert "Planning" in page(client, state.get_absolute_url())


def test_edition_detail_says_how_far_a_member_has_read(client_for, expert, focal_point):
    edition = final_edition("Planning", "Command", "Review")
    address, member = edition.get_absolute_url(), client_for(expert)
    first, second, third = chapters_of(edition)
    assert "0 of 3 chapters read" in page(member, address)
    mark_chapter_read(chapter=first, by=expert)
    mark_chapter_read(chapter=third, by=expert)
    mark_chapter_read(chapter=second, by=focal_point)
    text = page(member, address)
    assert "2 of 3 chapters read" in text and f'href="{second.get_absolute_url()}">Continue with chapter 2<' in text
    mark_chapter_read(chapter=second, by=expert)
    assert "Read again from the beginning" in page(member, address)


def test_edition_detail_says_in_which_languages_it_is(client):
    edition = make_edition()
    chapter = make_chapter(edition=edition, paragraphs=["A.", "B."])
    first = EditionParagraph.objects.in_chapter(chapter).first()
    assert 'aria-labelledby="languages-title"' in page(client, make_final(edition).get_absolute_url())
    translate_paragraph(placed=first, language="pt", text="A!", translates=1, by=None)
    assert "1 of 2 paragraphs translated</small>" in page(client, edition.get_absolute_url())
    translate_paragraph(placed=first, language="pt", text="A?", translates=0, by=None)
    assert "1 of 2 paragraphs translated; 1 outdated" in page(client, edition.get_absolute_url())


def test_edition_that_is_superseded_leads_to_the_one_that_holds(client, client_for, expert):
    old = final_edition()
    new = start_edition(work=old.work, by=None, label=Label.GREEN, language="en", based_on=old)
    make_final(new)
    for address in (old.get_absolute_url(), chapters_of(old)[0].get_absolute_url()):
        assert f'href="{new.get_absolute_url()}">Read Edition 2<' in page(client_for(expert), address)
        visitors = page(client, address)
        assert "This edition is superseded" in visitors and new.get_absolute_url() not in visitors


def addresses_of(edition):
    chapter = chapters_of(edition)[0]
    serial = EditionParagraph.objects.in_chapter(chapter).first().paragraph.serial
    own = edition.get_absolute_url()
    return [own, f"{own}search/?q=zx", chapter.get_absolute_url(), f"{own}p/{serial}/"]


def test_edition_that_is_drafted_is_absent_for_all_but_the_secretariat(
    client, client_for, partner, expert, alternate, focal_point, secretariat, administrator
):
    edition = make_edition(name="Zx draft")
    make_chapter(edition=edition, title="Zx chapter", paragraphs=["Zx text."], steward=focal_point.state)
    addresses = addresses_of(edition)
    for reader in (client, *map(client_for, (partner, expert, alternate, focal_point))):
        assert [reader.get(address).status_code for address in addresses] == [404] * 4
        elsewhere = [LIST, edition.work.get_absolute_url(), focal_point.state.get_absolute_url()]
        assert not any("Zx draft" in page(reader, a) or "Zx chapter" in page(reader, a) for a in elsewhere)
    for reader in (secretariat, administrator):
        assert [client_for(reader).get(address).status_code for address in addresses] == [200, 200, 200, 302]
        assert "This edition is being drafted" in page(client_for(reader), addresses[0])
        assert "Zx chapter" in page(client_for(reader), focal_point.state.get_absolute_url())


@pytest.mark.parametrize(
    ("label", "readers"),
    [
        (Label.GREEN, {"partner", "expert", "focal_point", "secretariat"}),
        (Label.AMBER, {"focal_point", "secretariat"}),
        (Label.RED, {"secretariat"}),
    ],
)
def test_edition_is_read_by_those_for_whom_it_is_labelled(request, client, client_for, label, readers):
    cast = {name: request.getfixturevalue(name) for name in ("partner", "expert", "focal_point", "secretariat")}
    edition = final_edition("Zx chapter", label=label)
    clients = {"visitor": client} | {name: client_for(person) for name, person in cast.items()}
    for name, reader in clients.items():
        found = [reader.get(address).status_code for address in addresses_of(edition)]
        assert found == ([200, 200, 200, 302] if name in readers else [404] * 4), name
        assert (edition.get_absolute_url() in page(reader, LIST)) is (name in readers)


def test_edition_of_a_hidden_publication_is_absent_with_all_of_it(client, client_for, expert):
    edition = final_edition()
    addresses = [*addresses_of(edition), edition.work.get_absolute_url(), f"{edition.work.get_absolute_url()}glossary/"]
    Term.objects.create(work=edition.work, term="Zx")
    assert client.get(addresses[-1]).status_code == 200
    edition.work.publication = "withdrawn"
    edition.work.save()
    for reader in (client, client_for(expert)):
        assert [reader.get(address).status_code for address in addresses] == [404] * 6


def test_sitemap_names_open_editions_and_chapters_and_no_others(client, secretariat):
    edition, hidden = final_edition("Open"), final_edition("Closed", label=Label.GREEN)
    draft = make_edition(work=edition.work)
    named = {name: client.get(f"/sitemap-{name}.xml").content.decode() for name in ("editions", "chapters")}
    assert f"{edition.get_absolute_url()}<" in named["editions"]
    assert f"{chapters_of(edition)[0].get_absolute_url()}<" in named["chapters"]
    for other in (hidden, draft):
        assert not any(other.get_absolute_url() in text for text in named.values())
    assert hidden.work.get_absolute_url() in client.get("/sitemap-publications.xml").content.decode()


def test_edition_search_finds_words_without_accents_and_marks_them(client):
    edition = make_edition()
    chapter = make_chapter(edition=edition, title="Planning", paragraphs=["Other.", "The **Protección** civil <b>."])
    make_final(edition)
    text = page(client, f"{edition.get_absolute_url()}search/?q=PROTECCION+civil")
    assert "1 paragraph holds these words." in text
    assert f'<a href="{chapter.get_absolute_url()}#p2">Paragraph 1.2</a>' in text
    assert "<mark>Protección</mark> <mark>civil</mark>" in text and "<b>." not in text


def test_edition_search_looks_into_the_page_language_and_the_original(client):
    edition = make_edition()
    chapter = make_chapter(edition=edition, paragraphs=["Gates."])
    placed = EditionParagraph.objects.in_chapter(chapter).get()
    for language, said in {"es": "Puertas.", "pt": "Portões."}.items():
        translate_paragraph(placed=placed, language=language, text=said, translates=1, by=None)
    address = make_final(edition).get_absolute_url().replace("/en/", "/es/")
    assert f'<a href="{address}1/#p1">' in page(client, f"{address}search/?q=puertas")
    original = page(client, f"{address}search/?q=gates")
    assert f'<a href="{address}1/?language=en#p1">' in original and '<p class="line" lang="en"><mark>Gates.' in original
    assert 'class="none"' in page(client, f"{address}search/?q=portoes")


def test_edition_search_finds_nothing_of_other_editions_and_says_so(client):
    edition, other = final_edition("Planning"), final_edition("Secret")
    text = page(client, f"{edition.get_absolute_url()}search/?q=secret")
    assert 'class="none"' in text and "To the contents" in text and other.get_absolute_url() not in text
    for query in ("", "?q=", "?q=a", "?other=1"):
        assert "#p1" not in page(client, f"{edition.get_absolute_url()}search/{query}")


def test_edition_search_says_when_there_is_more_than_it_shows(client, monkeypatch):
    monkeypatch.setattr("training.finding.MOST_FOUND", 2)
    edition = make_edition()
    make_chapter(edition=edition, paragraphs=["Zx 1.", "Zx 2.", "Zx 3."])
    text = page(client, f"{make_final(edition).get_absolute_url()}search/?q=zx")
    assert "These are the first 2 paragraphs" in text and text.count("<mark>") == 2


@pytest.mark.parametrize("query", ["q=" + "x" * 101, "q=%00", "q=%25_%27%22%3Cscript%3E"])
def test_edition_search_of_odd_words_is_answered(client, query):
    text = page(client, f"{final_edition().get_absolute_url()}search/?{query}")
    assert "<script>" not in text.partition("<main")[2] and "<mark>" not in text


def test_glossary_is_in_the_order_of_the_readers_language(client):
    work = make_publication()
    Term.objects.create(work=work, term_en="Threat", term_es="Amenaza", definition_en="What may come.", source="ISO")
    Term.objects.create(work=work, term_en="Bid", term_es="Candidatura", definition_es="<script>")
    Term.objects.create(work=work, term_en="Élan", definition_en="Speed.")
    Term.objects.create(work=make_publication(), term_en="Other", definition_en="Not here.")
    address = f"{work.get_absolute_url()}glossary/"
    text = page(client, address)
    assert re.findall(r"<dt>(.*?)</dt>", text) == ["Bid", "Élan", "Threat"]
    assert "What may come." in text and "Source: ISO" in text
    assert '<span lang="es">&lt;script&gt;</span>' in text
    spanish = page(client, address.replace("/en/", "/es/"))
    assert re.findall(r"<dt>(.*?)</dt>", spanish) == ["Amenaza", "Candidatura", '<span lang="en">Élan</span>']


def test_glossary_without_a_word_leads_on(client, client_for, secretariat):
    work = make_publication()
    address = f"{work.get_absolute_url()}glossary/"
    assert "No word is explained yet" in page(client, address) and "Add a word" not in page(client, address)
    assert f"?work={work.pk}" in page(client_for(secretariat), address)


def test_chapter_mark_read_is_noted_once_and_taken_back(client_for, expert):
    chapter = chapters_of(final_edition())[0]
    member, address = client_for(expert), chapter.get_absolute_url()
    assert 'name="read" value="1"' in page(member, address)
    for _ in range(2):
        response = member.post(f"{address}read/", {"read": "1"})
        assert response["Location"] == f"{address}#read"
    assert ChapterRead.objects.by(expert).count() == 1
    text = page(member, address)
    assert "Chapter 1 is marked as read." in text and 'name="read" value="0"' in text
    member.post(f"{address}read/", {"read": "0"})
    assert not ChapterRead.objects.exists() and "counts as unread again" in page(member, address)


def test_chapter_mark_read_refuses_visitors_other_methods_and_odd_values(client, client_for, expert):
    chapter = chapters_of(final_edition())[0]
    address, member = f"{chapter.get_absolute_url()}read/", client_for(expert)
    assert client.post(address, {"read": "1"}).status_code == 302
    assert member.get(address).status_code == 405
    assert [member.post(address, data).status_code for data in ({}, {"read": "2"}, {"read": "\x00"})] == [400] * 3
    hidden = chapters_of(final_edition(label=Label.AMBER))[0]
    assert member.post(f"{hidden.get_absolute_url()}read/", {"read": "1"}).status_code == 404
    assert not ChapterRead.objects.exists()


def test_paragraph_detail_leads_to_where_it_stands_or_what_it_became(client, secretariat):
    edition = make_edition()
    chapter = make_chapter(edition=edition, paragraphs=["A.", "B.", "C."])
    first, second, third = EditionParagraph.objects.in_chapter(chapter).for_text()
    make_final(edition)
    new = start_edition(work=edition.work, by=None, label=Label.CLEAR, language="en", based_on=edition)
    rows = {row.paragraph.serial: row for row in EditionParagraph.objects.of(new).for_text()}
    merge_paragraph(placed=rows[first.paragraph.serial], version=1, by=None)
    split_paragraph(placed=rows[third.paragraph.serial], pieces=["C.", "D."], version=1, by=None)
    make_final(new)
    old, here = edition.get_absolute_url(), new.get_absolute_url()
    leads = {address: client.get(address).get("Location") for address in (
        f"{old}p/2/", f"{here}p/2/", f"{here}p/4/", f"{old}p/4/")}  # fmt: skip
    assert leads == {f"{old}p/2/": f"{old}1/#p2", f"{here}p/2/": f"{here}1/#p1", f"{here}p/4/": f"{here}1/#p4",
                     f"{old}p/4/": f"{old}1/#p3"}  # fmt: skip
    for serial in ("5", "0", "99999999999999999999"):
        assert client.get(f"{here}p/{serial}/").status_code == 404


@pytest.mark.parametrize("tail", ["9/", "99999999999999999999/", "1/9/", "1/99999999999999999999/", "0/", "x/", "1/0/"])
def test_absent_editions_and_chapters_are_not_found(client, tail):
    assert client.get(f"{final_edition().work.get_absolute_url()}{tail}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_the_manual_cost_the_same_whatever_they_hold(client, client_for, django_assert_num_queries, rows):
    edition = final_edition(*[f"Chapter {n}" for n in range(rows)])
    member = make_user(state=make_state())
    for n in range(rows):
        final_edition(work=make_publication())
        make_final(start_edition(work=edition.work, by=None, label=0, language="en", based_on=edition))
        Term.objects.create(work=edition.work, term=f"Zx {n}")
        mark_chapter_read(chapter=chapters_of(edition)[n], by=member)
    edition = Edition.objects.of(edition.work).final().get()
    work, own = edition.work.get_absolute_url(), edition.get_absolute_url()
    addresses = {"list": LIST, "publication": work, "edition": own, "search": f"{own}search/?q=zx",
                 "glossary": f"{work}glossary/"}  # fmt: skip
    reader = client_for(member)
    for name, address in addresses.items():
        page(client, address), page(reader, address)
        with django_assert_num_queries(QUERIES[name][0]):
            page(client, address)
        with django_assert_num_queries(QUERIES[name][1]):
            page(reader, address)
