"""Statistics of a consultation: who answered and how, what was said of each chapter, and what stays out of it."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from consultations.models import Answer, Comment, Consultation, Endorsement
from core.labels import Label
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_publication,
    make_state,
    make_submitted,
)
from training.models import Edition

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PLAIN = ["endorses others", "Comments", "with a proposed change", "endorsed by others"]
DISPOSITIONS = ["Accepted", "Accepted in part", "Not accepted", "Noted", "None yet"]


def page_of(consultation):
    return f"/en/manual/consultations/{consultation.pk}/statistics/"


def read(consultation, client):
    response = client.get(page_of(consultation))
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def rows_of(page, section):
    """{head: the words of the cells} of the table of a section."""
    [heading] = [title for title in page.select("section h2") if title.get("id") == f"{section}-title"]
    rows = heading.find_parent("section").select("tbody tr")
    return {row.th.text.strip(): [cell.text.strip() for cell in row.select("td")] for row in rows}


@pytest.fixture
def text(secretariat):
    edition = make_edition(work=make_publication(slug="manual", title="Manual"), by=secretariat)
    for title in ("Planning", "Crowds", "Money"):
        make_chapter(edition=edition, title=title, paragraphs=["Begin early."])
    return edition


def at(edition, serial):
    return edition.placed.select_related("paragraph", "chapter").get(paragraph__serial=serial)


@pytest.fixture
def spoken(text, brazil, mexico, secretariat):
    """Two comments of Brazil, one of Mexico, and others who endorse, agree, have no comment, or say nothing."""
    consultation = make_consultation(edition=text, by=secretariat)
    first = make_submitted(
        consultation=consultation, state=brazil, placed=at(text, 1), base="Begin early.", proposed="Begin."
    )
    make_submitted(consultation=consultation, state=brazil, placed=at(text, 2))
    make_submitted(consultation=consultation, state=mexico)
    make_comment(consultation=consultation, state=mexico)
    chile, peru, cuba, haiti = (
        make_state(name=name, slug=name.lower(), iso2=code)
        for name, code in {"Chile": "CL", "Peru": "PE", "Cuba": "CU", "Haiti": "HT"}.items()
    )
    Endorsement.objects.create(comment=first, state=chile)
    Endorsement.objects.create(comment=first, state=mexico)
    Answer.objects.create(consultation=consultation, state=peru, kind="agrees")
    Answer.objects.create(consultation=consultation, state=cuba, kind="no_comment")
    make_comment(consultation=consultation, state=haiti)
    make_state(name="Suriname", participates=False)
    return consultation


BY_STATE = {
    "Brazil": ["Comments", "0", "2", "1", "1"],
    "Chile": ["Endorsements", "1", "–"],
    "Cuba": ["No comment", "0", "–"],
    "Haiti": ["No record"],
    "Mexico": ["Comments", "1", "1", "0", "0"],
    "Peru": ["We agree with all", "0", "–"],
}
BY_CHAPTER = {
    "The whole text": ["1", "1", "0", "0"],
    "1. Planning": ["1", "1", "1", "1"],
    "2. Crowds": ["1", "1", "0", "0"],
    "3. Money": ["no comment"],
}


@pytest.mark.parametrize("who", ["focal_point", "alternate", "other_focal_point"])
def test_statistics_say_what_each_state_answered_and_of_what(request, client_for, who, spoken):
    page = read(spoken, client_for(request.getfixturevalue(who)))
    assert (rows_of(page, "states"), rows_of(page, "chapters")) == (BY_STATE, BY_CHAPTER)
    assert "5 of 6 States answered" in page.text
    assert page.select_one("figcaption").text == "Most comments: Brazil, with 2"
    links = [link["href"] for link in page.select("tbody th a")]
    matrix = f"/en/manual/consultations/{spoken.pk}/matrix/"
    assert links == [
        f"{matrix}?{query}" for query in ("state=brazil", "state=mexico", "chapter=0", "chapter=1", "chapter=2")
    ]


def test_statistics_of_dispositions_wait_for_the_closing(client_for, focal_point, secretariat, spoken):
    Comment.objects.exclude(proposed="").update(disposition="in_part", observation="Zx")
    client = client_for(focal_point)

    def heads(client):
        return [
            head.text
            for head in read(spoken, client).select("#states-title ~ * thead th, #chapters-title ~ * thead th")
        ]

    before = ["State", "Answer", *PLAIN, "Chapter", "Comments", "States", *PLAIN[2:]]
    assert heads(client) == before
    after = [*before[:6], *DISPOSITIONS, *before[6:], *DISPOSITIONS]
    assert heads(client_for(secretariat)) == after
    Consultation.objects.filter(pk=spoken.pk).update(closed=timezone.now())
    assert heads(client) == after
    page = read(spoken, client)
    assert rows_of(page, "states")["Brazil"] == [*BY_STATE["Brazil"], "0", "1", "0", "0", "1"]
    assert rows_of(page, "chapters")["1. Planning"] == [*BY_CHAPTER["1. Planning"], "0", "1", "0", "0", "0"]


def test_statistics_shown_after_the_closing_are_of_ones_own_state_before(client_for, focal_point, secretariat, spoken):
    Consultation.objects.filter(pk=spoken.pk).update(shown="after_closing")
    client = client_for(focal_point)
    assert rows_of(read(spoken, client), "states") == {"Brazil": BY_STATE["Brazil"]}
    assert set(rows_of(read(spoken, client_for(secretariat)), "states")) == set(BY_STATE)
    Consultation.objects.filter(pk=spoken.pk).update(closes=spoken.opens + DAY / 2, ends=spoken.opens + DAY / 2)
    assert rows_of(read(spoken, client), "states") == BY_STATE


def test_statistics_of_an_expert_are_of_his_own_state(client_for, expert, spoken):
    page = read(spoken, client_for(expert))
    assert rows_of(page, "states") == {"Brazil": BY_STATE["Brazil"]}
    assert "Mexico" not in page.main.text
    assert rows_of(page, "chapters") == {name: cells for name, cells in BY_CHAPTER.items() if name != "The whole text"}


def test_statistics_do_not_say_of_a_state_that_it_was_silent_because_its_comment_is_hidden(
    client_for, focal_point, secretariat, spoken, mexico
):
    Endorsement.objects.all().delete()
    Comment.objects.submitted().by_state(mexico).update(is_hidden=True)
    assert rows_of(read(spoken, client_for(focal_point)), "states")["Mexico"] == ["Comments", "0", "–"]
    assert rows_of(read(spoken, client_for(secretariat)), "states")["Mexico"][:3] == ["Comments", "0", "1"]


def test_statistics_list_the_states_and_chapters_that_are_asked(client_for, focal_point, brazil, spoken):
    spoken.states.set([brazil])
    spoken.chapters.set([at(spoken.edition, 3).chapter])
    page = read(spoken, client_for(focal_point))
    assert set(rows_of(page, "states")) == {"Brazil", "Mexico"}  # Mexico is no longer asked, and has spoken
    assert set(rows_of(page, "chapters")) == set(BY_CHAPTER)


def test_statistics_of_a_consultation_without_comments(client_for, focal_point, brazil, text):
    page = read(make_consultation(edition=text), client_for(focal_point))
    assert not page.select("figure")
    assert rows_of(page, "states") == {"Brazil": ["No record"]}
    assert rows_of(page, "chapters")["1. Planning"] == ["no comment"]


def test_statistics_refuse_who_reads_no_comments(client_for, visitor, partner, focal_point, spoken):
    assert client_for(partner).get(page_of(spoken)).status_code == 403
    assert client_for(visitor).get(page_of(spoken)).status_code == 302
    Edition.objects.filter(pk=spoken.edition_id).update(label=Label.RED)
    assert client_for(focal_point).get(page_of(spoken)).status_code == 404


def test_statistics_ask_as_often_for_three_states_as_for_one(django_assert_num_queries, client_for, focal_point, text):
    consultation, client = make_consultation(edition=text), client_for(focal_point)

    def speak(serial):
        made = make_submitted(consultation=consultation, state=make_state(), placed=at(text, serial))
        Endorsement.objects.create(comment=made, state=make_state())
        Answer.objects.create(consultation=consultation, state=make_state(), kind="agrees")

    Consultation.objects.filter(pk=consultation.pk).update(closed=timezone.now())
    speak(1)
    client.get(page_of(consultation))
    with django_assert_num_queries(11):
        client.get(page_of(consultation))
    speak(2)
    speak(3)
    with django_assert_num_queries(11):
        client.get(page_of(consultation))
