"""Positions of States on final editions: who says them, the board, its files, My desk, what was said before."""

import csv
import datetime
import io

import openpyxl
import pytest

from consultations.boards import Board
from consultations.models import Position
from consultations.positions import ASKED_FOR, positions_due, take_position
from core.dates import today
from core.labels import Label
from moderation.refusals import Refused
from tests.factories import (
    make_chapter,
    make_consultation,
    make_edition,
    make_final,
    make_mandate,
    make_state,
    make_sub_region,
    make_user,
)
from tests.reading import table, words
from training.actions import start_edition
from training.models import Edition

pytestmark = pytest.mark.django_db
REASONS = "reservations or reasons"
DAY = datetime.timedelta(days=1)
RESERVED = "Zx not paragraph 3."
BOARD_QUERIES, TAKE_QUERIES = 7, 5


def final(label=Label.CLEAR, **fields):
    return make_final(make_chapter(edition=make_edition(label=label, **fields), paragraphs=["One."]).edition)


@pytest.fixture
def edition(db):
    return final(name="Zx edition")


def board(edition):
    return f"{edition.get_absolute_url()}positions/"


def take(edition):
    return f"{board(edition)}take/"


def file_of(edition, form):
    return f"{edition.get_absolute_url()}positions.{form}"


def said(edition, state, kind="endorses", text="", version=0, by=None):
    return take_position(edition=edition, state=state, by=by, kind=kind, text=text, version=version)


def post(client, edition, **given):
    return client.post(take(edition), {"kind": "endorses", "text": "", "version": 0} | given)


def on_record(edition):
    return list(Position.objects.of(edition).values_list("state__iso3", "kind", "text", "version"))


# Saying it


def test_position_take_records_it_for_the_state_of_who_says_it(edition, client_for, focal_point, brazil):
    response = client_for(focal_point).post(
        take(edition), {"kind": "reservations", "text": f" {RESERVED}\r\nNor 4. ", "version": 0}, follow=True
    )
    assert response.redirect_chain == [(board(edition), 302)]
    row = Position.objects.get()
    assert (row.state, row.kind, row.text, row.version) == (brazil, "reservations", f"{RESERVED}\nNor 4.", 1)
    assert (row.by, row.edition) == (focal_point, edition)
    text = words(response.content.decode())
    assert "Recorded for Brazil: Endorses with reservations. Every member who reads the edition sees it." in text
    assert "Change what Brazil says" in text


def test_position_take_is_for_focal_points_alone(edition, client, client_for, alternate, expert, partner, secretariat):
    for person in (alternate, expert, partner, secretariat):
        assert client_for(person).get(take(edition)).status_code == 403
        assert post(client_for(person), edition).status_code == 403
    assert post(client, edition, kind="does_not", text=RESERVED).status_code == 403  # the text is given back
    assert client.get(take(edition))["Location"] == f"/en/account/login/?next={take(edition).replace('/', '%2F')}"
    assert on_record(edition) == []


def test_position_take_speaks_for_no_other_state(edition, client_for, focal_point, mexico):
    client = client_for(focal_point)
    for state in (mexico.slug, "nowhere", "", "brazil\x00"):
        assert client.post(f"{take(edition)}?state={state}", {"kind": "endorses", "version": 0}).status_code == 403
    assert on_record(edition) == []


def test_position_take_by_who_fills_two_seats_is_for_the_state_he_names(edition, client_for, focal_point, brazil):
    peru = make_state(iso3="PER", slug="peru", name="Peru")
    make_mandate(person=focal_point, state=peru, role="focal_point")
    client = client_for(focal_point)
    client.post(f"{take(edition)}?state=peru", {"kind": "endorses", "version": 0})
    assert on_record(edition) == [("PER", "endorses", "", 1)]
    assert f'href="{take(edition)}?state=brazil"' in client.get(board(edition)).content.decode()


