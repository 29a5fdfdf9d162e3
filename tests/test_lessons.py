"""The pages of lessons: the list and its filters, one lesson with whose words it is in, its other forms."""

import csv
import datetime
import io
import re

import pytest

from core.labels import Label
from documents.actions import refresh_audience
from events.models import Lesson
from tests.factories import (
    make_document,
    make_event,
    make_lesson,
    make_state,
    make_theme,
    make_user,
)
from tests.reading import read

LIST_QUERIES = 5
DETAIL_QUERIES = 7
EMPTY = "No lesson is recorded yet"


def found(client, query=""):
    """Slugs of the rows that a query leaves, in the order of their names."""
    response = client.get(f"/en/events/lessons/?{query}")
    assert response.status_code == 200
    assert response.context["listing"].errors == []
    return sorted(lesson.slug for lesson in response.context["listing"].page)


def counted(client, name):
    """{choice: number of rows} of a facet."""
    groups = client.get("/en/events/lessons/").context["listing"].groups
    return next({choice.value: choice.count for choice in group.choices} for group in groups if group.name == name)


def full_lesson(children=1, **fields):
    return make_lesson(
        event=make_event(),
        themes=[make_theme() for _ in range(children)],
        documents=[make_document() for _ in range(children)],
        **fields,
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_lesson_list_needs_the_same_queries_for_one_row_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        full_lesson(children=rows)
    with django_assert_num_queries(LIST_QUERIES):
        response = client.get("/en/events/lessons/")
    assert response.context["listing"].total == rows


@pytest.mark.parametrize("children", [1, 3])
def test_lesson_detail_needs_the_same_queries_for_one_child_and_for_three(
    client, db, children, django_assert_num_queries
):
    lesson = full_lesson(children=children)
    with django_assert_num_queries(DETAIL_QUERIES):
        response = client.get(lesson.get_absolute_url())
    assert len(response.context["documents"]) == children


def test_lesson_list_says_what_a_lesson_is_where_there_is_none(client, client_for, focal_point, expert, partner):
    page = client.get("/en/events/lessons/").content.decode()
    assert EMPTY in page and "its National Focal Point submits them" in page
    assert "Write a lesson" not in page and "<form" in page and "csrf" not in page
    assert "Write a lesson" not in client_for(partner).get("/en/events/lessons/").content.decode()
    for writer in (focal_point, expert):
        page = client_for(writer).get("/en/events/lessons/").content.decode()
        assert 'href="/en/desk/proposals/lesson/new/"' in page


def test_lesson_filters_narrow_the_list(client, db):
    peru, theme, games = make_state(slug="peru"), make_theme(slug="crowds"), make_event(slug="games", kind="summit")
    make_lesson(slug="one", state=peru, kind="good-practice", themes=[theme, make_theme()])
    make_lesson(slug="two", kind="challenge", recommendation="", event=games)
    make_lesson(slug="three", title="Bogotá gates", event=make_event(kind="sport"), themes=[theme])
    assert found(client) == ["one", "three", "two"]
    assert found(client, "state=peru") == ["one"]
    assert found(client, "kind=challenge") == ["two"]
    assert found(client, "theme=crowds") == ["one", "three"]
    assert found(client, "event_kind=sport") == ["three"]
    assert found(client, "event=games") == ["two"]
    assert found(client, "q=bogota") == ["three"]
    assert found(client, "theme=crowds&event_kind=summit") == []
    assert counted(client, "event_kind") == {"sport": 1, "summit": 1}
    assert counted(client, "theme")["crowds"] == 2
    assert (
        "No lesson fits all the filters" in client.get("/en/events/lessons/?kind=challenge&state=peru").content.decode()
    )


def test_lesson_list_is_sorted_and_paged(client, db):
    for n in range(30):
        make_lesson(slug=f"lesson-{n:02}", title=f"Title {29 - n:02}")
    pages = [
        client.get(f"/en/events/lessons/?{query}").context["listing"].page
        for query in ("", "page=2", "sort=oldest", "sort=title")
    ]
    assert [len(list(page)) for page in pages] == [25, 5, 25, 25]
    assert [next(iter(page)).slug for page in pages] == ["lesson-29", "lesson-04", "lesson-00", "lesson-29"]
    assert client.get("/en/events/lessons/?page=3").status_code == 404


def test_lesson_filters_refuse_what_is_no_choice(client, db):
    make_lesson(slug="one")
    for query in ("kind=song", "label=clear", "state=%00", "theme=no-such", f"q={'x' * 101}", "event_kind='--"):
        listing = client.get(f"/en/events/lessons/?{query}").context["listing"]
        assert len(listing.errors) == 1, query
        assert listing.total == 1, query


def test_labels_are_a_filter_for_those_who_see_some_above_clear(client, client_for, focal_point, brazil):
    make_lesson(slug="open")
    make_lesson(slug="green", label=Label.GREEN)
    make_lesson(slug="red", label=Label.RED, state=brazil)
    make_lesson(slug="red-of-others", label=Label.RED)
    assert found(client) == ["open"]
    assert counted(client, "label") == {}
    mine = client_for(focal_point)
    assert counted(mine, "label") == {"green": 1, "red": 1}
    assert found(mine, "label=red") == ["red"]
    assert 'class="tlp tlp--red"' in mine.get("/en/events/lessons/").content.decode()


def test_an_event_that_is_hidden_is_neither_named_nor_counted_nor_found_by_a_lesson(client, client_for, secretariat):
    hidden = make_event(slug="secret", name="Secret summit", kind="summit", label=Label.AMBER)
    make_lesson(slug="open", event=hidden)
    curator = client_for(secretariat)
    pages = ["/en/events/lessons/", "/en/events/lessons/open/", "/en/events/lessons.atom"]
    assert [address for address in pages if "Secret summit" in client.get(address).content.decode()] == []
    assert [address for address in pages[:2] if "Secret summit" in curator.get(address).content.decode()] == pages[:2]
    assert (counted(client, "event_kind"), counted(curator, "event_kind")) == ({}, {"summit": 1})
    for query in ("event=secret", "event_kind=summit", "q=secret"):
        assert found(client, query) == [], query
    assert found(curator, "event=secret") == ["open"]
    assert "Secret summit" in curator.get("/en/events/lessons/?event=secret").content.decode()
    assert rows_of(client)[0]["event"] == ""
    assert rows_of(curator)[0]["event"] == "secret"


def rows_of(client, query=""):
    answer = client.get(f"/en/events/lessons.csv?{query}")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


SAID = (
    '<p class="head__kicker">Good practice</p>',
    "<h1>One gate for all</h1>",
    '<a href="/en/network/peru/">Peru</a>',
    '<a href="/en/events/games/">Games</a>',
    "<p>A stadium with four gates.</p>",
    "<p>People queued.</p>\n\n<p>Nobody was hurt &lt;ever&gt;.</p>",
    "What Peru recommends",
    "<p>Open one gate early.</p>",
    '<p class="source"><a href="https://example.org/report"',
    '<p class="source">Police statistics</p>',
    "Validated by the secretariat on 3 March 2026.",
    ">Crowds</a>",
    "The plan",
)


def test_lesson_detail_shows_every_field(client, db):
    lesson = make_lesson(
        slug="gate",
        title="One gate for all",
        kind="good-practice",
        state=make_state(slug="peru", name="Peru"),
        event=make_event(slug="games", name="Games"),
        context="A stadium with four gates.",
        what_happened="People queued.\n\nNobody was hurt <ever>.",
        recommendation="Open one gate early.",
        evidence="https://example.org/report\nPolice statistics\n",
        validated=datetime.date(2026, 3, 3),
        themes=[make_theme(name="Crowds")],
        documents=[make_document(title="The plan")],
    )
    page = client.get(lesson.get_absolute_url()).content.decode()
    assert [said for said in SAID if said not in page] == []
    assert "csrf" not in page


def test_a_lesson_falls_back_to_its_own_language_and_is_marked(client, db):
    make_lesson(
        slug="gate", language="pt", title_en=None, title_pt="Portões", what_happened_en="", what_happened_pt="Fila."
    )
    page = client.get("/en/events/lessons/gate/").content.decode()
    assert '<h1><span lang="pt">Portões</span></h1>' in page
    assert '<div lang="pt"><p>Fila.</p></div>' in page


def test_a_hidden_lesson_is_not_found_like_an_absent_one(client, client_for, expert, focal_point):
    make_lesson(slug="amber", title="Secret gates", label=Label.AMBER)
    answers = [client_for(expert).get(f"/en/events/lessons/{slug}/") for slug in ("amber", "absent")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert client_for(focal_point).get("/en/events/lessons/amber/").status_code == 200


def test_documents_of_a_lesson_follow_its_label(client, client_for, partner):
    document = make_document(title="The plan")
    make_lesson(label=Label.GREEN, documents=[document])
    refresh_audience(document)
    assert client.get(document.get_absolute_url()).status_code == 404
    assert client_for(partner).get(document.get_absolute_url()).status_code == 200


def unsaved(**fields):
    told = {"title": "Gate", "what_happened": "Late.", "recommendation": "Early."}
    return Lesson(slug="gate", kind="lesson", publication="published", **told, **fields)


def save_as(lesson, person, **fields):
    for name, value in fields.items():
        setattr(lesson, name, value)
    lesson._history_user = person
    lesson.save()


def history_line(client, slug="gate"):
    page = client.get(f"/en/events/lessons/{slug}/").content.decode()
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    line = re.search(r"As submitted by .*? (?=What it rests on)", text)
    return line.group().strip() if line else ""


def test_lesson_tells_that_the_secretariat_edited_what_its_state_submitted(
    client, client_for, focal_point, secretariat, brazil
):
    lesson = unsaved(state=brazil)
    assert history_line_after(lesson, focal_point, client) == "As submitted by Brazil on {day}."
    save_as(lesson, secretariat, label=Label.CLEAR, validated=datetime.date(2026, 3, 3))
    assert "edited" not in history_line(client)
    save_as(lesson, secretariat, what_happened="The gates opened late.")
    assert "edited by the secretariat on" in history_line(client)
    assert "own words are kept" in history_line(client)
    assert 'href="/en/events/lessons/gate/history/"' in read("/en/events/lessons/gate/", client_for(focal_point))[0]
    past = client_for(focal_point).get("/en/events/lessons/gate/history/").content.decode()
    assert "Late." in past and "The gates opened late." in past
    save_as(lesson, focal_point, event=make_event())
    assert "edited by the secretariat on" in history_line(client)
    save_as(lesson, focal_point, what_happened="The gates opened at nine.")
    assert "edited" not in history_line(client)


def history_line_after(lesson, person, client):
    save_as(lesson, person)
    day = re.search(r"Recorded ([^.]+)\.", client.get(lesson.get_absolute_url()).content.decode())[1]
    return history_line(client).replace(day, "{day}")


def test_a_lesson_that_the_secretariat_recorded_is_not_said_to_be_submitted(client, secretariat, brazil):
    lesson = unsaved(state=brazil)
    save_as(lesson, secretariat)
    assert history_line(client) == ""


def test_lesson_history_is_for_its_owner_and_the_secretariat(
    client, client_for, focal_point, other_focal_point, secretariat, expert, brazil
):
    make_lesson(slug="gate", state=brazil)
    address = "/en/events/lessons/gate/history/"
    assert client.get(address).status_code == 302
    answers = {person: client_for(person).get(address).status_code for person in (focal_point, secretariat)}
    assert set(answers.values()) == {200}
    assert [client_for(person).get(address).status_code for person in (other_focal_point, expert)] == [403, 403]
    assert client_for(secretariat).get(f"{address}?page=x").status_code == 404


def test_lessons_are_exported_as_the_list_shows_them(client, db):
    peru, theme = make_state(iso3="PER", slug="peru"), make_theme(slug="crowds")
    make_lesson(slug="one", title="=One", state=peru, themes=[theme], event=make_event(slug="games"))
    make_lesson(slug="two", kind="challenge", recommendation="")
    rows = rows_of(client, "state=peru")
    assert [(row["slug"], row["state_iso3"], row["event"], row["themes"]) for row in rows] == [
        ("one", "PER", "games", "crowds")
    ]
    assert rows[0]["title"].startswith("'")
    assert [row["slug"] for row in rows_of(client)] == ["two", "one"]
    assert client.get("/en/events/lessons.xlsx").status_code == 200
    assert client.get("/en/events/lessons.ics").status_code == 404
    assert client.get("/en/events/lessons.csv?kind=song").status_code == 400


def test_lessons_feed_tells_what_changed(client, db):
    make_lesson(slug="gate", title="Gate & fence", state=make_state(name="Peru"), label=Label.CLEAR)
    make_lesson(title="Secret", label=Label.GREEN)
    feed = client.get("/en/events/lessons.atom").content.decode()
    assert "<title>Gate &amp; fence</title>" in feed
    assert "Lesson · Peru. Open the gates early." in feed
    assert "Secret" not in feed
    assert 'href="/en/events/lessons.atom"' in client.get("/en/events/lessons/").content.decode()


def test_lessons_stand_on_the_pages_of_their_event_state_and_theme(client, client_for, expert):
    peru, crowds, games = make_state(slug="peru"), make_theme(slug="crowds"), make_event(slug="games")
    for n in range(2):
        make_lesson(slug=f"open-{n}", state=peru, themes=[crowds], event=games)
    make_lesson(slug="green", title="Secret", state=peru, themes=[crowds], event=games, label=Label.GREEN)
    for address in ("/en/events/games/", "/en/network/peru/", "/en/themes/crowds/"):
        page, parts, counts = read(address)
        assert re.findall(r'href="/en/events/lessons/([\w-]+)/"', parts["lessons"]) == ["open-1", "open-0"]
        assert counts["lessons"] == 2 and "Secret" not in page
        page, parts, counts = read(address, client_for(expert))
        assert counts["lessons"] == 3 and "Secret" in parts["lessons"]
    assert "TLP:GREEN" in client_for(expert).get("/en/events/games/").content.decode()


def test_pages_without_a_lesson_say_who_writes_one(client, client_for, focal_point, secretariat):
    make_state(slug="peru"), make_theme(slug="crowds"), make_event(slug="games")
    for address in ("/en/events/games/", "/en/network/peru/", "/en/themes/crowds/"):
        assert "National Focal Point submit" in read(address)[1]["lessons"]
        assert "Write a lesson" not in read(address)[1]["lessons"]
        assert "Write a lesson" not in read(address, client_for(secretariat))[1]["lessons"]
        assert 'href="/en/desk/proposals/lesson/new/"' in read(address, client_for(focal_point))[1]["lessons"]


def test_many_lessons_of_an_event_lead_to_the_rest(client, db):
    games = make_event(slug="games", name="Games")
    for _ in range(21):
        make_lesson(event=games)
    _, parts, counts = read("/en/events/games/")
    assert (len(re.findall("<li><div><h3>", parts["lessons"])), counts["lessons"]) == (20, 21)
    assert '<a href="/en/events/lessons/?event=games">' in parts["lessons"]
    assert client.get("/en/events/lessons/?event=games").context["listing"].total == 21


def test_lessons_is_a_word_of_the_addresses(client, db):
    make_event(slug="lessons")
    assert client.get("/en/events/lessons/").context["listing"].total == 0


def test_lesson_needs_a_recommendation_unless_it_is_a_challenge(db):
    told = {"slug": "gate", "title": "Gate", "what_happened": "Late.", "state": make_state(), "language": "es"}
    with pytest.raises(Exception, match="recommendation_es"):
        Lesson(kind="lesson", **told).full_clean()
    Lesson(kind="challenge", **told).full_clean()
    Lesson(kind="lesson", recommendation_fr="Tôt.", **told).full_clean()


def test_lesson_is_validated_on_a_day_that_has_come(db):
    told = {"slug": "gate", "title": "Gate", "what_happened": "L.", "state": make_state(), "kind": "challenge"}
    with pytest.raises(Exception, match="has not come"):
        Lesson(validated=datetime.date(2199, 1, 1), **told).full_clean()
    with pytest.raises(Exception, match="on which day"):
        Lesson(validated_by=make_user(), **told).full_clean()


def test_lessons_are_kept_in_the_sitemap_and_the_list_of_feeds(client, db):
    make_lesson(slug="gate")
    make_lesson(slug="green", label=Label.GREEN)
    sitemap = client.get("/sitemap-lessons.xml").content.decode()
    assert "/en/events/lessons/gate/" in sitemap and "green" not in sitemap
    assert "/en/events/lessons.atom" in client.get("/en/feeds/").content.decode()


def test_boards_and_themes_count_lessons(client, db):
    peru, crowds = make_state(iso3="PER", slug="peru"), make_theme(slug="crowds")
    make_lesson(state=peru, themes=[crowds])
    make_lesson(state=peru, themes=[crowds], label=Label.GREEN)
    assert "· 1 lesson</p>" in client.get("/en/network/").content.decode()
    assert 'data-label="Lessons">1</td>' in client.get("/en/themes/").content.decode()
