"""The sections of a State's profile, a theme's and a series' page: what is counted, cut, left out, and who fills it."""

import re

from core.labels import Label
from documents.actions import refresh_audience
from programme.models import Participation
from reference.querysets import today
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_lesson,
    make_series,
    make_state,
    make_theme,
    make_treaty,
    make_treaty_action,
)
from tests.reading import read, slugs_in, table, words

PERU, CROWDS = "/en/network/peru/", "/en/themes/crowds/"


def test_profile_tells_how_many_people_were_trained_and_where_that_is_not_known(client, db):
    peru = make_state(slug="peru", name="Peru")
    joined = {"first": (12, None), "second": (None, None), "both": (30, peru)}
    for slug, (people, host) in joined.items():
        activity = make_activity(slug=slug, title=slug.capitalize(), host_state=host)
        Participation.objects.create(activity=activity, state=peru, people=people)
        Participation.objects.create(activity=activity, state=make_state(), people=500)
    make_activity(slug="hosted", title="Hosted", host_state=peru, kind="exercise")
    make_activity(slug="elsewhere", host_state=make_state())
    _, parts, counts = read(PERU)
    assert sorted(table(parts["programme"])[1:]) == [
        ["Both", "2 March 2020", "Training", "host, took part", "30"],
        ["First", "2 March 2020", "Training", "took part", "12"],
        ["Hosted", "2 March 2020", "Exercise", "host", "not recorded"],
        ["Second", "2 March 2020", "Training", "took part", "not recorded"],
    ]
    assert counts["programme"] == 4
    assert "42 people of this State are recorded as having taken part." in words(parts["programme"])
    assert "For 2 activities it is not recorded how many people of this State took part." in words(parts["programme"])


def test_profile_tells_the_law_of_today_by_theme(client, db):
    peru, crowds, cyber = make_state(slug="peru"), make_theme(slug="crowds"), make_theme(slug="cyber")
    make_theme(slug="silent")
    make_instrument(state=peru, themes=[crowds, cyber], adopted_on="2001", status="in-force")
    make_instrument(state=peru, themes=[crowds], adopted_on="2001", status="unknown")
    make_instrument(state=peru, themes=[crowds], adopted_on="2199", status="in-force")
    make_instrument(state=peru, adopted_on="2001", repealed_on="2002")
    make_instrument(state=make_state(), themes=[crowds], adopted_on="2001", status="in-force")
    _, parts, counts = read(PERU)
    assert table(parts["law"])[1:] == [
        ["Crowds", "1 in force 1 not known 1 not in force"],
        ["Cyber", "1 in force"],
        ["Without a theme", "1 not in force"],
    ]
    assert 'href="/en/legislation/?state=peru&amp;theme=crowds"' in parts["law"]
    assert "Today 1 are in force for certain, 2 are not, and of 1 it is not known." in words(parts["law"])
    assert "No text is recorded on: Silent." in words(parts["law"])
    assert counts["law"] == 4


def test_profile_shows_each_treaty_with_its_dates(client, db):
    peru = make_state(slug="peru")
    treaties = {name: make_treaty(slug=name, title=name.capitalize(), adopted_on="2000") for name in ("bound", "left",
                "silent")}  # fmt: skip
    make_treaty_action(instrument=treaties["silent"])
    make_treaty_action(instrument=treaties["bound"], state=peru, kind="signature", date="2001")
    make_treaty_action(instrument=treaties["bound"], state=peru, date="2003-06", reservation="Except article 3.")
    make_treaty_action(instrument=treaties["left"], state=peru, kind="accession", date="2001")
    make_treaty_action(instrument=treaties["left"], state=peru, kind="withdrawal", date="2010-05-04")
    _, parts, counts = read(PERU)
    assert [row[:4] for row in table(parts["treaties"])[1:]] == [
        ["Bound", "2001", "Ratification, June 2003", "–"],
        ["Left", "no record", "Accession, 2001", "4 May 2010"],
        ["Silent", "no record", "no record", "–"],
    ]
    assert counts["treaties"] == 1
    assert "Consent to be bound is recorded for 1 of 3 treaties" in words(parts["treaties"])
    assert "Except article 3." in parts["treaties"]


