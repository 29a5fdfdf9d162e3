"""Who sees which rows; and that what is hidden appears nowhere, in no list, count, relation or file.

What must not leak must be there to leak: each hidden thing is first found by the secretariat in the same place.
"""

import datetime
import re

import pytest

from core.labels import Label
from documents.actions import refresh_audience
from documents.models import Document
from events.models import CooperationNeed, Lesson, MajorEvent, Series
from legislation.models import Instrument, InstrumentRelation, TreatyAction
from programme.models import Activity, Participation
from reference.models import Organisation, Theme
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_lesson,
    make_need,
    make_organisation,
    make_page,
    make_series,
    make_theme,
    make_treaty,
    make_treaty_action,
    make_user,
)

pytestmark = pytest.mark.django_db

# One row of each, all of Mexico where the kind has an owner.
ROWS = {
    "clear": {"label": Label.CLEAR},
    "green": {"label": Label.GREEN},
    "amber": {"label": Label.AMBER},
    "red": {"label": Label.RED},
    "red naming brazil": {"label": Label.RED},
    "draft": {"publication": "draft"},
    "withdrawn": {"publication": "withdrawn"},
}
EVERYTHING = {"clear", "green", "amber", "red", "red naming brazil", "draft", "withdrawn"}
# The table of audience labels in the words of the product: who reads what.
SEEN = {
    "visitor": {"clear"},
    "partner": {"clear", "green"},
    "expert": {"clear", "green"},
    "alternate": {"clear", "green", "amber", "red naming brazil"},
    "focal_point": {"clear", "green", "amber", "red naming brazil"},
    "other_focal_point": {"clear", "green", "amber", "red", "red naming brazil"},
    "secretariat": EVERYTHING,
    "administrator": EVERYTHING,
}
KINDS = {
    "event": (MajorEvent, "name_en"),
    "instrument": (Instrument, "original_title"),
    "activity": (Activity, "title_en"),
    "document": (Document, "title_en"),
    "need": (CooperationNeed, "need_en"),
    "lesson": (Lesson, "title_en"),
}


def make(kind, text, *, owner, **fields):
    """A record of a kind that belongs to a State and has a text to be known by."""
    if kind == "event":
        return make_event(name=text, host_state=owner, **fields)
    if kind == "instrument":
        return make_instrument(original_title=text, title=text, state=owner, **fields)
    if kind == "activity":
        return make_activity(title=text, host_state=owner, **fields)
    if kind == "lesson":
        return make_lesson(title=text, state=owner, **fields)
    if kind == "document":
        return make_document(title=text, state=owner, **fields)
    return make_need(need=text, event=make_event(host_state=owner), **fields)


def make_rows(kind, mexico, brazil, **fields):
    for text, audience in ROWS.items():
        named = [brazil] if text == "red naming brazil" else []
        make(kind, text, owner=mexico, named_states=named, **{**audience, **fields})


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_another_state_that_each_role_sees(kind, name, request, mexico, brazil):
    make_rows(kind, mexico, brazil)
    model, text = KINDS[kind]
    seen = SEEN[name]
    if kind == "activity" and name == "other_focal_point":  # the secretariat owns activities, their host does not
        seen = {"clear", "green", "amber"}
    found = list(model.objects.visible_to(request.getfixturevalue(name)).values_list(text, flat=True))
    assert sorted(found) == sorted(seen)


@pytest.mark.parametrize("kind", KINDS)
def test_author_sees_what_he_wrote_once_it_is_published(kind, mexico, brazil, partner):
    make_rows(kind, mexico, brazil, author=partner)
    model, text = KINDS[kind]
    found = list(model.objects.visible_to(partner).values_list(text, flat=True))
    assert sorted(found) == ["amber", "clear", "green", "red", "red naming brazil"]


@pytest.mark.parametrize("kind", KINDS)
def test_record_without_author_or_state_is_nobodys(kind, visitor, brazil):
    """A person without a State does not own what has none; a visitor did not write what nobody wrote."""
    stateless = make_user()
    owner = None if kind == "document" else brazil
    make(kind, "red", owner=owner, label=Label.RED)
    assert [KINDS[kind][0].objects.visible_to(user).count() for user in (visitor, stateless)] == [0, 0]


def test_state_that_two_states_share_does_not_double_a_row(focal_point, mexico, brazil):
    make_event(host_state=brazil, named_states=[brazil, mexico], other_hosts=[mexico], label=Label.RED)
    assert MajorEvent.objects.visible_to(focal_point).count() == 1


