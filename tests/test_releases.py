"""Only the owner widens a label: asked after its day, at My desk; nobody else can, in no other way."""

import datetime
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from core.dates import today
from core.labels import Label
from events.models import MajorEvent
from events.subjects import needs_for
from members.models import AuditEntry, Mandate
from notifications.models import Notification
from tests.admin_pages import form_data, save
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_lesson,
    make_need,
    make_state,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PAST = today() - 30 * DAY


@pytest.fixture
def plan(brazil):
    return make_event(
        slug="plan", name="Closed plan", host_state=brazil, label=Label.AMBER, restricted_until=PAST,
        documents=[make_document(title="Annex")],
    )  # fmt: skip


def address(record, kind="event"):
    return reverse("kms:release_detail", args=[kind, record.pk])


def answer(client, record, label, until="", *, kind="event", seen=Label.AMBER):
    return client.post(address(record, kind), {"label": int(label), "until": until, "seen": int(seen)})


def label_of(record):
    return type(record)._base_manager.values_list("label", "restricted_until").get(pk=record.pk)


def test_release_detail_opens_the_record_and_its_documents(client_for, focal_point, plan, client):
    response = answer(client_for(focal_point), plan, Label.CLEAR)
    assert (response.status_code, response["Location"]) == (302, "/en/desk/labels/")
    assert label_of(plan) == (Label.CLEAR, None)
    assert "Closed plan" in client.get("/en/events/plan/").text
    assert [row.effective_label for row in plan.documents.all()] == [Label.CLEAR]
    entry = AuditEntry.objects.get(kind="label")
    assert (entry.person, entry.subject_kind, entry.subject_key) == (focal_point, "event", plan.pk)
    assert entry.detail == "TLP:AMBER → TLP:CLEAR, until –"
    assert plan.history.first().history_user == focal_point


def test_release_detail_keeps_the_label_for_longer(client_for, focal_point, plan):
    later = today() + 90 * DAY
    answer(client_for(focal_point), plan, Label.AMBER, later.isoformat())
    assert label_of(plan) == (Label.AMBER, later)


@pytest.mark.parametrize("name", ["partner", "expert", "alternate", "other_focal_point"])
def test_release_detail_refuses_who_is_not_the_owners_focal_point(request, client_for, name, plan, focal_point):
    MajorEvent.objects.filter(pk=plan.pk).update(label=Label.GREEN)
    client = client_for(request.getfixturevalue(name))
    assert client.get(address(plan)).status_code == 403
    assert answer(client, plan, Label.CLEAR, seen=Label.GREEN).status_code == 403
    assert label_of(plan) == (Label.GREEN, PAST)


def test_release_detail_of_a_hidden_record_is_as_one_that_is_not_there(client_for, other_focal_point, plan):
    MajorEvent.objects.filter(pk=plan.pk).update(label=Label.RED)
    client = client_for(other_focal_point)
    hidden, absent = client.get(address(plan)), client.get("/en/desk/labels/event/99999/")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert client.get("/en/desk/labels/nothing/1/").status_code == 404


def test_secretariat_decides_only_where_the_seat_is_vacant(client_for, secretariat, focal_point, plan):
    client = client_for(secretariat)
    assert answer(client, plan, Label.CLEAR).status_code == 403
    Mandate.objects.update(until=today() - DAY)
    assert answer(client, plan, Label.GREEN).status_code == 302
    assert label_of(plan) == (Label.GREEN, None)
    assert AuditEntry.objects.get(kind="label").person == secretariat


def test_secretariat_decides_about_its_own_records(client_for, secretariat, focal_point):
    activity = make_activity(label=Label.AMBER, restricted_until=PAST)
    assert answer(client_for(focal_point), activity, Label.CLEAR, kind="activity").status_code == 403
    assert answer(client_for(secretariat), activity, Label.CLEAR, kind="activity").status_code == 302
    assert label_of(activity) == (Label.CLEAR, None)


@pytest.mark.parametrize(
    ("label", "until", "problem"),
    [
        (Label.RED, "", "Select a valid choice. 3 is not one of the available choices."),
        (Label.AMBER, "", "Say until when the label is meant."),
        (Label.AMBER, "2001-01-01", "Choose a day that is to come, within thirty years."),
        (Label.GREEN, "9999-01-01", "Choose a day that is to come, within thirty years."),
        (Label.GREEN, "tomorrow", "Enter a valid date."),
    ],
)
def test_release_detail_refuses_what_makes_no_sense(client_for, focal_point, plan, label, until, problem):
    response = answer(client_for(focal_point), plan, label, until)
    assert response.status_code == 200
    assert problem in response.text
    assert label_of(plan) == (Label.AMBER, PAST)