def test_profile_maps_where_events_were_and_will_be(client, db):
    peru = make_state(slug="peru")
    for start in ("2011-01-01", "2012-01-01", "2199-01-01"):
        make_event(host_state=peru, cities=["Lima"], start=start).places.update(latitude=-12, longitude=-77)
    make_event(host_state=make_state(), other_hosts=[peru], cities=["Quito"], start="2011-01-01").places.update(
        latitude=-0.2, longitude=-78.5
    )
    make_event(host_state=peru, cities=["Nowhere"], start="2011-01-01")
    _, parts, counts = read(PERU)
    assert sorted(re.findall("<title>(.*?)</title>", parts["past"])) == [
        "Lima: 3 events, 1 to come",
        "Quito: 1 event",
    ]
    assert 'href="/en/events/?state=peru&amp;q=Lima"' in parts["past"]
    assert (counts["past"], counts["coming"]) == (4, 1)


def test_nothing_restricted_shows_or_counts_in_a_profile(client, client_for, expert):
    peru, crowds = make_state(slug="peru"), make_theme(slug="crowds")
    green = {"label": Label.GREEN}
    make_event(name="Secret games", host_state=peru, start="2199-01-01", cities=["Lima"], **green)
    make_event(name="Secret cup", host_state=peru, start="2011-01-01", cities=["Lima"], **green).places.update(
        latitude=-12, longitude=-77
    )
    make_instrument(title="Secret act", state=peru, themes=[crowds], adopted_on="2001", status="in-force", **green)
    make_treaty_action(instrument=make_treaty(title="Secret treaty", **green), state=peru)
    activity = make_activity(title="Secret training", **green)
    Participation.objects.create(activity=activity, state=peru, people=77)
    make_document(title="Secret plan", state=peru, **green)
    make_lesson(title="Secret lesson", state=peru, **green)
    for document in peru.documents.all():
        refresh_audience(document)
    secrets = ["games", "cup", "act", "treaty", "training", "plan", "lesson"]
    page, _, counts = read(PERU)
    assert [name for name in secrets if f"Secret {name}" in page] == []
    assert "77 people" not in page and "Lima" not in page
    assert set(counts.values()) == {0}
    page, parts, counts = read(PERU, client_for(expert))
    assert [name for name in secrets if f"Secret {name}" not in page] == []
    assert set(counts.values()) == {1}
    assert "77 people" in words(parts["programme"]) and "Lima: 1 event" in parts["past"]


def test_a_theme_hides_what_is_restricted_and_counts_the_rest_by_state(client, client_for, expert):
    peru, chile, crowds = make_state(name="Peru"), make_state(name="Chile"), make_theme(slug="crowds")
    current = {"adopted_on": "2001", "status": "in-force", "themes": [crowds]}
    make_instrument(state=peru, **current)
    make_instrument(state=chile, label=Label.GREEN, **current)
    make_instrument(level="regional", **current)
    make_event(name="Secret games", themes=[crowds], label=Label.GREEN)
    make_activity(title="Secret training", themes=[crowds], label=Label.GREEN)
    make_lesson(title="Secret lesson", themes=[crowds], label=Label.GREEN)
    page, parts, counts = read(CROWDS)
    assert table(parts["states"])[1:] == [["Peru", "1 in force"], ["Regional law", "1 in force"]]
    assert counts == {"states": 1, "law": 2, "events": 0, "programme": 0, "lessons": 0}
    assert "No text is recorded of: " in page and "Chile" in page
    assert "Secret" not in page and "No event is filed under this theme." in page
    _, parts, counts = read(CROWDS, client_for(expert))
    assert [row[0] for row in table(parts["states"])[1:]] == ["Chile", "Peru", "Regional law"]
    assert counts == {"states": 2, "law": 3, "events": 1, "programme": 1, "lessons": 1}


