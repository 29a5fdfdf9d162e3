"""The board of the States and a State's seat: who sees them, what they say, how access ends."""

import csv
import datetime
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import AuditEntry, Invitation, Mandate, User
from notifications.models import Notification
from reference.querysets import today
from tests.factories import make_invitation, make_mandate, make_state, make_sub_region, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
BOARD = "/en/desk/seats/"
BOARD_QUERIES = 6
SEAT_QUERIES = 7


def seat(state):
    return reverse("kms:seat_detail", args=[state.slug])


# The board


@pytest.fixture
def seats(brazil, mexico):
    """One State of each sort; the others of the test are Brazil (a long confirmed mandate) and Mexico (vacant)."""
    make_mandate(state=brazil, confirmed=today() - 3 * DAY)
    make_mandate(state=mexico, until=today() - 10 * DAY)
    caribbean = make_sub_region(slug="caribbean")
    made = {name: make_state(iso3=f"X{name[:2].upper()}", name=name.capitalize(), sub_region=caribbean) for name in (
        "ending", "unconfirmed", "invited", "never", "closed", "handed",
    )}  # fmt: skip
    make_mandate(state=made["ending"], confirmed=today(), until=today() + 90 * DAY)
    make_mandate(state=made["unconfirmed"], confirmed=today() - 365 * DAY)
    make_invitation(role="focal_point", state=made["invited"])
    make_invitation(role="focal_point", state=made["never"], expires=timezone.now())
    make_mandate(person=make_user(state=made["closed"], is_active=False))
    make_mandate(state=made["handed"], confirmed=today(), until=today() + 91 * DAY)
    make_mandate(state=made["handed"], since=today() + 92 * DAY, person=make_user(state=made["handed"]))
    make_state(iso3="CUB", participates=False)
    return made


def shown(client, **query):
    return [row.state.iso3 for row in client.get(BOARD, query).context["rows"]]


def test_seat_board_tells_the_seats_apart(seats, client_for, secretariat):
    client = client_for(secretariat)
    found = {name: shown(client, show=name) for name in ("filled", "ending", "vacant", "invited", "unconfirmed")}
    assert found == {
        "filled": ["BRA", "XEN", "XHA", "XUN"],
        "ending": ["XEN"],
        "vacant": ["XCL", "XIN", "MEX", "XNE"],
        "invited": ["XIN"],
        "unconfirmed": ["XUN"],
    }
    page = client.get(BOARD)
    assert [number for _label, number, *_rest in page.context["shown"]] == [8, 4, 1, 4, 1, 1]
    assert [number for _label, number, *_rest in page.context["regions"]] == [8, 6, 2]


def test_seat_board_says_since_when_a_seat_is_vacant_and_who_comes(seats, client_for, secretariat):
    rows = {row.state.iso3: row for row in client_for(secretariat).get(BOARD).context["rows"]}
    assert [rows[code].vacant_since for code in ("MEX", "XNE", "BRA")] == [today() - 9 * DAY, None, None]
    assert (rows["XCL"].holder, rows["XCL"].closed.person.is_active) == (None, False)
    assert rows["XHA"].successor.since == today() + 92 * DAY


def test_seat_board_narrows_by_sub_region_and_bears_nonsense(seats, client_for, secretariat):
    client = client_for(secretariat)
    assert shown(client, sub_region="south") == ["BRA", "MEX"]
    assert shown(client, sub_region="south", show="vacant") == ["MEX"]
    page = client.get(BOARD, {"show": "x\x00", "sub_region": "nowhere", "page": "9"})
    assert (page.status_code, len(page.context["rows"]), len(page.context["errors"])) == (200, 8, 2)


