"""The history of a record: who changed what, for its owner and the secretariat; dates for everybody else."""

import datetime
import re

import pytest
from django.urls import reverse

from core.history import entries
from core.labels import Label
from events.models import EventPlace
from legislation.models import InstrumentRelation
from programme.models import Participation
from tests.admin_pages import save
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_need,
    make_theme,
    make_treaty,
    make_treaty_action,
)

pytestmark = pytest.mark.django_db


def admin_address(record):
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


def text_of(page):
    """The words of the main part of a page."""
    main = re.search(r"(?s)<main.*</main>", page.content.decode()).group()
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def table_of(page):
    """[(field, before, after)] of every changed field on the page, from top to bottom."""
    rows = re.findall(
        r"(?s)<tr><th scope=\"row\">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>", page.content.decode()
    )
    return [tuple(cell.strip() for cell in row) for row in rows]


@pytest.fixture
def edited(brazil, mexico, client_for, secretariat):
    """An event of Brazil that the secretariat changed twice in the admin."""
    secretariat.name = "Ana Curator"
    secretariat.save()
    event = make_event(slug="games", name="Games", host_state=brazil, expected_attendance=1000)
    themes = [make_theme(slug="policing", name="Policing"), make_theme(slug="borders", name="Borders")]
    curator, report = client_for(secretariat), make_document(title="Security plan")
    changed = {"name_en": "Great Games", "expected_attendance": 2500, "host_state": mexico.pk}
    save(curator, admin_address(event), **changed)
    save(
        curator,
        admin_address(event),
        themes=[theme.pk for theme in themes],
        documents=[report.pk],
        host_state=brazil.pk,
    )
    return event


def test_event_history_shows_who_changed_which_field(edited, client_for, focal_point):
    page = client_for(focal_point).get("/en/events/games/history/")
    assert table_of(page) == [
        ("documents", "–", "Security plan"),
        ("themes", "–", "Borders, Policing"),
        ("main host", "Mexico", "Brazil"),
        ("name [en]", "Games", "Great Games"),
        ("main host", "Brazil", "Mexico"),
        ("expected attendance", "1000", "2500"),
    ]
    # A save is one entry for the fields and one for each list that it changed.
    said = re.findall(r"Changed by [A-Z]\w+ [A-Z]\w+|Recorded by the portal itself", text_of(page))
    assert said == ["Changed by Ana Curator"] * 4 + ["Recorded by the portal itself"]


def test_event_history_shows_a_choice_by_its_words(edited, client_for, secretariat):
    save(client_for(secretariat), admin_address(edited), label=int(Label.AMBER), status="postponed")
    page = client_for(secretariat).get("/en/events/games/history/")
    assert table_of(page)[:2] == [("audience label", "TLP:CLEAR", "TLP:AMBER"), ("status", "Confirmed", "Postponed")]


def test_event_history_is_newest_first_and_says_when(client_for, secretariat):
    event = make_event(slug="games", name="First")
    for day, name in [(2, "Second"), (3, "Third")]:
        event.name = name
        event._history_date = datetime.datetime(2030, 5, day, 12, 0, tzinfo=datetime.UTC)
        event.save()
    event.history.filter(name_en="First").update(history_date=datetime.datetime(2030, 5, 1, tzinfo=datetime.UTC))
    page = client_for(secretariat).get("/en/events/games/history/")
    assert re.findall(r'<time datetime="(2030-05-0\d)', page.content.decode()) == [
        "2030-05-03",
        "2030-05-02",
        "2030-05-01",
    ]
    assert table_of(page) == [("name [en]", "Second", "Third"), ("name [en]", "First", "Second")]


def change(event, times):
    for n in range(times):
        event.name = f"Name {n}"
        event.save()


@pytest.mark.parametrize("changes", [1, 3])
def test_event_history_asks_the_same_of_the_database_for_any_number_of_entries(
    changes, client_for, secretariat, django_assert_num_queries
):
    event = make_event(slug="games", themes=[make_theme(), make_theme()])
    client = client_for(secretariat)
    change(event, changes)
    client.get("/en/events/games/history/")
    with django_assert_num_queries(11):
        page = client.get("/en/events/games/history/")
    assert len(table_of(page)) >= changes


def test_history_is_told_in_pages(client_for, secretariat):
    event = make_event(slug="games", name="Name x")
    change(event, 24)
    client = client_for(secretariat)
    first, second = client.get("/en/events/games/history/"), client.get("/en/events/games/history/?page=2")
    told = [len(table_of(page)) for page in (first, second)]
    assert sum(told) == event.history.count() - 1
    assert told[0] == 20
    assert ("Older" in text_of(first), "Newer" in text_of(first)) == (True, False)
    assert ("Older" in text_of(second), "Newer" in text_of(second)) == (False, True)


