"""The pages of legislation: its filters, the law in force on a day, a text with everything on it, the treaty table."""

import pytest

from core.labels import Label
from legislation.models import Instrument, InstrumentRelation
from tests.factories import (
    make_document,
    make_event,
    make_instrument,
    make_organisation,
    make_state,
    make_sub_region,
    make_theme,
    make_treaty,
    make_treaty_action,
    make_user,
)

LIST_QUERIES = 5
DETAIL_QUERIES = 11
TREATY_QUERIES = 5


def listing_of(client, query=""):
    response = client.get(f"/en/legislation/?{query}")
    assert response.status_code == 200
    assert response.context["listing"].errors == []
    return response.context["listing"]


def found(client, query=""):
    """Slugs of the rows that a query of the list leaves, in the order of the alphabet."""
    return sorted(instrument.slug for instrument in listing_of(client, query).page)


@pytest.mark.parametrize("rows", [1, 3])
def test_instrument_list_needs_the_same_queries_for_one_row_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        make_instrument(themes=[make_theme(), make_theme()], documents=[make_document()])
    with django_assert_num_queries(LIST_QUERIES):
        response = client.get("/en/legislation/")
    assert response.context["listing"].total == rows


@pytest.mark.parametrize("children", [1, 3])
def test_instrument_detail_needs_the_same_queries_for_one_child_and_for_three(
    client, db, children, django_assert_num_queries
):
    instrument = make_treaty(verified_by=make_user(), themes=[make_theme() for _ in range(children)])
    for _ in range(children):
        make_treaty_action(instrument=instrument)
        instrument.events.add(make_event(cities=["A", "B"]))
        instrument.documents.add(make_document())
        InstrumentRelation.objects.create(instrument=instrument, kind="amends", target=make_instrument())
        InstrumentRelation.objects.create(instrument=make_instrument(), kind="repeals", target=instrument)
    with django_assert_num_queries(DETAIL_QUERIES):
        context = client.get(instrument.get_absolute_url()).context
    kinds = ("relations", "inverse_relations", "events", "documents")
    assert {kind: len(context[kind]) for kind in kinds} == dict.fromkeys(kinds, children)
    assert (context["action_count"], context["party_count"]) == (children, children)


@pytest.mark.parametrize("actions", [1, 3])
def test_treaty_detail_needs_the_same_queries_for_one_action_and_for_three(
    client, db, actions, django_assert_num_queries
):
    treaty = make_treaty(slug="treaty")
    for _ in range(actions):
        make_treaty_action(instrument=treaty)
    with django_assert_num_queries(TREATY_QUERIES):
        response = client.get("/en/legislation/treaty/treaty/")
    assert (len(response.context["rows"]), response.context["bound"]) == (actions, actions)


def test_words_look_into_titles_numbers_and_summaries(client, db):
    make_instrument(slug="law", original_title="Ley de Protección", title_en="Protection Act", number="19.327")
    make_instrument(slug="decree", original_title="Decreto 5", summary_fr="Sécurité des stades")
    assert found(client, "q=proteccion") == ["law"]
    assert found(client, "q=PROTECTION act") == ["law"]
    assert found(client, "q=19.327") == ["law"]
    assert found(client, "q=securite") == ["decree"]
    assert found(client, "q=tax") == []


def test_each_filter_narrows_the_list(client, db):
    andean = make_sub_region(slug="andean")
    un, theme = make_organisation(code="UN"), make_theme(slug="stadiums")
    make_instrument(slug="law", state=make_state(slug="peru", sub_region=andean), themes=[theme], status="in-force")
    make_instrument(slug="decree", kind="decree", state=make_state(slug="chile"), status="repealed")
    make_instrument(slug="treaty", level="international", kind="convention", organisation=un, themes=[theme])
    make_instrument(slug="standard", level="regional", kind="standard")
    assert found(client, "level=international") == ["treaty"]
    assert found(client, "level=national") == ["decree", "law"]
    assert found(client, "kind=standard") == ["standard"]
    assert found(client, "state=peru") == ["law"]
    assert found(client, "sub_region=andean") == ["law"]
    assert found(client, "organisation=UN") == ["treaty"]
    assert found(client, "theme=stadiums") == ["law", "treaty"]
    assert found(client, "status=repealed") == ["decree"]
    assert found(client, "theme=stadiums&level=national&status=in-force") == ["law"]