def test_cohost_is_no_owner(other_focal_point, brazil, mexico):
    make_event(host_state=brazil, other_hosts=[mexico], label=Label.RED)
    assert MajorEvent.objects.visible_to(other_focal_point).count() == 0


def test_relation_needs_both_ends(visitor, secretariat):
    hidden, shown = make_instrument(label=Label.GREEN), make_instrument()
    for source, target in [(hidden, shown), (shown, hidden)]:
        InstrumentRelation.objects.create(instrument=source, kind="amends", target=target)
    counts = [InstrumentRelation.objects.visible_to(user).count() for user in (visitor, secretariat)]
    assert counts == [0, 2]


def test_treaty_action_is_read_with_its_treaty(visitor, partner):
    make_treaty_action(instrument=make_treaty(label=Label.GREEN))
    counts = [TreatyAction.objects.visible_to(user).count() for user in (visitor, partner)]
    assert counts == [0, 1]


# What is hidden appears nowhere

HIDDEN = {
    "green": {"label": Label.GREEN},
    "amber": {"label": Label.AMBER},
    "red": {"label": Label.RED},
    "draft": {"publication": "draft"},
    "withdrawn": {"publication": "withdrawn"},
}
# Everything hidden is Brazil's. From whom it is hidden:
READERS = {
    "green": ["visitor"],
    "amber": ["visitor", "partner", "expert"],
    "red": ["visitor", "partner", "expert", "other_focal_point"],
    "draft": ["visitor", "partner", "expert", "other_focal_point", "focal_point"],
    "withdrawn": ["visitor", "partner", "expert", "other_focal_point", "focal_point"],
}
# Where the secretariat finds which hidden thing; the board of States changes by its numbers alone.
EVENTS = {"event", "city", "part", "edition"}
LAW = {"instrument", "repealer", "treaty"}
PLACES = {
    "/en/": {*EVENTS, "activity"},
    "/en/events/": {*EVENTS, "series", "theme"},
    "/en/events/?q=zx": {*EVENTS, "series", "theme"},
    "/en/events/?when=upcoming&sort=name": {*EVENTS, "series", "theme"},
    "/en/events/map/": {"event", "part", "edition", "series", "theme"},
    "/en/events/calendar/?month=2030-06": {"part", "edition", "series", "theme"},
    "/en/events/timeline/": {"event", "part", "edition", "series", "theme"},
    "/en/events/series/": {"series"},
    "/en/events/series/games/": {"edition"},
    "/en/events/shown/": {"event", "part", "edition", "need", "theme", *LAW, "activity", "document", "lesson"},
    "/en/events/lessons/": {"lesson", "event", "theme", "series"},
    "/en/events/lessons/?event=shown": {"lesson", "theme"},
    "/en/events/lessons/?event_kind=religious": {"event", "series"},
    "/en/events/lessons/shown/": {"event", "document"},
    "/en/legislation/": {"instrument", "repealer", "treaty", "theme", "organisation"},
    "/en/legislation/?in_force_on=2020-01-01": {"instrument", "repealer", "theme"},
    "/en/legislation/?in_force_on=2020-01-01&in_force=unknown": {"treaty", "organisation"},
    "/en/legislation/shown/": {"event", "city", "instrument", "repealer", "document"},
    "/en/programme/": {"activity", "organisation", "theme"},
    "/en/programme/shown/": {"event", "document"},
    "/en/programme/history/": {"activity"},
    "/en/programme/partners/": {"organisation", "partner"},
    "/en/network/": set(),
    "/en/network/brazil/": {*EVENTS, *LAW, "theme", "activity", "document", "lesson"},
    "/en/themes/": {"theme"},
    "/en/themes/policing/": {"event", "city", "instrument", "activity", "lesson"},
}
# Terms themselves are open.
OPEN_REFERENCE = {"/en/events/series/": {"series"}, "/en/themes/": {"theme"}, "/en/network/brazil/": {"theme"}}