def test_history_forgets_no_change_between_two_pages(secretariat):
    """What a change came to is what the next one began with, on the last row of a page too."""
    event = make_event(name="Name x")
    change(event, 24)
    pages = [entries(event, page, reader=secretariat)[0] for page in (1, 2)]
    told = [change for page in pages for entry in page for change in entry.changes]
    assert [change.after for change in told] == [f"Name {n}" for n in reversed(range(24))]
    assert [change.before for change in told] == [*(f"Name {n}" for n in reversed(range(23))), "Name x"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "1000", "1e3", "٣", "", "1 ", "9" * 5000, "1\x00"])
def test_page_of_a_history_that_cannot_be_is_404(page, client_for, secretariat):
    make_event(slug="games")
    response = client_for(secretariat).get("/en/events/games/history/", {"page": page})
    assert (page, response.status_code) == (page, 404)


def test_page_beyond_the_end_says_that_nothing_is_recorded(client_for, secretariat):
    make_event(slug="games")
    page = client_for(secretariat).get("/en/events/games/history/?page=7")
    assert (page.status_code, "Nothing is recorded." in text_of(page)) == (200, True)


def test_long_text_is_shortened_and_markup_is_words(client_for, secretariat):
    activity = make_activity(slug="training")
    activity.agenda_en = "<p>" + "Long agenda. " * 100 + "</p>"
    activity.save()
    page = client_for(secretariat).get("/en/programme/training/history/")
    [(label, before, after)] = table_of(page)
    assert (label, before, after.startswith("&lt;p&gt;Long agenda."), len(after) < 400) == (
        "agenda [en]",
        "–",
        True,
        True,
    )


HISTORIES = {
    "/en/events/zx/": make_event,
    "/en/legislation/zx/": make_instrument,
    "/en/programme/zx/": make_activity,
}


@pytest.mark.parametrize("address", HISTORIES)
def test_others_see_dates_only(address, client_for, visitor, partner, secretariat):
    """A field once held a secret: its history shows it to the secretariat, the page for all shows two dates."""
    secretariat.name = "Zx curator"
    secretariat.save()
    record = HISTORIES[address](slug="zx", summary="Zx secret")
    save(client_for(secretariat), admin_address(record), summary_en="Open")
    history = client_for(secretariat).get(f"{address}history/")
    assert [("Zx secret" in text_of(history)), ("Zx curator" in text_of(history))] == [True, True]
    for user in (visitor, partner):
        page = client_for(user).get(address)
        content = page.content.decode()
        assert (page.status_code, "Zx secret" in content, "Zx curator" in content) == (200, False, False)
        assert f"{address}history/" not in content
        assert text_of(page).count(f"{record.updated:%-d %B %Y}") >= 1
    assert f"{address}history/" in client_for(secretariat).get(address).content.decode()


def test_link_to_the_history_is_for_the_owner(client_for, brazil, focal_point, other_focal_point, alternate, expert):
    make_event(slug="games", host_state=brazil)
    people = [focal_point, alternate, other_focal_point, expert]
    pages = [client_for(user).get("/en/events/games/").content.decode() for user in people]
    assert ["/en/events/games/history/" in page for page in pages] == [True, True, False, False]


def test_save_that_changes_nothing_says_so(client_for, secretariat):
    event = make_event(slug="games")
    event.save()
    page = client_for(secretariat).get("/en/events/games/history/")
    assert (table_of(page), text_of(page).count("Changed by"), event.history.count()) == ([], 1, 2)


def test_history_names_no_record_that_is_hidden_from_its_reader(client_for, secretariat, focal_point, brazil, mexico):
    """The law is Brazil's; the event that the secretariat hung it on is Mexico's own affair."""
    law, event = make_instrument(slug="law", state=brazil), make_event(slug="games", host_state=brazil)
    secret = make_event(name="Zx secret event", host_state=mexico, label=Label.RED)
    draft = make_document(title="Zx secret document", publication="draft")
    curator = client_for(secretariat)
    save(curator, admin_address(law), events=[event.pk, secret.pk], documents=[draft.pk])
    save(curator, admin_address(event), umbrella=secret.pk)
    seen = {
        user: [
            table_of(client_for(user).get(address))
            for address in ("/en/legislation/law/history/", "/en/events/games/history/")
        ]
        for user in (secretariat, focal_point)
    }
    assert seen[focal_point] == [[("events it concerns", "–", "Games")], []]
    assert seen[secretariat] == [
        [("documents", "–", "Zx secret document"), ("events it concerns", "–", "Games, Zx secret event")],
        [("umbrella event", "–", "Zx secret event")],
    ]


# Rows that are a part of a record


def told(page):
    """The headings of a history's entries, the newest first."""
    return [
        " ".join(heading.split()) for heading in re.findall(r'(?s)<h2 class="h3">(.*?)</h2>', page.content.decode())
    ]