def test_years_of_adoption_take_dates_of_every_precision(client, db):
    for slug, date in [("day", "2010-12-31"), ("month", "2011-01"), ("year", "2011"), ("undated", "")]:
        make_instrument(slug=slug, adopted_on=date)
    assert found(client, "year_from=2011") == ["month", "year"]
    assert found(client, "year_to=2010") == ["day"]
    assert found(client, "year_from=2011&year_to=2011") == ["month", "year"]
    assert found(client) == ["day", "month", "undated", "year"]


def test_orders_put_undated_texts_last_and_know_partial_dates(client, db):
    for slug, date in [("a", "2011"), ("b", "2011-05"), ("c", "2011-05-02"), ("d", ""), ("e", "1999-01-01")]:
        make_instrument(slug=slug, adopted_on=date, original_title=f"Title {slug}")
    assert [row.slug for row in listing_of(client, "sort=oldest").page] == ["e", "a", "b", "c", "d"]
    assert [row.slug for row in listing_of(client).page] == ["c", "b", "a", "e", "d"]
    assert [row.slug for row in listing_of(client, "sort=title").page] == ["a", "b", "c", "d", "e"]


DAY = "2014-06-12"
ANSWERS = [
    ("begun", {"in_force_on": "2014-06-11", "status": "in-force"}, "yes"),
    ("begins-that-day", {"in_force_on": DAY, "status": "in-force"}, "yes"),
    ("begins-the-next-day", {"in_force_on": "2014-06-13", "status": "in-force"}, "no"),
    ("adopted-only", {"adopted_on": "2010-01-01", "status": "in-force"}, "yes"),
    ("adopted-later", {"adopted_on": "2015", "status": "in-force"}, "no"),
    ("adopted-before-in-force-later", {"adopted_on": "2010", "in_force_on": "2015", "status": "in-force"}, "no"),
    ("backdated", {"adopted_on": "2016-05-01", "in_force_on": "2014-01-01", "status": "in-force"}, "yes"),
    ("backdated-more", {"adopted_on": "2018", "in_force_on": DAY, "status": "in-force"}, "yes"),
    ("backdated-to-a-later-day", {"adopted_on": "2020", "in_force_on": "2014-06-13", "status": "in-force"}, "no"),
    ("backdated-to-that-month", {"adopted_on": "2019", "in_force_on": "2014-06", "status": "in-force"}, "unknown"),
    ("amended", {"in_force_on": "2000", "status": "amended"}, "yes"),
    ("this-year", {"in_force_on": "2014", "status": "in-force"}, "unknown"),
    ("this-month", {"in_force_on": "2014-06", "status": "in-force"}, "unknown"),
    ("month-before", {"in_force_on": "2014-05", "status": "in-force"}, "yes"),
    ("undated", {"status": "in-force"}, "unknown"),
    ("repealed-before", {"in_force_on": "2000", "repealed_on": "2014-06-11", "status": "repealed"}, "no"),
    ("repealed-that-day", {"in_force_on": "2000", "repealed_on": DAY, "status": "repealed"}, "no"),
    ("repealed-the-next-day", {"in_force_on": "2000", "repealed_on": "2014-06-13", "status": "repealed"}, "yes"),
    ("repealed-that-year", {"in_force_on": "2000", "repealed_on": "2014", "status": "repealed"}, "unknown"),
    ("repealed-that-month", {"in_force_on": "2000", "repealed_on": "2014-06", "status": "repealed"}, "unknown"),
    ("repealed-the-year-after", {"in_force_on": "2000", "repealed_on": "2015", "status": "repealed"}, "yes"),
    ("repealed-the-year-before", {"in_force_on": "2000", "repealed_on": "2013", "status": "repealed"}, "no"),
    ("repealed-who-knows-when", {"in_force_on": "2000", "status": "repealed"}, "unknown"),
    ("undated-and-repealed-before", {"repealed_on": "2013", "status": "repealed"}, "no"),
    ("status-not-known", {"in_force_on": "2000", "status": "unknown"}, "unknown"),
]


@pytest.mark.parametrize(("slug", "fields", "answer"), ANSWERS)
def test_in_force_on_a_day_is_yes_no_or_not_known(client, db, slug, fields, answer):
    make_instrument(slug=slug, **fields)
    certain = found(client, f"in_force_on={DAY}")
    unknown = found(client, f"in_force_on={DAY}&in_force=unknown")
    assert (certain, unknown) == {"yes": ([slug], []), "unknown": ([], [slug]), "no": ([], [])}[answer]