def test_seat_export_holds_the_board_and_is_noted(seats, client_for, secretariat):
    response = client_for(secretariat).get("/en/desk/seats.csv?show=vacant")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [(row["iso3"], row["seat"]) for row in rows] == [
        ("XCL", "vacant"), ("XIN", "vacant"), ("MEX", "vacant"), ("XNE", "vacant"),
    ]  # fmt: skip
    assert rows[1]["invited"] == "Ivo Guest"
    assert AuditEntry.objects.get(kind="export").detail == "seats.csv?show=vacant"
    assert client_for(secretariat).get("/en/desk/seats.csv?show=nonsense").status_code == 400
    assert client_for(secretariat).get("/en/desk/seats.csv?other=1").status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_seat_board_needs_the_same_queries_for_one_row_and_for_three(
    rows, client_for, secretariat, django_assert_num_queries
):
    for _number in range(rows):
        make_mandate()
        make_invitation(role="focal_point")
    client = client_for(secretariat)
    with django_assert_num_queries(BOARD_QUERIES):
        assert len(client.get(BOARD).context["rows"]) == 2 * rows


@pytest.mark.parametrize("name", ["partner", "expert", "alternate", "focal_point"])
def test_seat_board_is_the_secretariats(name, request, client_for):
    client = client_for(request.getfixturevalue(name))
    assert [client.get(address).status_code for address in (BOARD, "/en/desk/seats.csv")] == [403, 403]


# The seat of one State


def test_seat_detail_shows_who_is_who(client_for, focal_point, alternate, expert, brazil, mexico):
    before = make_mandate(state=brazil, since="2015-01-01", until="2019-12-31")
    asked = make_invitation(state=brazil)
    make_invitation(state=brazil, revoked=timezone.now())
    for row in (make_mandate(state=mexico), make_invitation(state=mexico), make_user(state=mexico)):
        assert row.pk
    page = client_for(focal_point).get(seat(brazil)).context
    assert [held.mandate.person for held in page["now"]] == [focal_point, alternate]
    assert sorted(row.person.email for row in page["experts"]) == sorted([expert.email, before.person.email])
    assert (page["before"], list(page["invitations"]), page["focal_point"].person) == ([before], [asked], focal_point)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("visitor", 302),
        ("partner", 403),
        ("expert", 403),
        ("alternate", 200),
        ("focal_point", 200),
        ("other_focal_point", 403),
        ("secretariat", 200),
        ("administrator", 200),
    ],
)
def test_seat_detail_is_the_states_own(name, status, request, client_for, brazil):
    assert client_for(request.getfixturevalue(name)).get(seat(brazil)).status_code == status