def test_position_take_does_not_speak_where_one_is_only_the_alternate(edition, client_for, focal_point):
    make_mandate(person=focal_point, state=make_state(iso3="PER", slug="peru"), role="alternate")
    assert client_for(focal_point).get(f"{take(edition)}?state=peru").status_code == 403


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "maybe"}, "kind"),
        ({"kind": "reservations", "text": " \n "}, "text"),
        ({"kind": "endorses", "text": RESERVED}, "text"),
        ({"kind": "does_not", "text": "x" * 5001}, "text"),
        ({"version": "x"}, "version"),
        ({"version": "-1"}, "version"),
        ({"version": "9" * 30}, "version"),
    ],
)
def test_position_take_gives_back_what_was_wrong(edition, client_for, focal_point, given, field):
    response = post(client_for(focal_point), edition, **given)
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert given.get("text", "").strip("\x00 \n") in response.content.decode()
    assert on_record(edition) == []


def test_position_that_does_not_endorse_needs_no_reason(edition, client_for, focal_point):
    assert post(client_for(focal_point), edition, kind="does_not").status_code == 302
    assert on_record(edition) == [("BRA", "does_not", "", 1)]


def test_form_that_comes_twice_is_one_position(edition, client_for, focal_point):
    client = client_for(focal_point)
    assert [post(client, edition).status_code for _ in range(2)] == [302, 302]
    assert on_record(edition) == [("BRA", "endorses", "", 1)]
    assert Position.history.count() == 1


def test_two_who_speak_for_a_state_lose_nothing(edition, client_for, focal_point, brazil):
    colleague = make_mandate(person=make_user(state=brazil), role="focal_point").person
    said(edition, brazil, "does_not", "Zx theirs", by=colleague)
    client = client_for(focal_point)
    response = post(client, edition, kind="reservations", text=RESERVED)
    text = words(response.content.decode())
    assert response.status_code == 409 and "somebody else spoke for Brazil since you opened the form" in text
    assert "On record now: Does not endorse" in text and "Zx theirs" in text and RESERVED in text
    assert on_record(edition) == [("BRA", "does_not", "Zx theirs", 1)]
    again = {name: response.context["form"][name].value() for name in ("kind", "text", "version")}
    assert client.post(take(edition), again).status_code == 302
    assert on_record(edition) == [("BRA", "reservations", RESERVED, 2)]


def test_wrong_form_of_an_older_version_stays_one_of_that_version(edition, client_for, focal_point, brazil):
    said(edition, brazil, "does_not")
    response = post(client_for(focal_point), edition, kind="reservations")
    assert response.context["form"]["version"].value() == "0"


def test_position_on_a_superseded_edition_is_read_only(edition, client_for, focal_point, brazil):
    said(edition, brazil, "reservations", RESERVED)
    make_final(start_edition(work=edition.work, by=None, label=Label.CLEAR, language="en", based_on=edition))
    client = client_for(focal_point)
    page = words(client.get(take(edition)).content.decode())
    assert "A later edition has taken the place of this one." in page and RESERVED in page and "<form" not in page
    response = post(client, edition, text="Zx new reasons", kind="does_not", version=1)
    text = words(response.content.decode())
    assert response.status_code == 200 and "A later edition has taken" in text and "Zx new reasons" in text
    assert on_record(edition) == [("BRA", "reservations", RESERVED, 1)]
    listed = client.get(board(edition)).content.decode()
    assert RESERVED in listed and "/positions/take/" not in listed


def test_position_waits_until_the_edition_is_final(client_for, secretariat, brazil):
    edition, asked_about = make_chapter(paragraphs=["One."]).edition, make_consultation().edition
    for one in (edition, asked_about):
        with pytest.raises(Refused, match="once an edition is final"):
            said(one, brazil)
    text = words(client_for(secretariat).get(board(edition)).content.decode())
    assert "States say their positions once an edition is final and published." in text and "No record" not in text


def test_position_on_an_edition_that_one_may_not_know_of_is_404(client_for, focal_point, partner):
    hidden = final(label=Label.RED)
    for address in (board(hidden), take(hidden), file_of(hidden, "csv"), f"{board(hidden)}brazil/history/"):
        assert client_for(focal_point).get(address).status_code == 404
    assert client_for(partner).get(board(final(label=Label.AMBER))).status_code == 404
    assert on_record(hidden) == []