def test_release_detail_refuses_an_answer_to_another_label(client_for, focal_point, plan):
    """Somebody made it TLP:RED while the page was open."""
    client = client_for(focal_point)
    MajorEvent.objects.filter(pk=plan.pk).update(label=Label.RED)
    response = answer(client, plan, Label.GREEN, seen=Label.AMBER)
    assert "the label was changed since you opened this page" in response.text
    assert label_of(plan) == (Label.RED, PAST)


def test_two_posts_of_one_answer_are_one_change(client_for, focal_point, plan):
    client = client_for(focal_point)
    assert [answer(client, plan, Label.GREEN).status_code for _ in range(2)] == [302, 302]
    assert AuditEntry.objects.filter(kind="label").count() == 1


def test_release_list_shows_what_its_reader_decides_about(client_for, focal_point, other_focal_point, plan, mexico):
    fields = {"label": Label.GREEN, "restricted_until": today() + DAY}
    make_instrument(original_title="Coming law", state=plan.host_state, **fields)
    make_need(need="Divers", event=plan, label=Label.RED, restricted_until=PAST + DAY)
    make_event(name="Theirs", host_state=mexico, label=Label.AMBER, restricted_until=PAST)
    text = client_for(focal_point).get("/en/desk/labels/").text
    places = [text.index(said) for said in ("Closed plan", "Divers", "Coming law")]
    assert places == sorted(places)
    assert ("Theirs" in text, text.count('class="tag tag--refused"')) == (False, 2)
    text = client_for(other_focal_point).get("/en/desk/labels/").text
    assert ("Theirs" in text, "Closed plan" in text) == (True, False)


def test_release_list_says_what_it_is_where_nothing_waits(client_for, focal_point):
    assert "No label waits for you" in client_for(focal_point).get("/en/desk/labels/").text


@pytest.mark.parametrize("rows", [1, 3])
def test_release_list_costs_the_same_for_any_number(client_for, focal_point, brazil, rows, django_assert_num_queries):
    for _ in range(rows):
        make_event(host_state=brazil, label=Label.AMBER, restricted_until=PAST)
    client = client_for(focal_point)
    client.get("/en/desk/labels/")
    with django_assert_num_queries(8):
        client.get("/en/desk/labels/")


def test_the_admin_does_not_widen_a_label_whose_owner_has_a_focal_point(client_for, secretariat, focal_point, plan):
    client, url = client_for(secretariat), reverse("admin:events_majorevent_change", args=[plan.pk])
    response = client.post(url, form_data(client.get(url), label=Label.CLEAR, restricted_until=""))
    assert "Only the State that owns this record widens its label" in response.text
    assert label_of(plan) == (Label.AMBER, PAST)
    save(client, url, label=Label.RED)
    assert label_of(plan)[0] == Label.RED
    Mandate.objects.update(until=today() - DAY)
    save(client, url, label=Label.GREEN)
    assert label_of(plan)[0] == Label.GREEN


def told_of(person):
    return [row.kind for row in Notification.objects.visible_to(person)]


def test_ask_releases_tells_the_owners_focal_point_once(focal_point, alternate, secretariat, plan):
    for _ in range(2):
        call_command("ask_releases", stdout=StringIO())
    assert (told_of(focal_point), told_of(alternate), told_of(secretariat)) == (["release_due"], [], [])
    Notification.objects.update(read=timezone.now())
    call_command("ask_releases", stdout=StringIO())
    assert told_of(focal_point) == ["release_due"]
    MajorEvent.objects.update(restricted_until=today() + DAY)
    assert call_command("ask_releases", stdout=StringIO()) is None
    assert Notification.objects.count() == 1


def test_ask_releases_tells_the_secretariat_where_the_seat_is_vacant(secretariat, plan):
    call_command("ask_releases", stdout=StringIO())
    assert told_of(secretariat) == ["release_due"]


def test_ask_releases_asks_for_each_need_beside_its_event(focal_point, other_focal_point, plan, client_for):
    needs = [make_need(need=f"Divers {n}", event=plan, label=Label.RED, restricted_until=PAST) for n in range(2)]
    for _ in range(2):
        call_command("ask_releases", stdout=StringIO())
    asked = set(Notification.objects.visible_to(focal_point).values_list("subject_kind", "subject_key"))
    assert asked == {("event", plan.pk), *(("need", need.pk) for need in needs)}
    assert Notification.objects.count() == 3
    text = client_for(focal_point).get("/en/desk/notifications/").text
    assert "Divers 0" in text and "Divers 1" in text


def test_need_of_a_hidden_event_is_known_to_nobody_from_whom_the_event_is_hidden(
    visitor, focal_point, other_focal_point, plan
):
    need = make_need(need="Divers", event=plan, label=Label.CLEAR)
    MajorEvent.objects.filter(pk=plan.pk).update(label=Label.RED)
    known = [list(needs_for(reader)) for reader in (visitor, other_focal_point, focal_point)]
    assert known == [[], [], [need]]
    assert need.get_absolute_url() == "/en/events/plan/"