def lay_out(brazil, mexico):
    """What everybody may see, and to which the hidden things will hang."""
    games = make_series(slug="games", name="Games")
    policing = make_theme(slug="policing")
    make_theme(slug="zx-theme", name="Zx theme")
    make_series(slug="zx-series", name="Zx series")
    make_organisation(code="ZX", name="Zx organisation")
    for slug in ("programme-history", "programme-partners"):
        make_page(slug=slug)
    event = make_event(slug="shown", name="Shown", host_state=brazil, themes=[policing], series=games)
    make_instrument(
        slug="shown", original_title="Shown law", state=brazil, themes=[policing], adopted_on="2001-01-01",
        events=[event], status="in-force",
    )  # fmt: skip
    make_treaty_action(instrument=make_treaty(slug="shown-treaty"), state=brazil)
    make_activity(slug="shown", title="Shown training", host_state=brazil, themes=[policing], event=None)
    make_document(title="Shown file", state=brazil)
    make_lesson(slug="shown", title="Shown lesson", state=brazil)


def hide_laws(audience, brazil, *, event, themes, organisation):
    """Of laws and treaties; the shown law and event point to them."""
    shown_event, shown_law = MajorEvent.objects.get(slug="shown"), Instrument.objects.get(slug="shown")
    law = make_instrument(
        slug="zx-instrument", original_title="Zx instrument", title="Zx instrument", state=brazil, kind="decree",
        themes=themes, events=[shown_event], adopted_on="2002", status="in-force", **audience,
    )  # fmt: skip
    repealer = make_instrument(
        slug="zx-repealer", original_title="Zx repealer", title="Zx repealer", state=brazil, adopted_on="2003",
        status="in-force", **audience,
    )  # fmt: skip
    InstrumentRelation.objects.create(instrument=shown_law, kind="amends", target=law)
    InstrumentRelation.objects.create(instrument=repealer, kind="repeals", target=shown_law)
    shown_law.events.add(event)
    treaty = make_treaty(
        slug="zx-treaty", original_title="Zx treaty", title="Zx treaty", organisation=organisation, **audience
    )
    make_treaty_action(instrument=treaty, state=brazil)


def hide(how, brazil):
    """One hidden thing of each kind in every place where the portal could show it."""
    audience = HIDDEN[how]
    shown_event, shown_law = MajorEvent.objects.get(slug="shown"), Instrument.objects.get(slug="shown")
    games, policing, zx_theme = shown_event.series, shown_event.themes.get(), Theme.objects.get(slug="zx-theme")
    zx_series, zx = Series.objects.get(slug="zx-series"), Organisation.objects.get(code="ZX")

    event = make_event(
        slug="zx-event", name="Zx event", host_state=brazil, series=zx_series, kind="religious", cities=["Zx city"],
        themes=[policing, zx_theme], start=datetime.date(2029, 1, 1), **audience,
    )  # fmt: skip
    make_event(slug="zx-edition", name="Zx edition", host_state=brazil, series=games, **audience)
    make_event(slug="zx-part", name="Zx part", host_state=brazil, umbrella=shown_event, **audience)
    MajorEvent.objects.filter(pk=shown_event.pk).update(umbrella=event)
    make_need(event=shown_event, need="Zx need", themes=[zx_theme], **audience)

    hide_laws(audience, brazil, event=event, themes=[policing, zx_theme], organisation=zx)
    activity = make_activity(
        slug="zx-activity", title="Zx activity", host_state=brazil, event=shown_event, themes=[policing, zx_theme],
        partners=[zx], other_partners="Zx partner", **audience,
    )  # fmt: skip
    Participation.objects.create(activity=activity, state=brazil, people=3)
    Activity.objects.filter(slug="shown").update(event=event)
    make_lesson(
        slug="zx-lesson", title="Zx lesson", state=brazil, event=shown_event, themes=[policing, zx_theme], **audience
    )
    Lesson.objects.filter(slug="shown").update(event=event)
    document = make_document(title="Zx document", filename="zx-document.pdf", state=brazil, **audience)
    for record in (shown_event, shown_law, Activity.objects.get(slug="shown"), Lesson.objects.get(slug="shown")):
        record.documents.add(document)
    refresh_audience(document)


def read(client, address):
    """A page without what differs from request to request."""
    page = client.get(address)
    assert (address, page.status_code) == (address, 200)
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode())


def markers(page):
    """Which hidden things a page names, by their text or their address."""
    return set(re.findall(r"zx[ -](\w+)", page.casefold()))