def test_position_take_costs_the_same_whatever_is_on_record(
    edition, client_for, focal_point, brazil, django_assert_num_queries
):
    client = client_for(focal_point)
    for state in (brazil, make_state(), make_state()):
        said(edition, state)
        client.get(take(edition))
        with django_assert_num_queries(TAKE_QUERIES):
            assert client.get(take(edition)).status_code == 200


# The board


def lines(client, edition):
    found = client.get(board(edition)).context["board"]
    return {line.state.iso3: line.answer for line in found.lines}


def test_position_list_shows_every_state_of_the_programme(edition, client_for, expert, brazil, mexico):
    make_state(iso3="CUB", participates=False)
    spoke = make_state(iso3="XYZ", participates=False)
    said(edition, brazil, "reservations", RESERVED)
    said(edition, spoke, "does_not")
    client = client_for(expert)
    assert lines(client, edition) == {"BRA": "reservations", "MEX": "no_record", "XYZ": "does_not"}
    text = client.get(board(edition)).content.decode()
    assert RESERVED in text and "2 of 3 States have said something." in text
    assert "/positions/take/" not in text and "/history/" not in text


def test_position_list_of_a_red_edition_shows_the_states_that_it_names(client_for, focal_point, brazil, mexico):
    edition = final(label=Label.RED)
    edition.named_states.set([brazil])
    assert lines(client_for(focal_point), edition) == {"BRA": "no_record"}


def test_position_list_is_for_members(edition, client, client_for, partner, brazil):
    said(edition, brazil, "reservations", RESERVED)
    assert client.get(board(edition)).status_code == 302
    assert client.get(file_of(edition, "csv")).status_code == 302
    assert RESERVED in client_for(partner).get(board(edition)).content.decode()
    assert "Positions of the States" not in client.get(edition.get_absolute_url()).content.decode()


def test_position_list_counts_by_sub_region(edition, focal_point, brazil, mexico):
    caribbean = make_sub_region(slug="caribbean", name="Caribbean")
    for number in range(3):
        state = make_state(sub_region=caribbean)
        if number:
            said(edition, state, ["", "endorses", "does_not"][number])
    said(edition, brazil, "reservations", RESERVED)
    found = Board(Position, edition, focal_point)
    numbers = {region.slug: [n for _name, n in counts] for region, _lines, counts in found.regions}
    assert numbers == {"caribbean": [1, 0, 1, 1], brazil.sub_region.slug: [0, 1, 0, 1]}
    assert [n for _name, n in found.totals] == [1, 1, 1, 2]
    assert [str(name) for name, _n in found.totals] == [
        "Endorses", "Endorses with reservations", "Does not endorse", "No record",
    ]  # fmt: skip


def test_position_text_is_no_markup(edition, client_for, expert, brazil):
    said(edition, brazil, "reservations", "<b>Zx</b>\n\n<script>x</script>")
    text = client_for(expert).get(board(edition)).content.decode()
    assert "&lt;b&gt;Zx&lt;/b&gt;" in text and "<b>Zx" not in text and "<script>x" not in text


def test_position_list_costs_the_same_for_any_number(edition, client_for, expert, django_assert_num_queries):
    client = client_for(expert)
    for rows in (1, 2):
        for _ in range(rows):
            said(edition, make_state(), "reservations", RESERVED)
        client.get(board(edition))
        with django_assert_num_queries(BOARD_QUERIES):
            client.get(board(edition))


def test_edition_tells_members_how_many_say_what(edition, client_for, focal_point, expert, brazil, mexico):
    said(edition, mexico)
    mine, theirs = (client_for(user).get(edition.get_absolute_url()).content.decode() for user in (focal_point, expert))
    assert "Endorses <b>1</b>" in mine and f'href="{board(edition)}"' in mine
    assert "Say where Brazil stands" in mine and "Say where" not in theirs and "Endorses <b>1</b>" in theirs