def test_change_of_the_owner_widens_no_label(focal_point, plan, brazil, mexico):
    annex = make_document(state=brazil, label=Label.AMBER)
    plan.host_state, plan.label, plan.restricted_until = mexico, Label.CLEAR, None
    annex.state, annex.label = None, Label.CLEAR
    for record in (plan, annex):
        with pytest.raises(ValidationError, match="Only the State that owns this record"):
            record.clean()
    focal_point.mandates.update(until=today() - DAY)
    for record in (plan, annex):
        record.clean()


def named_in(record):
    return sorted(record.named_states.values_list("slug", flat=True))


def test_the_admin_names_no_more_states_where_the_owner_has_a_focal_point(
    client_for, secretariat, focal_point, plan, mexico
):
    other, record = make_state(slug="zx-other"), make_event(host_state=plan.host_state, label=Label.RED)
    record.named_states.set([mexico])
    client, url = client_for(secretariat), reverse("admin:events_majorevent_change", args=[record.pk])
    response = client.post(url, form_data(client.get(url), named_states=[mexico.pk, other.pk]))
    assert response.context["adminform"].form.errors == {
        "named_states": ["Only the State that owns this record names more States; its Focal Point proposes the change."]
    }
    assert named_in(record) == ["mexico"]
    first = record.history.first()
    save(client, url, named_states=[])
    past = reverse("admin:events_majorevent_simple_history", args=[record.pk, first.pk])
    assert named_in(record) == []
    assert client.post(past, form_data(client.get(past), named_states=[mexico.pk])).status_code == 200
    assert named_in(record) == []
    Mandate.objects.update(until=today() - DAY)
    save(client, url, named_states=[mexico.pk, other.pk])
    assert named_in(record) == ["mexico", "zx-other"]


def test_the_admin_names_states_where_the_label_is_narrowed(client_for, secretariat, focal_point, plan, mexico):
    url = reverse("admin:events_majorevent_change", args=[plan.pk])
    save(client_for(secretariat), url, label=Label.RED, named_states=[mexico.pk])
    assert (label_of(plan)[0], named_in(plan)) == (Label.RED, ["mexico"])


STAYS = "The record stays with its State until the State's Focal Point opens it to everybody at My desk."


def test_the_admin_gives_no_record_away_that_its_owner_speaks_for(
    client_for, secretariat, focal_point, plan, brazil, mexico
):
    """Else the secretariat gives it to a State without a Focal Point, and widens its label next."""
    client, url = client_for(secretariat), reverse("admin:events_majorevent_change", args=[plan.pk])
    response = client.post(url, form_data(client.get(url), host_state=mexico.pk))
    assert response.context["adminform"].form.errors == {"host_state": [STAYS]}
    plan.refresh_from_db()
    assert plan.host_state == brazil
    Mandate.objects.update(until=today() - DAY)
    save(client, url, host_state=mexico.pk)
    plan.refresh_from_db()
    assert plan.host_state == mexico


def test_open_record_is_given_away_unless_a_need_is_not_open(client_for, secretariat, focal_point, brazil, mexico):
    open_one, closed = (make_event(host_state=brazil) for _ in range(2))
    make_need(need="Divers", event=closed, label=Label.RED)
    for event in (open_one, closed):
        event.host_state = mexico
    open_one.clean()
    with pytest.raises(ValidationError, match="stays with its State"):
        closed.clean()


def test_need_is_not_moved_to_the_event_of_another_state(focal_point, plan, mexico):
    need = make_need(need="Divers", event=plan, label=Label.AMBER)
    need.event = make_event(host_state=mexico)
    with pytest.raises(ValidationError) as refused:
        need.clean()
    assert list(refused.value.message_dict) == ["event"]


@pytest.mark.parametrize("make", [make_document, make_instrument, make_lesson])
def test_record_of_any_kind_stays_with_its_owner(make, focal_point, brazil, mexico):
    for owner in (None, mexico):
        record = make(state=brazil, label=Label.GREEN)
        record.state = owner
        with pytest.raises(ValidationError) as refused:
            record.clean()
        assert list(refused.value.message_dict) == ["state"]


def test_import_gives_no_record_away(focal_point, plan, mexico, tmp_path, capsys):
    path = tmp_path / "events.csv"
    path.write_text("slug,host_country_iso3\nplan,MEX\n")
    with pytest.raises(CommandError, match="nothing was saved"):
        call_command("load", "events", str(path))
    assert f"host_country_iso3: {STAYS}" in "".join(capsys.readouterr())
