"""The matrix of legislation: its cells, how fresh they are, who sees what, and what may be asked of it."""

import csv
import datetime
import io
import re

import pytest

from core.dates import today
from core.labels import Label
from legislation.matrix import year_before
from tests.factories import (
    make_instrument,
    make_organisation,
    make_state,
    make_sub_region,
    make_theme,
    make_treaty,
    make_user,
)

MATRIX = "/en/legislation/matrix/"
QUERIES = 6
IN_FORCE = {"in_force_on": "2010-01-01", "status": "in-force"}
UNKNOWN = {"status": "unknown"}
REPEALED = {"in_force_on": "2000", "status": "repealed", "repealed_on": "2015-06-01"}


@pytest.fixture
def andean(db):
    return make_sub_region(slug="andean", name="Andean")


@pytest.fixture
def peru(andean):
    return make_state(slug="peru", name="Peru", iso3="PER", sub_region=andean)


@pytest.fixture
def crowds(db):
    return make_theme(slug="crowds", name="Crowds")


def matrix_of(client, query=""):
    response = client.get(f"{MATRIX}?{query}")
    assert response.status_code == 200
    return response.context["page"].matrix


def cells_of(client, query=""):
    """{(State, theme): (in force, not known, not in force)} of the cells with law."""
    matrix = matrix_of(client, query)
    names = {state.pk: state.slug for state in matrix.states}
    themes = {theme.pk: theme.slug for theme in matrix.all_themes}
    return {
        (names[state], themes[theme]): (cell.yes, cell.unknown, cell.no)
        for (state, theme), cell in matrix.cells.items()
    }


def cell_html(client, query=""):
    """The cells of the page's table, without the heads."""
    page = client.get(f"{MATRIX}?{query}").content.decode()
    return re.findall(r"(?s)<td.*?</td>", page.split("<tbody>")[1].split("</tbody>")[0])


@pytest.mark.parametrize("rows", [1, 3])
def test_matrix_needs_the_same_queries_for_one_row_and_for_three(client, andean, rows, django_assert_num_queries):
    for _ in range(rows):
        make_instrument(state=make_state(sub_region=andean), themes=[make_theme(), make_theme()], **IN_FORCE)
    with django_assert_num_queries(QUERIES):
        page = client.get(MATRIX).context["page"]
    assert (len(page.matrix.states), page.matrix.filled) == (rows, 2 * rows)


def test_cells_count_by_the_answer_for_today(client, peru, crowds):
    chile, fire = make_state(slug="chile", sub_region=peru.sub_region), make_theme(slug="fire")
    for fields in (IN_FORCE, IN_FORCE, UNKNOWN, REPEALED):
        make_instrument(state=peru, themes=[crowds], **fields)
    make_instrument(state=peru, themes=[crowds, fire], **IN_FORCE)
    make_instrument(state=chile, themes=[fire], **REPEALED)
    make_instrument(state=chile, **IN_FORCE)
    make_treaty(themes=[fire], organisation=make_organisation(), **IN_FORCE)
    assert cells_of(client) == {
        ("peru", "crowds"): (3, 1, 1),
        ("peru", "fire"): (1, 0, 0),
        ("chile", "fire"): (0, 0, 1),
    }


def test_cells_say_it_in_signs_and_words_and_lead_to_the_texts(client, peru, crowds):
    make_theme(slug="fire", name="Fire")
    for fields in (IN_FORCE, IN_FORCE, UNKNOWN, REPEALED):
        make_instrument(state=peru, themes=[crowds], **fields)
    cell = cell_html(client)[0]
    assert '<td data-label="Crowds"><div><a href="../?state=peru&amp;theme=crowds">● 2 in force</a>' in cell
    assert "<small>◐ 1 not known</small><small>✕ 1 not in force</small><small>not yet verified</small>" in cell


def test_a_cell_of_repealed_law_alone_says_so_in_its_link(client, peru, crowds):
    make_instrument(state=peru, themes=[crowds], **REPEALED)
    assert ">✕ 1 not in force</a>" in cell_html(client)[0]