@pytest.mark.parametrize("how", READERS)
def test_pages_are_the_same_with_and_without_what_is_hidden(how, request, client_for, brazil, mexico, secretariat):
    """To the byte: no row, no relation, no choice of a filter, no count and no figure tells of it."""
    lay_out(brazil, mexico)
    readers = {name: client_for(request.getfixturevalue(name)) for name in READERS[how]}
    curator = client_for(secretariat)
    before = {(name, address): read(client, address) for name, client in readers.items() for address in PLACES}
    before_for_curator = {address: read(curator, address) for address in PLACES}
    hide(how, brazil)
    found = {address: read(curator, address) for address in PLACES}
    wrong = {a: markers(p) for a, p in found.items() if markers(p) != PLACES[a]}
    assert wrong == {}
    assert [address for address in PLACES if found[address] == before_for_curator[address]] == []
    after = {(name, address): read(client, address) for name, client in readers.items() for address in PLACES}
    assert {key: markers(page) for key, page in after.items()} == {
        (name, address): OPEN_REFERENCE.get(address, set()) for name, address in after
    }
    assert [key for key in after if after[key] != before[key]] == []


def test_page_of_a_hidden_treaty_is_hidden(client_for, partner, secretariat, brazil, visitor):
    treaty = make_treaty(slug="zx-treaty", title="Zx treaty", label=Label.AMBER)
    make_treaty_action(instrument=treaty, state=brazil, note="Zx note")
    pages = {
        user: client_for(user).get("/en/legislation/zx-treaty/treaty/") for user in (visitor, partner, secretariat)
    }
    assert [page.status_code for page in pages.values()] == [404, 404, 200]
    assert [markers(page.content.decode()) - {"treaty"} for page in pages.values()] == [set(), set(), {"note"}]


SECTIONS = {
    "events": (make_event, "name"),
    "legislation": (make_instrument, "title"),
    "programme": (make_activity, "title"),
    "lessons": (make_lesson, "title"),
}


@pytest.mark.parametrize("section", SECTIONS)
def test_sitemap_lists_open_records_only_whoever_asks(section, client_for, secretariat, visitor):
    record, _ = SECTIONS[section]
    for slug, fields in {"zx-shown": {}, **{f"zx-{how}": fields for how, fields in HIDDEN.items()}}.items():
        record(slug=slug, **fields)
    for user in (visitor, secretariat):
        sitemap = client_for(user).get(f"/sitemap-{section}.xml").content.decode()
        assert markers(sitemap) == {"shown"}
        assert sitemap.count("zx-shown") > 4  # in every language, with its alternates


def test_sitemap_of_documents_and_needs_does_not_exist(client, brazil):
    assert client.get("/sitemap-documents.xml").status_code == 404
    assert "zx" not in client.get("/sitemap-pages.xml").content.decode()


def test_autocomplete_of_the_admin_answers_staff_only(client_for, secretariat, focal_point, partner, visitor):
    make_event(slug="zx-event", name="Zx event", label=Label.RED)
    asked = "/admin/autocomplete/?app_label=programme&model_name=activity&field_name=event&term=zx"
    found = {user: client_for(user).get(asked) for user in (secretariat, focal_point, partner, visitor)}
    assert [markers(response.content.decode()) for response in found.values()] == [{"event"}, set(), set(), set()]
    assert [response.status_code for response in found.values()] == [200, 302, 302, 302]


def test_download_of_a_hidden_document_gives_no_byte(client_for, partner, secretariat, visitor):
    document = make_document(title="Zx", filename="zx-name.pdf", content=b"%PDF-1.4 zx content", label=Label.AMBER)
    answers = {user: client_for(user).get(document.get_absolute_url()) for user in (secretariat, partner, visitor)}
    texts = [b"".join(a.streaming_content) if a.streaming else a.content for a in answers.values()]
    assert [b"zx content" in text for text in texts] == [True, False, False]
    assert [answer.get("ETag") is None for answer in answers.values()] == [False, True, True]
    assert [answer.get("Content-Disposition") for answer in answers.values()][1:] == [None, None]


def test_names_of_mandate_holders_are_shown_to_those_of_the_table(client_for, visitor, partner, focal_point, brazil):
    focal_point.name = "Zx holder"
    focal_point.save()
    pages = [client_for(user).get("/en/network/brazil/").content.decode() for user in (focal_point, partner, visitor)]
    main = [re.search(r"(?s)<main.*</main>", page).group() for page in pages]
    assert [markers(page) for page in main] == [{"holder"}, set(), set()]
