"""The pages of the Programme: its activities, what came out of them, its history and its partners."""

import pytest

from core.dates import Precision
from core.labels import Label
from programme.models import Participation
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_organisation,
    make_page,
    make_state,
    make_sub_region,
    make_theme,
)

LIST_QUERIES = 5
DETAIL_QUERIES = 8
HISTORY_QUERIES = 3
PARTNER_QUERIES = 4


def found(client, query=""):
    """Slugs of the rows that a query of the list leaves, in the order of the alphabet."""
    response = client.get(f"/en/programme/?{query}")
    assert response.context["listing"].errors == []
    return sorted(activity.slug for activity in response.context["listing"].page)


@pytest.mark.parametrize("rows", [1, 3])
def test_activity_list_needs_the_same_queries_for_one_row_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        make_activity(host_state=make_state(), partners=[make_organisation()], themes=[make_theme()])
    with django_assert_num_queries(LIST_QUERIES):
        response = client.get("/en/programme/")
    assert response.context["listing"].total == rows


@pytest.mark.parametrize("children", [1, 3])
def test_activity_detail_needs_the_same_queries_for_one_child_and_for_three(
    client, db, children, django_assert_num_queries
):
    activity = make_activity(host_state=make_state(), event=make_event())
    for _ in range(children):
        activity.partners.add(make_organisation())
        activity.themes.add(make_theme())
        activity.documents.add(make_document())
        Participation.objects.create(activity=activity, state=make_state(), people=3)
    with django_assert_num_queries(DETAIL_QUERIES):
        context = client.get(activity.get_absolute_url()).context
    assert (len(context["participations"]), len(context["documents"])) == (children, children)


@pytest.mark.parametrize("rows", [1, 3])
def test_programme_history_needs_the_same_queries_for_one_activity_and_for_three(
    client, db, rows, django_assert_num_queries
):
    make_page(slug="programme-history")
    for year in range(rows):
        make_activity(start=f"20{10 + year}-01-01", host_state=make_state())
    with django_assert_num_queries(HISTORY_QUERIES):
        response = client.get("/en/programme/history/")
    assert [year for year, _ in response.context["years"]] == [2010, 2011, 2012][:rows]


@pytest.mark.parametrize("rows", [1, 3])
def test_programme_partners_needs_the_same_queries_for_one_partner_and_for_three(
    client, db, rows, django_assert_num_queries
):
    make_page(slug="programme-partners")
    for _ in range(rows):
        make_activity(partners=[make_organisation()], other_partners="Ministry of Spain;City of Lima")
    with django_assert_num_queries(PARTNER_QUERIES):
        response = client.get("/en/programme/partners/")
    assert len(response.context["organisations"]) == rows
    assert response.context["others"] == [("Ministry of Spain", rows), ("City of Lima", rows)]


def test_each_filter_narrows_the_list(client, db):
    andean, theme = make_sub_region(slug="andean"), make_theme(slug="stadiums")
    un = make_organisation(code="UNICRI")
    peru = make_state(slug="peru", sub_region=andean)
    make_activity(slug="training", host_state=peru, partners=[un], themes=[theme], start="2012-05-01")
    make_activity(slug="meeting", kind="nfp-meeting", city="Bogotá", start="2011-04-01", end="2011-04-30", precision=2)
    make_activity(slug="future", kind="workshop", start="2199-01-01")
    assert found(client, "kind=nfp-meeting") == ["meeting"]
    assert found(client, "q=BOGOTA") == ["meeting"]
    assert found(client, "state=peru") == ["training"]
    assert found(client, "sub_region=andean") == ["training"]
    assert found(client, "partner=UNICRI") == ["training"]
    assert found(client, "theme=stadiums") == ["training"]
    assert found(client, "when=upcoming") == ["future"]
    assert found(client, "when=past") == ["meeting", "training"]
    assert found(client, "year_from=2011&year_to=2011") == ["meeting"]
    assert found(client, "kind=training&when=upcoming") == []


def test_orders_of_the_list(client, db):
    make_activity(slug="b", title="Alpha", start="2010-01-01")
    make_activity(slug="a", title="Beta", start="2010-01-01", end="2010-12-31", precision=Precision.YEAR)
    make_activity(slug="c", title="Gamma", start="2009-01-01")
    orders = {sort: [row.slug for row in client.get(f"/en/programme/?sort={sort}").context["listing"].page]
              for sort in ("latest", "soonest", "title")}  # fmt: skip
    assert orders == {"latest": ["a", "b", "c"], "soonest": ["c", "b", "a"], "title": ["b", "a", "c"]}


SAID_OF_AN_ACTIVITY = (
    "<h1>Fourth meeting</h1>",
    "Meeting of National Focal Points",
    "<dt>Dates</dt><dd>April 2011</dd>",
    'Panama City, <a href="/en/network/panama/">Panama</a>',
    '<a href="/en/events/games/">Games</a>',
    "<dd>UNICRI; Ministry of Spain; City of Lima</dd>",
    "<dd>Canada; Spain</dd>",
    "They met.",
    "<dd>Thirty States</dd>",
    "<p>Agenda text</p>",
    "<p>Outcome text</p>",
    "<li>Conclusion text</li>",
    "<p>Priority text</p>",
    "<p>Need text</p>",
    '<a href="/en/network/peru/">Peru</a></th><td class="num">1,200</td>',
    '<a href="/en/network/chile/">Chile</a></th><td class="num">not known</td>',
    ">Crowds</a>",
    "Press note",
)