def test_country_page_says_where_the_state_stands(edition, client, client_for, partner, brazil):
    old = final(name="Zx old")
    said(old, brazil, "does_not", "Zx former")
    make_final(start_edition(work=old.work, by=None, label=Label.CLEAR, language="en", based_on=old))
    amber = final(label=Label.AMBER, name="Zx amber")
    said(amber, brazil)
    said(edition, brazil, "reservations", RESERVED)
    address = brazil.get_absolute_url()
    text = client_for(partner).get(address).content.decode()
    assert RESERVED in text and "Zx edition" in text and "Zx former" not in text and "Zx amber" not in text
    seen = client.get(address).content.decode()
    assert RESERVED not in seen and 'id="positions"' not in seen


# As files


def rows_of(client, edition, form):
    content = client.get(file_of(edition, form)).getvalue()
    if form == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [{name: value or "" for name, value in zip(header, row, strict=True)} for row in rows]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_position_export_is_the_board(edition, client_for, expert, brazil, mexico, form):
    row = said(edition, brazil, "reservations", "=1+1 is what we doubt.")
    found = rows_of(client_for(expert), edition, form)
    about = {
        "publication": edition.work.slug, "edition": "1" if form == "csv" else 1, "label": "TLP:CLEAR",
        "page": f"http://localhost:8000{board(edition)}", "subregion": str(brazil.sub_region),
    }  # fmt: skip
    when = row.at.strftime("%Y-%m-%dT%H:%M:%SZ") if form == "csv" else row.at.replace(tzinfo=None, microsecond=0)
    assert found == [
        {"state_code": "BR", "iso3": "BRA", "state": "Brazil", "position": "reservations",
         "reservations_or_reasons": "'=1+1 is what we doubt.", "said_on": when} | about,
        {"state_code": "MX", "iso3": "MEX", "state": "Mexico", "position": "no_record",
         "reservations_or_reasons": "", "said_on": ""} | about,
    ]  # fmt: skip


# What was said before


def test_position_history_is_for_the_state_and_the_secretariat(
    edition, client_for, focal_point, other_focal_point, alternate, expert, secretariat, brazil
):
    post(client_for(focal_point), edition, kind="does_not", text="Zx before")
    post(client_for(focal_point), edition, version=1)
    address = f"{board(edition)}brazil/history/"
    for person in (focal_point, alternate, secretariat):
        text = client_for(person).get(address).content.decode()
        assert table(text)[1:] == [["position", "Does not endorse", "Endorses"], [REASONS, "Zx before", "–"]]
        assert f"Changed by {focal_point}" in words(text)
    assert [client_for(person).get(address).status_code for person in (other_focal_point, expert)] == [403, 403]
    assert address in client_for(alternate).get(board(edition)).content.decode()
    others = client_for(other_focal_point)
    assert "/history/" not in others.get(board(edition)).content.decode()
    assert client_for(secretariat).get(f"{board(edition)}mexico/history/").status_code == 404
    assert client_for(secretariat).get(f"{address}?page=0").status_code == 404


# My desk


def asked(user):
    return [(state.iso3, edition.name, day) for state, edition, day in positions_due(user)]


def test_desk_asks_the_focal_point_for_ninety_days(edition, client_for, focal_point, alternate, secretariat, brazil):
    assert asked(focal_point) == [("BRA", "Zx edition", today() + ASKED_FOR)]
    assert [asked(user) for user in (alternate, secretariat)] == [[], []]
    page = words(client_for(focal_point).get("/en/desk/").content.decode())
    assert f"Say where Brazil stands on “{edition}”" in page
    Edition.objects.update(finalised=today() - ASKED_FOR)
    assert asked(focal_point) == [("BRA", "Zx edition", today())]
    Edition.objects.update(finalised=today() - ASKED_FOR - DAY)
    assert asked(focal_point) == []


def test_desk_asks_no_more_where_it_was_said_or_cannot_be_known_of(edition, focal_point, brazil, mexico):
    final(label=Label.RED, name="Zx red")
    said(edition, mexico)
    assert [row[1] for row in asked(focal_point)] == ["Zx edition"]
    said(edition, brazil)
    assert asked(focal_point) == []