def test_link_of_a_cell_leaves_the_texts_that_it_counts(client, peru, crowds):
    make_instrument(slug="old", state=peru, themes=[crowds], **REPEALED)
    make_instrument(slug="new", state=peru, themes=[crowds], in_force_on="2020", status="in-force")
    for query, slugs in {"": ["new", "old"], "on=2014-06-12": ["old"]}.items():
        address = re.search(r'<a href="\.\./(.*?)"', cell_html(client, query)[0])[1].replace("&amp;", "&")
        found = client.get(f"/en/legislation/{address}").context["listing"].page
        assert sorted(row.slug for row in found) == slugs


def test_matrix_of_another_day_asks_by_the_rule_of_the_list(client, peru, crowds):
    make_instrument(state=peru, themes=[crowds], **REPEALED)
    make_instrument(state=peru, themes=[crowds], in_force_on="2015", status="in-force")
    answers = {day: cells_of(client, f"on={day}").get(("peru", "crowds")) for day in
               ("1999-12-31", "2014-06-12", "2015-05-31", "2015-12-31")}  # fmt: skip
    assert answers == {
        "1999-12-31": (0, 0, 2),
        "2014-06-12": (1, 0, 1),
        "2015-05-31": (1, 1, 0),
        "2015-12-31": (1, 0, 1),
    }
    page = client.get(f"{MATRIX}?on=2014-06-12").content.decode()
    assert "Law in force on 12 June 2014 is recorded for 1 of 1 pairs" in page
    assert 'value="2014-06-12"' in page


def test_nothing_recorded_is_said_in_the_cell_and_once_for_a_state_without_law(client, peru, crowds):
    fire = make_theme(slug="fire", name="Fire")
    make_instrument(state=peru, themes=[crowds], **IN_FORCE)
    chile = make_state(name="Chile", sub_region=peru.sub_region)
    make_instrument(state=chile, themes=[fire], **IN_FORCE)
    make_state(name="Nowhere", sub_region=peru.sub_region)
    cells = cell_html(client)
    assert [cell for cell in cells if "none" in cell] == [
        '<td class="void">– none recorded</td>',
        '<td class="void" colspan="2">– none recorded on any theme</td>',
        '<td class="void">– none recorded</td>',
    ]


def test_summary_counts_the_filled_cells_and_names_the_gaps(client, peru, crowds):
    make_theme(slug="fire", name="Fire")
    make_theme(slug="health", name="Health")
    make_state(sub_region=peru.sub_region)
    make_instrument(state=peru, themes=[crowds, make_theme(slug="unsure", name="Unsure")], **UNKNOWN)
    make_instrument(state=peru, themes=[crowds], **IN_FORCE)
    matrix = matrix_of(client)
    assert (matrix.filled, matrix.size, [theme.slug for theme in matrix.gaps]) == (1, 8, ["fire", "health", "unsure"])
    assert [theme.slug for theme in matrix.themes] == ["crowds", "unsure"]
    page = client.get(MATRIX).content.decode()
    assert "is recorded for 1 of 8 pairs of a State and a theme." in page
    assert 'On 3 themes no State has any on record: <a href="/en/themes/fire/">Fire</a>, ' in page


def verified(days_ago):
    return {"verified_on": today() - datetime.timedelta(days=days_ago), **IN_FORCE}


def test_newest_verification_of_a_cell_tells_how_fresh_it_is(client, peru, crowds):
    curator = make_user(name="Ana Curator")
    make_instrument(state=peru, themes=[crowds], verified_by=curator, **verified(800))
    make_instrument(state=peru, themes=[crowds], verified_by=curator, **verified(30) | {"status": "unknown"})
    (cell,) = matrix_of(client).cells.values()
    assert (cell.verified, cell.verified_on, cell.freshness) == (2, today() - datetime.timedelta(days=30), "fresh")
    html = cell_html(client)[0]
    assert 'class="fresh"' in html and "<small>verified " in html
    assert "out of date" not in html
    assert "Ana Curator" not in client.get(MATRIX).content.decode(), "who verified is not for everybody"


def test_verification_is_out_of_date_after_twelve_months(client, peru, crowds):
    last_day = year_before(today())
    law = make_instrument(state=peru, themes=[crowds], verified_on=last_day, **IN_FORCE)
    assert 'class="fresh"' in cell_html(client)[0]
    type(law).objects.update(verified_on=last_day - datetime.timedelta(days=1))
    html = cell_html(client)[0]
    assert 'class="stale"' in html
    assert re.search(r"<small>verified [^<]+, out of date</small>", html)


