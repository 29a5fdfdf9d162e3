"""My desk: only what waits for its reader, in the order of its deadlines, and what to do where nothing waits."""

import datetime
import re

import pytest

from core.dates import today
from core.labels import Label
from members.models import Mandate
from notifications.actions import notify
from tests.factories import make_event, make_mandate, make_user
from tests.proposing import draft_of, returned, submitted

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
DESK = "/en/desk/"


@pytest.fixture(autouse=True)
def settled(request):
    """Mandates that were confirmed and do not end."""
    Mandate.objects.update(confirmed=today(), until=None)


@pytest.fixture
def desk(client_for):
    """A function that gives what stands on somebody's desk, as [(heading, [sentence])]."""

    def read(user):
        Mandate.objects.filter(confirmed=None).update(confirmed=today())
        groups = client_for(user).get(DESK).context["groups"]
        return [(heading, [task.text for task in tasks]) for heading, _key, tasks in groups]

    return read


def test_desk_leads_a_visitor_to_the_log_in(client):
    response = client.get(DESK)
    assert (response.status_code, response["Location"]) == (302, "/en/account/login/?next=%2Fen%2Fdesk%2F")


def test_desk_follows_a_proposal_to_whose_turn_it_is(desk, focal_point, expert, other_focal_point, secretariat):
    draft = draft_of(focal_point, name_en="Cup")
    assert desk(focal_point) == [("Without a deadline", ["Finish “Cup”"])]
    assert [desk(user) for user in (expert, other_focal_point, secretariat)] == [[], [], []]
    submitted(draft, focal_point)
    assert (desk(focal_point), desk(secretariat)) == ([], [("Without a deadline", ["Review “Cup”"])])
    returned(draft, secretariat)
    assert (desk(focal_point), desk(secretariat)) == ([("Without a deadline", ["Correct “Cup”"])], [])
    assert desk(other_focal_point) == []


def test_desk_groups_by_deadline(desk, focal_point, brazil):
    make_event(name="Closed", host_state=brazil, label=Label.AMBER, restricted_until=today() - DAY)
    make_event(name="Later", host_state=brazil, label=Label.AMBER, restricted_until=today() + 5 * DAY)
    focal_point.mandates.update(until=today() + 40 * DAY)
    draft_of(focal_point, name_en="Cup")
    assert desk(focal_point) == [
        ("Overdue", ["Decide who may read “Closed”"]),
        ("Later", ["Prepare the end of your mandate for Brazil"]),
        ("Without a deadline", ["Finish “Cup”"]),
    ]
    focal_point.mandates.update(until=today() + 7 * DAY)
    assert desk(focal_point)[1] == ("This week", ["Prepare the end of your mandate for Brazil"])


def test_desk_asks_once_a_year_whether_the_mandate_still_holds(client_for, focal_point):
    client = client_for(focal_point)
    focal_point.mandates.update(since=today() - 800 * DAY, confirmed=today() - 364 * DAY)
    assert "Confirm that you still speak for" not in client.get(DESK).text
    focal_point.mandates.update(confirmed=today() - 365 * DAY)
    assert "Confirm that you still speak for Brazil" in client.get(DESK).text


def test_desk_of_the_secretariat_counts_the_mandates_that_end(desk, secretariat, focal_point, alternate):
    Mandate.objects.update(until=today() + 20 * DAY)
    assert desk(secretariat) == [("Later", ["2 mandates end within 90 days"])]
    assert [heading for heading, _ in desk(alternate)] == ["Later"]


def test_desk_shows_what_is_new_and_the_next_events_of_my_state(client_for, focal_point, brazil, mexico, secretariat):
    make_event(slug="ours", name="Ours", host_state=brazil)
    make_event(name="Secret", host_state=brazil, label=Label.RED, publication="draft")
    make_event(name="Theirs", host_state=mexico)
    event = make_event(name="Told", host_state=mexico)
    notify(to=[focal_point], kind="record_changed", subject=("event", event.pk), by=secretariat)
    text = client_for(focal_point).get(DESK).text
    found = [name in text for name in ("Ours", "Theirs", "Secret", "Told")]
    assert found == [True, False, False, True]


@pytest.mark.parametrize("name", ["partner", "expert", "alternate", "focal_point", "secretariat", "administrator"])
def test_desk_where_nothing_waits_says_what_is_worth_doing(request, client_for, name):
    user = request.getfixturevalue(name)
    Mandate.objects.update(confirmed=today())
    response = client_for(user).get(DESK)
    assert "Nothing waits for you." in response.text
    links = [url for _text, _link, url in response.context["ideas"]]
    assert 2 <= len(links) <= 3
    assert [client_for(user).get(url).status_code for url in links] == [200] * len(links)
    assert ("/desk/proposals/event/new/" in response.text) == (name in {"expert", "alternate", "focal_point"})


def test_each_button_of_the_desk_opens_for_its_reader(client_for, focal_point, secretariat, brazil):
    make_event(name="Closed", host_state=brazil, label=Label.AMBER, restricted_until=today() - DAY)
    focal_point.mandates.update(until=today() + 40 * DAY, confirmed=today() - 400 * DAY)
    submitted(draft_of(focal_point), focal_point)
    draft_of(focal_point)
    for user in (focal_point, secretariat):
        client = client_for(user)
        urls = re.findall(r'class="button button--secondary" href="([^"]+)"', client.get(DESK).text)
        assert len(urls) >= 2
        assert [client.get(url).status_code for url in urls] == [200] * len(urls)


@pytest.mark.parametrize("rows", [1, 3])
def test_desk_costs_the_same_for_any_number(client_for, secretariat, rows, django_assert_num_queries):
    for _ in range(rows):
        person = make_mandate(person=None).person
        Mandate.objects.update(until=today() + DAY)
        submitted(draft_of(person), person)
        make_event(host_state=person.state, label=Label.AMBER, restricted_until=today() - DAY)
        event = make_event()
        notify(to=[secretariat], kind="record_changed", subject=("event", event.pk), by=make_user())
    client = client_for(secretariat)
    client.get(DESK)
    with django_assert_num_queries(25):
        client.get(DESK)