def test_event_history_tells_of_its_places(client_for, secretariat):
    secretariat.name = "Ana Curator"
    secretariat.save()
    event = make_event(slug="games", cities=["Rio de Janeiro"])
    curator, place = client_for(secretariat), event.places.get()
    another = {"places-TOTAL_FORMS": 2, "places-1-city": "Manaus", "places-1-order": 1}
    save(curator, admin_address(event), **another)
    save(curator, admin_address(event), **{"places-0-venue": "Maracanã"})
    save(curator, admin_address(event), **{"places-1-DELETE": "on"})
    page = client_for(secretariat).get("/en/events/games/history/")
    assert [heading for heading in told(page) if heading.startswith("Place")] == [
        "Place: taken out by Ana Curator",
        "Place: changed by Ana Curator",
        "Place: added by Ana Curator",
        "Place: added by the portal itself",
    ]
    assert table_of(page) == [
        ("city", "Manaus", "–"),
        ("venue", "–", "Maracanã"),
        ("city", "–", "Manaus"),
        ("city", "–", "Rio de Janeiro"),
    ]
    assert EventPlace.objects.get() == place


def test_treaty_history_tells_of_what_states_did_with_it(client_for, secretariat, brazil):
    treaty = make_treaty(slug="treaty")
    action = make_treaty_action(instrument=treaty, state=brazil, kind="signature", date="2010-05")
    action.kind = "ratification"
    action.save()
    action.delete()
    make_treaty_action(instrument=make_treaty())
    page = client_for(secretariat).get("/en/legislation/treaty/history/")
    assert [heading.split(" by ")[0] for heading in told(page)] == [
        "Treaty action: taken out",
        "Treaty action: changed",
        "Treaty action: added",
        "Recorded",
    ]
    assert table_of(page)[3:] == [
        ("action", "Signature", "Ratification"),
        ("State", "–", "Brazil"),
        ("action", "–", "Signature"),
        ("date", "–", "2010-05"),
    ]


def test_activity_history_tells_of_who_took_part(client_for, secretariat, brazil):
    activity = make_activity(slug="training")
    Participation.objects.create(activity=activity, state=brazil, people=12)
    page = client_for(secretariat).get("/en/programme/training/history/")
    assert told(page)[0] == "Participation: added by the portal itself"
    assert [row for row in table_of(page) if row[0] == "State"] == [("State", "–", "Brazil")]


def test_history_tells_of_a_relation_at_both_ends_and_of_none_with_a_hidden_text(
    client_for, secretariat, focal_point, brazil, mexico
):
    law, act = (make_instrument(slug=slug, title=slug.capitalize(), state=brazil) for slug in ("law", "act"))
    secret = make_instrument(slug="zx", original_title="Zx secret", state=mexico, label=Label.RED)
    InstrumentRelation.objects.create(instrument=law, kind="amends", target=act)
    InstrumentRelation.objects.create(instrument=law, kind="repeals", target=secret)
    InstrumentRelation.objects.create(instrument=secret, kind="refers-to", target=law)
    pages = {
        user: [client_for(user).get(f"/en/legislation/{slug}/history/") for slug in ("law", "act")]
        for user in (focal_point, secretariat)
    }
    assert [told(page) for page in pages[focal_point]] == [
        ["Relation: added by the portal itself", "Recorded by the portal itself"]
    ] * 2
    assert [table_of(page) for page in pages[focal_point]] == [
        [("relation", "–", "amends"), ("other instrument", "–", "Act")],
        [("instrument", "–", "Law"), ("relation", "–", "amends")],
    ]
    assert [len(told(page)) for page in pages[secretariat]] == [4, 2]
    assert "Zx secret" in text_of(pages[secretariat][0])


def test_history_of_an_event_is_silent_about_what_has_an_audience_of_its_own(client_for, focal_point, brazil):
    event = make_event(slug="games", host_state=brazil)
    make_need(event=event, need="Zx need", label=Label.RED)
    page = client_for(focal_point).get("/en/events/games/history/")
    assert (told(page), "Zx need" in text_of(page)) == (["Recorded by the portal itself"], False)


@pytest.mark.parametrize("changes", [1, 3])
def test_event_history_asks_the_same_of_the_database_for_any_number_of_places(
    changes, client_for, secretariat, django_assert_num_queries
):
    event = make_event(slug="games", cities=["Rio de Janeiro"])
    change(event, changes)
    for n in range(changes):
        EventPlace.objects.create(event=event, city=f"City {n}")
        place = event.places.last()
        place.venue = "Stadium"
        place.save()
    client = client_for(secretariat)
    client.get("/en/events/games/history/")
    with django_assert_num_queries(12):
        page = client.get("/en/events/games/history/")
    assert len([heading for heading in told(page) if heading.startswith("Place")]) == 1 + 2 * changes


def test_history_forgets_no_change_of_a_part_between_two_pages(secretariat):
    event = make_event(cities=["City"])
    place = event.places.get()
    for n in range(30):
        place.venue = f"Venue {n}"
        place.save()
    pages = [entries(event, page, reader=secretariat)[0] for page in (1, 2)]
    found = [(change.before, change.after) for page in pages for entry in page for change in entry.changes]
    assert found[:30] == [(f"Venue {n - 1}" if n else "", f"Venue {n}") for n in reversed(range(30))]
    assert [len(page) for page in pages] == [20, 12]