def test_activity_detail_shows_every_field(client, db):
    activity = make_activity(
        slug="meeting",
        title="Fourth meeting",
        kind="nfp-meeting",
        start="2011-04-01",
        end="2011-04-30",
        precision=Precision.MONTH,
        city="Panama City",
        host_state=make_state(slug="panama", name="Panama"),
        event=make_event(slug="games", name="Games"),
        partners=[make_organisation(name="UNICRI")],
        other_partners="Ministry of Spain;City of Lima",
        funders="Canada;Spain",
        summary="They met.",
        participants_note="Thirty States",
        agenda="<p>Agenda text</p>",
        outcome="<p>Outcome text</p>",
        conclusions="<ul><li>Conclusion text</li></ul>",
        regional_priorities="<p>Priority text</p>",
        needs_stated="<p>Need text</p>",
        themes=[make_theme(name="Crowds")],
        source="Press note",
        source_kind="official-page",
    )
    Participation.objects.create(activity=activity, state=make_state(slug="peru", name="Peru"), people=1200)
    Participation.objects.create(activity=activity, state=make_state(slug="chile", name="Chile"))
    page = client.get("/en/programme/meeting/").content.decode()
    for said in SAID_OF_AN_ACTIVITY:
        assert said in page, said


def test_rich_text_is_cleaned_again_where_it_was_stored_uncleaned(client, db):
    activity = make_activity(slug="meeting")
    type(activity).objects.update(agenda_en='<p onclick="x()">Text<script>x()</script><img src=x onerror=x()></p>')
    page = client.get("/en/programme/meeting/").content.decode()
    assert '<div class="prose"><p>Text</p></div>' in page
    assert ("onclick" in page, "onerror" in page, "x()" in page) == (False, False, False)


def test_an_untranslated_text_falls_back_and_is_marked(client, db):
    make_activity(slug="meeting", title_en=None, title_es="Reunión", language="es", outcome_es="<p>Salida</p>")
    page = client.get("/fr/programme/meeting/").content.decode()
    assert '<h1><span lang="es">Reunión</span></h1>' in page
    assert '<div lang="es"><p>Salida</p></div>' in page
    assert "<h1>Reunión</h1>" in client.get("/es/programme/meeting/").content.decode()


def test_an_activity_does_not_name_a_restricted_event(client, client_for, expert):
    make_activity(slug="training", event=make_event(name="Secret games", label=Label.GREEN))
    assert "Secret games" not in client.get("/en/programme/training/").content.decode()
    assert "Secret games" in client_for(expert).get("/en/programme/training/").content.decode()


def test_history_goes_year_by_year_from_the_first(client, db):
    make_page(slug="programme-history", title="History", body="<p>Since 2007.</p>")
    make_activity(slug="later", title="Later", start="2011-01-01")
    make_activity(slug="launch", title="Launch", start="2007-01-01", end="2007-12-31", precision=Precision.YEAR)
    make_activity(title="Secret", start="2009-01-01", label=Label.GREEN)
    response = client.get("/en/programme/history/")
    years = [(year, [activity.slug for activity in rows]) for year, rows in response.context["years"]]
    assert years == [(2007, ["launch"]), (2011, ["later"])]
    assert '<p class="date">2007</p>' in response.content.decode()


def test_partners_lead_to_their_activities(client, db):
    make_page(slug="programme-partners")
    un = make_organisation(code="UN&Co", name="United", url="https://un.example.org/")
    make_organisation(name="Nobody's partner")
    make_activity(slug="one", partners=[un])
    make_activity(slug="two", partners=[un])
    make_activity(slug="secret", partners=[un], label=Label.GREEN)
    page = client.get("/en/programme/partners/").content.decode()
    assert '<a href="/en/programme/?partner=UN%26Co">2</a>' in page
    assert "Nobody" not in page
    assert found(client, "partner=UN%26Co") == ["one", "two"]


def test_history_and_partners_need_no_text_of_the_curators(client, db):
    make_activity(slug="launch", title="Launch", start="2007-01-01", partners=[make_organisation(name="United")])
    history = client.get("/en/programme/history/").content.decode()
    assert "<title>The Programme since 2007" in history
    assert "<h1>The Programme since 2007</h1>" in history
    assert '<a href="/en/programme/launch/">Launch</a>' in history
    partners = client.get("/en/programme/partners/").content.decode()
    assert "<title>Partners and donors" in partners
    assert "<h1>Partners and donors</h1>" in partners
    assert '<th scope="row">United</th>' in partners
    for page in (history, partners):
        assert ("Last changed" in page, 'class="prose"' in page) == (False, False)


def test_what_the_programme_is_needs_the_curators_text(client, db):
    assert client.get("/en/programme/about/").status_code == 404


@pytest.mark.parametrize(
    ("address", "slug"),
    [("about/", "programme"), ("history/", "programme-history"), ("partners/", "programme-partners")],
)
def test_pages_of_the_programme_are_the_curators_text(client, db, address, slug):
    make_page(slug=slug, title="The page", body="<h2>Heading</h2><p>Words.</p>")
    page = client.get(f"/en/programme/{address}").content.decode()
    assert "<h1>The page</h1>" in page
    assert '<div class="prose"><h2>Heading</h2><p>Words.</p></div>' in page