def test_cell_of_which_only_a_part_was_verified_says_how_many(client, peru, crowds):
    make_instrument(state=peru, themes=[crowds], **IN_FORCE | {"verified_on": "2020-03-03"})
    make_instrument(state=peru, themes=[crowds], **IN_FORCE)
    assert "<small>1 of 2 verified, 3 March 2020, out of date</small>" in cell_html(client)[0]


def test_the_year_before_a_leap_day_ends_in_february():
    assert year_before(datetime.date(2024, 2, 29)) == datetime.date(2023, 2, 28)


def test_matrix_counts_only_what_the_reader_may_know_of(client, client_for, expert, focal_point, peru, crowds):
    secret = make_theme(slug="secret", name="Secret theme")
    make_instrument(state=peru, themes=[crowds], **IN_FORCE)
    for label in (Label.GREEN, Label.AMBER, Label.RED):
        make_instrument(state=peru, themes=[crowds, secret], label=label, **verified(1))
    make_instrument(state=peru, themes=[crowds, secret], publication="draft", **verified(1))
    region = f"sub_region={peru.sub_region.slug}"
    readers = {"visitor": client, "expert": client_for(expert), "focal point": client_for(focal_point)}
    seen = {name: cells_of(reader, region) for name, reader in readers.items()}
    assert seen == {
        "visitor": {("peru", "crowds"): (1, 0, 0)},
        "expert": {("peru", "crowds"): (2, 0, 0), ("peru", "secret"): (1, 0, 0)},
        "focal point": {("peru", "crowds"): (3, 0, 0), ("peru", "secret"): (2, 0, 0)},
    }
    page = client.get(f"{MATRIX}?{region}").content.decode()
    assert ("not yet verified" in page, 'class="fresh"' in page) == (True, False)
    assert 'Andean <span class="n">1</span>' in page
    file = client.get(f"/en/legislation/matrix.csv?{region}").getvalue().decode("utf-8-sig")
    assert [row["in_force"] for row in csv.DictReader(io.StringIO(file))] == ["1", "0"]


def test_the_sub_region_with_most_law_is_shown_first(client, peru, crowds):
    caribbean = make_sub_region(slug="caribbean", name="Caribbean")
    make_instrument(state=peru, themes=[crowds], **IN_FORCE)
    for _ in range(2):
        make_instrument(state=make_state(sub_region=caribbean, name="Cuba"), themes=[crowds], **IN_FORCE)
    assert matrix_of(client).region == caribbean
    assert matrix_of(client, "sub_region=andean").region == peru.sub_region
    page = client.get(f"{MATRIX}?sub_region=andean").content.decode()
    assert '<a href="?sub_region=andean" aria-current="page">Andean <span class="n">1</span></a>' in page
    assert '<a href="?sub_region=caribbean">Caribbean <span class="n">2</span></a>' in page
    assert "Cuba" not in page
    assert "<title>Law by State and theme: Andean" in page


def test_the_day_stays_when_the_sub_region_changes(client, peru):
    page = client.get(f"{MATRIX}?sub_region=andean&on=2014-06-12").content.decode()
    assert '<a href="?sub_region=andean&amp;on=2014-06-12" aria-current="page">' in page
    assert '<input type="hidden" name="sub_region" value="andean">' in page


def test_download_links_hold_the_same_question(client, peru, crowds):
    make_instrument(state=peru, themes=[crowds], **IN_FORCE)
    page = client.get(f"{MATRIX}?on=2014-06-12&sub_region=andean").content.decode()
    for form in ("csv", "xlsx"):
        assert f'href="/en/legislation/matrix.{form}?sub_region=andean&amp;on=2014-06-12"' in page