def test_seat_detail_of_no_such_state_is_not_there(client_for, secretariat):
    outside = make_state(participates=False)
    answers = [client_for(secretariat).get(address) for address in (seat(outside), f"{BOARD}none/")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_seat_detail_offers_only_what_one_may_do(client_for, focal_point, alternate, expert, secretariat, brazil):
    pages = {user.email: client_for(user).get(seat(brazil)) for user in (focal_point, alternate, secretariat)}
    offered = {
        email: (
            [role.value for role, *_rest in page.context["offers"]],
            page.context["may_hand_over"],
            [held.may_end for held in page.context["now"]],
            [row.may_end for row in page.context["experts"]],
        )
        for email, page in pages.items()
    }
    assert offered == {
        focal_point.email: (["alternate", "expert"], True, [False, True], [True]),
        alternate.email: (["alternate", "expert"], False, [False, False], [False]),
        secretariat.email: (["alternate", "expert"], True, [True, True], [True]),
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_seat_detail_needs_the_same_queries_for_one_row_and_for_three(
    rows, client_for, focal_point, brazil, django_assert_num_queries
):
    for year in range(rows):
        make_mandate(state=brazil, since=f"200{year}-01-01", until=f"200{year}-12-31", person=make_user(state=brazil))
        make_mandate(state=brazil, role="alternate", person=make_user(state=brazil))
        make_user(state=brazil)
        make_invitation(state=brazil, invited_by=make_user())
    client = client_for(focal_point)
    with django_assert_num_queries(SEAT_QUERIES):
        assert len(client.get(seat(brazil)).context["invitations"]) == rows


# Ending a mandate


def end(mandate):
    return reverse("kms:mandate_end", args=[mandate.pk])


def test_mandate_end_gives_a_last_day(client_for, focal_point, alternate):
    mandate, client = alternate.mandates.get(), client_for(focal_point)
    assert client.get(end(mandate)).status_code == 200
    client.post(end(mandate), {"last_day": today() + 5 * DAY})
    mandate.refresh_from_db()
    assert mandate.until == today() + 5 * DAY
    assert mandate.history.first().history_user == focal_point
    assert AuditEntry.objects.get(subject_kind="mandate", detail=f"ends {mandate.until}").person == focal_point
    told = Notification.objects.get()
    assert (told.person, told.kind) == (alternate, "mandate_ended")


def test_mandate_end_at_once_takes_the_rights_from_the_very_next_page(client_for, focal_point, alternate, brazil):
    open_session = client_for(alternate)
    assert open_session.get(seat(brazil)).status_code == 200
    client_for(focal_point).post(end(alternate.mandates.get()), {"last_day": today() - DAY})
    assert open_session.get(seat(brazil)).status_code == 403
    assert open_session.get("/en/account/").status_code == 200


def test_mandate_end_with_the_access_logs_the_person_out(client_for, focal_point, alternate, brazil):
    open_session = client_for(alternate)
    sent = make_invitation(state=brazil, invited_by=alternate)
    client_for(focal_point).post(end(alternate.mandates.get()), {"last_day": today(), "close": "on"})
    assert open_session.get("/en/account/").status_code == 302
    alternate.refresh_from_db()
    assert (alternate.is_active, alternate.mandates.get().until) == (False, today() - DAY)
    assert Invitation.objects.get(pk=sent.pk).state_of_things == "revoked"


@pytest.mark.parametrize("last_day", ["", "nonsense", "1700-01-01", today() - 2 * DAY])
def test_mandate_end_refuses_other_days(last_day, client_for, focal_point, alternate):
    mandate = alternate.mandates.get()
    response = client_for(focal_point).post(end(mandate), {"last_day": last_day})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["last_day"])
    mandate.refresh_from_db()
    assert mandate.until is None


def test_mandate_end_makes_no_mandate_longer(client_for, focal_point, alternate):
    alternate.mandates.update(until=today() + DAY)
    response = client_for(focal_point).post(end(alternate.mandates.get()), {"last_day": today() + 2 * DAY})
    assert list(response.context["form"].errors) == ["last_day"]


def test_mandate_end_is_judged_by_state_and_role(
    client_for, focal_point, alternate, expert, other_focal_point, secretariat
):
    mandates = {"own": focal_point.mandates.get(), "alternate": alternate.mandates.get()}
    other = other_focal_point.mandates.get()
    asked = [
        (focal_point, mandates["own"], 403),
        (focal_point, other, 403),
        (other_focal_point, mandates["alternate"], 403),
        (alternate, mandates["alternate"], 403),
        (alternate, mandates["own"], 403),
        (expert, mandates["alternate"], 403),
        (focal_point, mandates["alternate"], 302),
        (secretariat, mandates["own"], 302),
    ]
    answers = [client_for(user).post(end(row), {"last_day": today()}).status_code for user, row, _status in asked]
    assert answers == [status for *_rest, status in asked]
    ended = {row.pk for row in Mandate.objects.exclude(until=None)}
    assert ended == {row.pk for row in mandates.values()}
    assert client_for(secretariat).get(end(Mandate(pk=10**9))).status_code == 404


def test_ended_mandate_is_not_ended_again(client_for, secretariat):
    mandate = make_mandate(until=today() - 9 * DAY)
    assert client_for(secretariat).post(end(mandate), {"last_day": today()}).status_code == 403


# Ending the access of an expert


def access(state, person):
    return reverse("kms:access_end", args=[state.slug, person.pk])


def test_access_end_keeps_an_expert_out_and_says_what_it_means(client_for, focal_point, expert, brazil):
    client, open_session = client_for(focal_point), client_for(expert)
    assert "What was written stays" in client.get(access(brazil, expert)).content.decode()
    assert User.objects.get(pk=expert.pk).is_active
    assert client.post(access(brazil, expert))["Location"] == seat(brazil)
    assert open_session.get("/en/account/").status_code == 302
    assert User.objects.get(pk=expert.pk).is_active is False
    entry = AuditEntry.objects.get(subject_kind="account", subject_key=expert.pk, detail="access ended")
    assert (entry.kind, entry.person) == ("rights", focal_point)


def test_access_end_reaches_nobody_else(
    client_for, focal_point, alternate, expert, partner, other_focal_point, secretariat, brazil, mexico
):
    foreign = make_user(state=mexico)
    staff = make_user(state=brazil, is_staff=True)
    asked = [
        (focal_point, brazil, alternate, 404),
        (focal_point, brazil, focal_point, 404),
        (focal_point, brazil, foreign, 404),
        (focal_point, brazil, partner, 404),
        (focal_point, brazil, staff, 403),
        (focal_point, mexico, foreign, 403),
        (other_focal_point, brazil, expert, 403),
        (other_focal_point, brazil, alternate, 403),
        (alternate, brazil, expert, 403),
        (expert, brazil, expert, 403),
    ]
    answers = [client_for(user).post(access(state, person)).status_code for user, state, person, _status in asked]
    assert answers == [status for *_rest, status in asked]
    assert User.objects.filter(is_active=False).count() == 0


# Once a year


def confirm(mandate):
    return reverse("kms:mandate_confirm", args=[mandate.pk])


def test_mandate_confirm_is_the_holders_word(client_for, focal_point, other_focal_point, secretariat, brazil):
    mandate = focal_point.mandates.get()
    answers = [client_for(user).post(confirm(mandate)).status_code for user in (other_focal_point, secretariat)]
    assert (answers, Mandate.objects.get(pk=mandate.pk).confirmed) == ([403, 403], None)
    assert client_for(focal_point).get(confirm(mandate)).status_code == 405
    assert client_for(focal_point).post(confirm(mandate))["Location"] == seat(brazil)
    assert Mandate.objects.get(pk=mandate.pk).confirmed == today()


def test_ended_mandate_is_not_confirmed(client_for, brazil):
    mandate = make_mandate(state=brazil, until=today() - DAY)
    assert client_for(mandate.person).post(confirm(mandate)).status_code in {403, 404}
    mandate.refresh_from_db()
    assert mandate.confirmed is None


# The way there


OF_SECRETARIAT = [("Moderation", "/en/desk/flags/"), ("Seats", BOARD), ("Invitations", "/en/desk/invitations/")]


@pytest.mark.parametrize(
    ("name", "links"),
    [
        ("visitor", []),
        ("partner", []),
        ("expert", []),
        ("alternate", [("My State", "/en/desk/seats/brazil/")]),
        ("focal_point", [("My State", "/en/desk/seats/brazil/")]),
        (
            "secretariat",
            [("Moderation", "/en/desk/flags/"), ("Seats", BOARD), ("Invitations", "/en/desk/invitations/")],
        ),
        (
            "administrator",
            [("Moderation", "/en/desk/flags/"), ("Seats", BOARD), ("Invitations", "/en/desk/invitations/")],
        ),
    ],
)
def test_frame_leads_each_to_the_queues_and_seats_that_he_works_with(name, links, request, client_for):
    page = client_for(request.getfixturevalue(name)).get("/en/styleguide/")
    sections = [(row["label"], row["url"]) for row in page.context["frame"]["sections"]]
    assert [row for row in sections if row[1].startswith("/en/desk/") and row[1] != "/en/desk/"] == links