def test_long_sections_of_a_theme_lead_to_the_rest(client, db):
    crowds = make_theme(slug="crowds")
    for _ in range(11):
        make_instrument(state=make_state(), themes=[crowds])
        make_event(themes=[crowds])
    _, parts, counts = read(CROWDS)
    assert (len(slugs_in(parts["law"], "legislation")), len(slugs_in(parts["events"], "events"))) == (10, 10)
    assert (counts["law"], counts["events"]) == (11, 11)
    assert '<a href="/en/legislation/?theme=crowds">' in parts["law"]
    assert '<a href="/en/events/?theme=crowds">' in parts["events"]


def test_long_sections_of_coming_events_lead_to_the_rest(client, db):
    peru = make_state(slug="peru", name="Peru")
    for _ in range(11):
        make_event(host_state=peru, start="2199-01-01")
    _, parts, counts = read(PERU)
    assert (len(slugs_in(parts["coming"], "events")), counts["coming"]) == (10, 11)
    assert '<a href="/en/events/?state=peru&amp;when=upcoming">All coming events in Peru</a>' in parts["coming"]


def test_long_sections_of_coming_events_lead_to_what_goes_on_as_well(client, db):
    peru = make_state(slug="peru", name="Peru")
    day = today()
    for _ in range(11):
        make_event(host_state=peru, start=day.isoformat(), end=day.isoformat())
    ongoing = '<a href="/en/events/?state=peru&amp;when=ongoing">All ongoing events in Peru</a>'
    upcoming = '<a href="/en/events/?state=peru&amp;when=upcoming">All coming events in Peru</a>'
    coming = read(PERU)[1]["coming"]
    assert ongoing in coming and upcoming not in coming
    make_event(host_state=peru, start="2199-01-01")
    _, parts, counts = read(PERU)
    assert ongoing in parts["coming"] and upcoming in parts["coming"]
    addresses = [f"/en/events/?state=peru&when={when}" for when in ("ongoing", "upcoming")]
    assert sum(client.get(address).context["listing"].total for address in addresses) == counts["coming"] == 12


def test_empty_profiles_say_whom_to_tell_and_give_curators_the_form(client, client_for, secretariat):
    peru, crowds = make_state(slug="peru"), make_theme(slug="crowds")
    forms = {
        f"/admin/events/majorevent/add/?host_state={peru.pk}": 2,
        f"/admin/legislation/instrument/add/?level=national&state={peru.pk}": 1,
        "/admin/legislation/treatyaction/add/": 1,
        f"/admin/programme/activity/add/?host_state={peru.pk}": 1,
    }
    page, _, _ = read(PERU)
    assert page.count(">Tell the secretariat</a>") == 5
    curator = client_for(secretariat)
    page, _, _ = read(PERU, curator)
    assert {address: page.count(f'href="{address.replace("&", "&amp;")}"') for address in forms} == forms
    assert [curator.get(address).status_code for address in forms] == [200] * len(forms)
    assert f'href="/admin/legislation/instrument/add/?themes={crowds.pk}"' in read(CROWDS, curator)[0]


def test_a_series_shows_its_latest_sixty_editions_and_their_number(client, db):
    series, host = make_series(slug="copa"), make_state(name="Peru")
    for year in range(1940, 2002):
        make_event(series=series, host_state=host, start=f"{year}-01-01", slug=f"copa-{year}")
    page = client.get("/en/events/series/copa/").content.decode()
    assert slugs_in(page.split("<tbody>")[1], "events") == [f"copa-{year}" for year in range(2001, 1941, -1)]
    assert "62 editions are recorded, the latest first." in page
    assert '<a href="/en/events/?series=copa">All events of this series</a>' in page


def test_people_of_a_hidden_activity_do_not_count(client, client_for, expert):
    peru = make_state(slug="peru")
    Participation.objects.create(activity=make_activity(), state=peru, people=5)
    Participation.objects.create(activity=make_activity(label=Label.GREEN), state=peru, people=77)
    told = "people of this State are recorded as having taken part."
    assert f"5 {told}" in words(read(PERU)[1]["programme"])
    assert f"82 {told}" in words(read(PERU, client_for(expert))[1]["programme"])