def test_texts_of_which_it_is_not_known_are_counted_apart(client, db):
    for slug, fields, _ in ANSWERS:
        make_instrument(slug=slug, **fields)
    answers = [answer for *_, answer in ANSWERS]
    response = client.get(f"/en/legislation/?in_force_on={DAY}")
    listing = response.context["listing"]
    assert (listing.total, listing.unknown_total) == (answers.count("yes"), answers.count("unknown"))
    page = response.content.decode()
    assert "These were in force on 12 June 2014." in page
    assert "the day of adoption was used" in page
    assert f"in_force_on={DAY}&amp;in_force=unknown" in page
    page = client.get(f"/en/legislation/?in_force_on={DAY}&in_force=unknown").content.decode()
    assert "of which it is not known whether they were in force on 12 June 2014" in page


def test_the_last_day_of_a_period_decides_what_its_first_days_leave_open(client, db):
    make_instrument(slug="month", in_force_on="2014-06", status="in-force")
    make_instrument(slug="year", in_force_on="2014", status="in-force")
    assert found(client, "in_force_on=2014-06-30") == ["month"]
    assert found(client, "in_force_on=2014-06-30&in_force=unknown") == ["year"]
    assert found(client, "in_force_on=2014-12-31") == ["month", "year"]


def test_an_event_leads_to_the_law_in_force_on_its_first_day(client, db):
    peru = make_state(slug="peru", name="Peru")
    make_event(slug="games", host_state=peru, start="2014-06-12")
    for number in range(12):
        make_instrument(slug=f"law-{number}", state=peru, in_force_on="2010", status="in-force")
    make_instrument(slug="later", state=peru, in_force_on="2015", status="in-force")
    assert "/en/legislation/?state=peru&amp;in_force_on=2014-06-12" in client.get("/en/events/games/").content.decode()
    assert sorted(found(client, "state=peru&in_force_on=2014-06-12")) == sorted(f"law-{n}" for n in range(12))


SAID_OF_AN_INSTRUMENT = (
    "<h1>General World Cup Act</h1>",
    '<p class="original" lang="pt">Lei Geral da Copa</p>',
    '<a href="/en/network/brazil/">Brazil</a>, Bahia',
    "<dd>12.663</dd>",
    "<dd>DOU 6.6.2012</dd>",
    "<dd>5 June 2012</dd>",
    "<dd>June 2012</dd>",
    "<dd>2013</dd>",
    "<dd>31 December 2014</dd>",
    "<dd>Repealed</dd>",
    "<dd>National</dd>",
    '<dd lang="pt">Português</dd>',
    'href="https://law.example.org/12663">law.example.org/12663</a>',
    "Rules for one cup.",
    "<p>Read <strong>article 7</strong>.</p>",
    "on 30 January 2026 by the secretariat",
    ">Stadiums</a>",
    "Gazette",
    'href="https://source.example.org"',
    "public repository with official texts or data",
    '<span class="tlp">TLP:CLEAR</span>',
)


def test_instrument_detail_shows_every_field(client, db):
    make_instrument(
        slug="law",
        original_title="Lei Geral da Copa",
        title="General World Cup Act",
        language="pt",
        state=make_state(slug="brazil", name="Brazil"),
        subdivision="Bahia",
        number="12.663",
        gazette="DOU 6.6.2012",
        adopted_on="2012-06-05",
        in_force_on="2012-06",
        last_amended_on="2013",
        repealed_on="2014-12-31",
        status="repealed",
        url="https://law.example.org/12663",
        summary="Rules for one cup.",
        commentary="<p>Read <strong>article 7</strong>.</p>",
        verified_by=make_user(name="Ana Curator"),
        verified_on="2026-01-30",
        themes=[make_theme(name="Stadiums")],
        source="Gazette ; https://source.example.org",
        source_kind="repo-data",
    )
    page = client.get("/en/legislation/law/").content.decode()
    for said in SAID_OF_AN_INSTRUMENT:
        assert said in page, said
    assert "Ana Curator" not in page, "who verified is not for everybody"