def test_only_the_few_pages_that_everybody_asks_for_are_kept(client, peru, crowds):
    make_instrument(state=peru, themes=[crowds], **IN_FORCE)
    queries = [
        "",
        "sub_region=andean",
        "sub_region=andean&on=2014-06-12",
        "sub_region=nowhere",
        "sub_region=andean&x=1",
    ]
    assert ["ETag" in client.get(f"{MATRIX}?{query}") for query in queries] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("sub_region=atlantis", "Sub-region"),
        ("sub_region=%00", "Sub-region"),
        ("sub_region=" + "x" * 5000, "Sub-region"),
        ("sub_region=' OR 1=1", "Sub-region"),
        ("on=2014-02-30", "In force on"),
        ("on=0001-01-01", "In force on"),
        ("on=yesterday", "In force on"),
    ],
)
def test_what_cannot_be_asked_is_named_and_left_out(client, peru, crowds, query, label):
    make_instrument(state=peru, themes=[crowds], **IN_FORCE)
    response = client.get(f"{MATRIX}?{query}")
    assert response.status_code == 200
    assert [str(named) for named, _ in response.context["page"].errors] == [label]
    assert f"<b>{label}</b>: " in response.content.decode()
    assert response.context["page"].matrix.filled == 1
    file = client.get(f"/en/legislation/matrix.csv?{query}")
    assert (file.status_code, file["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert {"Sub-region": "- sub_region: ", "In force on": "- on: "}[label] in file.content.decode()


def test_a_matrix_of_nothing_says_so_and_leads_back(client, peru, crowds):
    make_instrument(state=make_state(sub_region=make_sub_region(slug="other")), themes=[crowds], **IN_FORCE)
    page = client.get(f"{MATRIX}?sub_region=andean").content.decode()
    assert "No law of the States of Andean is filed under a theme" in page
    assert '<a href="/en/legislation/">See all legislation</a>' in page
    assert "<table" not in page


def test_a_portal_without_sub_regions_has_a_matrix_all_the_same(client, db):
    assert "<table" not in client.get(MATRIX).content.decode()
    assert client.get("/en/legislation/matrix.csv").getvalue().decode("utf-8-sig").count("\n") == 1


def read(client, query=""):
    response = client.get(f"/en/legislation/matrix.csv?{query}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_file_has_a_row_for_every_state_and_theme(client, peru, crowds):
    make_theme(slug="fire", name="Fire")
    make_state(name="Cuba", iso3="CUB", sub_region=make_sub_region(slug="caribbean", name="Caribbean"))
    make_instrument(state=peru, themes=[crowds], **REPEALED)
    make_instrument(state=peru, themes=[crowds], **IN_FORCE | {"verified_on": "2020-03-03"})
    rows = read(client)
    assert [(row["iso3"], row["topic"]) for row in rows] == [
        ("CUB", "crowds"), ("CUB", "fire"), ("PER", "crowds"), ("PER", "fire"),
    ]  # fmt: skip
    assert rows[2] == {
        "iso3": "PER", "state": "Peru", "subregion": "Andean", "topic": "crowds", "topic_name": "Crowds",
        "on": today().isoformat(), "in_force": "1", "not_known": "0", "not_in_force": "1", "verified": "1",
        "verified_on": "2020-03-03",
    }  # fmt: skip
    assert [row["iso3"] for row in read(client, "sub_region=andean")] == ["PER", "PER"]
    assert [row["in_force"] for row in read(client, "sub_region=andean&on=2009-01-01")] == ["1", "0"]
    assert client.get("/en/legislation/matrix.csv?theme=crowds").status_code == 400
    assert client.get("/en/legislation/matrix.xlsx?sub_region=andean").getvalue().startswith(b"PK")


def test_names_are_in_the_readers_language_and_order(client, andean):
    theme = make_theme(slug="theme", name_en="Water", name_es="Agua")
    later = make_theme(slug="later", name_en="Air", name_es="Zona")
    for english, spanish in (("Zebra", "Alfa"), ("Able", "Zulu")):
        make_instrument(state=make_state(sub_region=andean, name_en=english, name_es=spanish), themes=[theme, later])
    orders = {}
    for code in ("en", "es"):
        matrix = client.get(f"/{code}/legislation/matrix/").context["page"].matrix
        orders[code] = [[row.name for row in rows] for rows in (matrix.states, matrix.themes)]
    assert orders == {"en": [["Able", "Zebra"], ["Air", "Water"]], "es": [["Alfa", "Zulu"], ["Agua", "Zona"]]}


def test_rows_are_counted_by_the_database(client, andean, crowds, django_assert_num_queries):
    state = make_state(sub_region=andean)
    for _ in range(40):
        make_instrument(state=state, themes=[crowds], **IN_FORCE)
    with django_assert_num_queries(QUERIES) as captured:
        client.get(MATRIX)
    counting = [query["sql"] for query in captured if "in_force_answer" in query["sql"]]
    assert len(counting) == 1
    assert "GROUP BY" in counting[0]