def test_original_title_is_the_heading_where_no_reader_language_has_one(client, db):
    make_instrument(slug="law", original_title="Lei Geral da Copa", title=None, language="pt")
    page = client.get("/en/legislation/law/").content.decode()
    assert '<h1><span lang="pt">Lei Geral da Copa</span></h1>' in page
    assert '<p class="original"' not in page
    assert "<h1>Lei Geral da Copa</h1>" in client.get("/pt-br/legislation/law/").content.decode()
    assert (
        '<a href="/en/legislation/law/"><span lang="pt">Lei Geral da Copa</span></a>'
        in client.get("/en/legislation/").content.decode()
    )


def test_relations_are_shown_from_both_ends(client, db):
    old, new = make_instrument(slug="old", title="Old Act"), make_instrument(slug="new", title="New Act")
    InstrumentRelation.objects.create(instrument=new, kind="repeals", target=old)
    assert (
        '<b>repeals</b> <a href="/en/legislation/old/">Old Act</a>'
        in client.get("/en/legislation/new/").content.decode()
    )
    assert (
        '<b>repealed by</b> <a href="/en/legislation/new/">New Act</a>'
        in client.get("/en/legislation/old/").content.decode()
    )


def test_a_relation_to_a_restricted_text_is_not_shown(client, db):
    secret = make_instrument(slug="secret", title="Secret Act", label=Label.AMBER)
    InstrumentRelation.objects.create(instrument=secret, kind="amends", target=make_instrument(slug="open"))
    page = client.get("/en/legislation/open/").content.decode()
    assert "No relation to another instrument is recorded." in page
    assert "Secret" not in page


def test_treaty_table_has_a_row_for_every_state_and_says_where_there_is_no_record(client, db):
    treaty = make_treaty(slug="treaty", title="Convention", adopted_on="2002")
    brazil = make_state(iso3="BRA", slug="brazil", name="Brazil")
    make_state(iso3="CUB", slug="cuba", name="Cuba")
    peru = make_state(iso3="PER", slug="peru", name="Peru")
    make_treaty_action(instrument=treaty, state=brazil, kind="signature", date="2002-06-03")
    make_treaty_action(
        instrument=treaty, state=brazil, kind="accession", date="2005", reservation="With a reservation.", source="UN"
    )
    make_treaty_action(instrument=treaty, state=peru, kind="signature", date="2002-06")
    make_treaty_action(instrument=treaty, state=peru, kind="ratification", date="2003-06-09")
    make_treaty_action(instrument=treaty, state=peru, kind="withdrawal", date="2020-01-01")
    response = client.get("/en/legislation/treaty/treaty/")
    page = response.content.decode()
    table = page.split("<tbody>")[1].split("</tbody>")[0]
    brazil_row, cuba_row, peru_row = table.strip().split("</tr>")[:3]
    assert [">Brazil<" in brazil_row, ">Cuba<" in cuba_row, ">Peru<" in peru_row] == [True] * 3
    assert '<td data-label="Signature">3 June 2002</td>' in brazil_row
    assert '<td data-label="Consent">Accession, 2005</td>' in brazil_row
    assert "With a reservation." in brazil_row
    assert cuba_row.count("no record") == 2
    assert '<td data-label="Signature">June 2002</td>' in peru_row
    assert '<td data-label="Withdrawal">1 January 2020</td>' in peru_row
    context = response.context
    assert (context["signed"], context["bound"], context["latest"], context["sources"]) == (2, 1, "2020-01-01", ["UN"])
    assert "does not mean that a State is outside the treaty" in page
    assert "1 have a recorded consent to be bound and 2 a recorded signature" in page


def test_a_text_without_treaty_actions_has_no_treaty_page(client, db):
    make_instrument(slug="law")
    assert client.get("/en/legislation/law/treaty/").status_code == 404
    assert "See what each State did" not in client.get("/en/legislation/law/").content.decode()


def test_a_restricted_treaty_is_hidden_with_its_table(client, client_for, expert):
    make_treaty_action(instrument=make_treaty(slug="treaty", label=Label.GREEN))
    assert [client.get(f"/en/legislation/treaty/{page}").status_code for page in ("", "treaty/")] == [404, 404]
    member = client_for(expert)
    assert [member.get(f"/en/legislation/treaty/{page}").status_code for page in ("", "treaty/")] == [200, 200]
    assert Instrument.objects.count() == 1
