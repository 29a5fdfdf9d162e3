"""Notifications in the portal: who is told, what the list shows then, what reading it changes."""

import datetime
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Schedule

from core.freshness import content_version
from core.labels import Label
from notifications.actions import mark_read, notify
from notifications.kinds import KINDS, Group, NotificationKind
from notifications.models import Notification
from notifications.paging import number_of
from tests.factories import make_event, make_instrument

pytestmark = pytest.mark.django_db

LIST = "/en/desk/notifications/"
LIST_QUERIES = 5  # session, account, mandates, the rows, their records
MINE = NotificationKind("zx_mine", Group.MY_WORK, "%(by)s returned “%(title)s”.", "Something came back to you.")


@pytest.fixture(autouse=True)
def kind_of_my_work(monkeypatch):
    monkeypatch.setitem(KINDS, MINE.name, MINE)


def tell(person, record=None, *, kind="record_changed", by=None, **fields):
    """Tell one person of an event; returns the row."""
    subject = ("event", record.pk) if record else ("", None)
    notify(to=[person], kind=kind, subject=subject, by=by, **fields)
    return Notification.objects.filter(person=person).first()


def unread(person):
    person.refresh_from_db()
    return person.unread_notifications


def shown(client, **query):
    """The (sentence, whether it is marked as not read, address of its record) of each row of the list."""
    page = client.get(LIST, query)
    return [(item.sentence, item.row.read is None, item.url) for item in page.context["told"]]


# Who is told


def test_notify_writes_a_row_for_each_and_counts_it(focal_point, other_focal_point, secretariat):
    event = make_event()
    people = [focal_point, other_focal_point, secretariat, focal_point]
    assert notify(to=people, kind="record_changed", subject=("event", event.pk), by=secretariat) == 2
    rows = Notification.objects.order_by("pk").values_list("person", "kind", "subject_kind", "subject_key", "by")
    who = [focal_point.pk, other_focal_point.pk]
    assert list(rows) == [(pk, "record_changed", "event", event.pk, secretariat.pk) for pk in who]
    assert [unread(person) for person in (focal_point, other_focal_point, secretariat)] == [1, 1, 0]


def test_closed_accounts_are_told_nothing(focal_point, mailoutbox):
    focal_point.is_active = False
    focal_point.save()
    assert notify(to=[focal_point], kind="record_changed", subject=("event", make_event().pk)) == 0
    assert (Notification.objects.count(), mailoutbox) == (0, [])


@pytest.mark.parametrize(
    ("label", "told"),
    [
        (Label.CLEAR, {"partner", "expert", "focal_point", "other_focal_point"}),
        (Label.GREEN, {"partner", "expert", "focal_point", "other_focal_point"}),
        (Label.AMBER, {"focal_point", "other_focal_point"}),
        (Label.RED, {"focal_point"}),
    ],
)
def test_who_may_not_know_of_a_record_is_not_told_of_it(request, brazil, label, told, mailoutbox):
    cast = {name: request.getfixturevalue(name) for name in ("partner", "expert", "focal_point", "other_focal_point")}
    event = make_event(host_state=brazil, label=label)
    notify(to=cast.values(), kind="record_changed", subject=("event", event.pk), label=label)
    assert {row.person.email for row in Notification.objects.all()} == {cast[name].email for name in told}
    assert {mail.to[0] for mail in mailoutbox} == {cast[name].email for name in told}


def test_ended_mandate_is_told_no_more_of_what_it_opened(brazil, focal_point):
    event = make_event(host_state=brazil, label=Label.RED)
    focal_point.mandates.update(until=timezone.now().date() - datetime.timedelta(days=1))
    assert notify(to=[focal_point], kind="record_changed", subject=("event", event.pk), label=Label.RED) == 0


def test_the_same_told_again_is_the_same_row_until_it_is_read(focal_point, secretariat, administrator):
    event, other = make_event(), make_event()
    first = tell(focal_point, event, by=secretariat)
    tell(focal_point, other, by=secretariat)
    again = tell(focal_point, event, by=administrator)
    assert (again.pk, again.by, again.created > first.created) == (first.pk, administrator, True)
    assert unread(focal_point) == 2
    mark_read(by=focal_point, key=again.pk)
    assert tell(focal_point, event, by=secretariat).pk != first.pk
    assert (Notification.objects.count(), unread(focal_point)) == (3, 2)


def test_the_kept_number_is_put_right_by_the_next_notification(focal_point):
    focal_point.unread_notifications = 7  # as when an account is saved as it was read some time ago
    focal_point.save()
    tell(focal_point, make_event())
    assert unread(focal_point) == 1


# The list


def test_list_says_what_happened_newest_first(client_for, focal_point, secretariat):
    old, new = make_event(slug="old", name="Old Games"), make_event(slug="new", name="New Games")
    mark_read(by=focal_point, key=tell(focal_point, old, by=secretariat).pk)
    tell(focal_point, new, by=secretariat)
    client = client_for(focal_point)
    assert shown(client) == [
        ("“New Games” was changed.", True, "/en/events/new/"),
        ("“Old Games” was changed.", False, "/en/events/old/"),
    ]
    page = client.get(LIST).content.decode()
    assert (page.count("Not read"), page.count("new</span>)</b>")) == (1, 2)  # the header stands there twice
    assert "1 is not read yet." in page
    assert [text for text, *_ in shown(client_for(secretariat))] == []


def test_list_names_a_record_in_the_readers_language(client_for, focal_point):
    tell(focal_point, make_event(name_en="Carnival", name_pt="Carnaval"))
    page = client_for(focal_point).get("/pt-br/desk/notifications/")
    assert "Carnaval" in page.context["told"][0].sentence


def test_list_without_a_row_says_what_can_be_watched(client_for, focal_point):
    page = client_for(focal_point).get(LIST).content.decode()
    assert "Nothing yet" in page
    assert "choose “Watch”" in page
    assert "Mark all as read" not in page


def test_record_that_was_closed_to_the_reader_is_neither_named_nor_linked(client_for, other_focal_point, brazil):
    event = make_event(slug="zx-secret", name="Zx secret", host_state=brazil)
    row = tell(other_focal_point, event)
    client = client_for(other_focal_point)
    assert "Zx secret" in client.get(LIST).content.decode()
    for closing in ({"label": Label.RED}, {"label": Label.CLEAR, "publication": "withdrawn"}):
        type(event).objects.filter(pk=event.pk).update(**closing)
        assert shown(client) == [("Something you watch has changed.", True, "")]
        page = client.get(LIST).content.decode()
        assert [text for text in ("Zx secret", "zx-secret") if text in page] == []
        assert client.get(f"{LIST}{row.pk}/open/").url == LIST
    event.delete()
    assert shown(client) == [("Something you watch has changed.", True, "")]


def test_kind_that_is_no_longer_known_still_has_a_sentence(client_for, focal_point):
    Notification.objects.create(person=focal_point, kind="gone", subject_kind="gone", subject_key=1)
    assert shown(client_for(focal_point)) == [("There is something new.", True, "")]


def test_who_caused_it_is_named_to_those_to_whom_the_person_shows_the_name(client_for, expert, alternate, focal_point):
    event = make_event()
    focal_point.name = "Rui Point"
    focal_point.save()
    for reader in (expert, alternate):
        tell(reader, event, kind=MINE.name, by=focal_point)
    named, unnamed = f"Rui Point returned “{event}”.", f"a member returned “{event}”."
    assert [shown(client_for(reader))[0][0] for reader in (expert, alternate)] == [unnamed, named]
    focal_point.name_shown_to = "members"
    focal_point.save()
    assert shown(client_for(expert))[0][0] == named


def test_list_is_turned_by_key(client_for, focal_point):
    now = timezone.now()
    rows = [
        Notification(person=focal_point, kind="gone", created=now - datetime.timedelta(minutes=n // 2))
        for n in range(60)
    ]
    Notification.objects.bulk_create(rows)
    client, seen, query = client_for(focal_point), [], {}
    for number in (25, 25, 10):
        page = client.get(LIST, query)
        found = [item.row.pk for item in page.context["told"]]
        assert len(found) == number
        seen, query = seen + found, {"before": page.context["older"]}
    assert page.context["older"] == ""
    assert seen == list(Notification.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1-", "-1-1", "1-1-1", "9" * 18 + "-1", "1-" + "9" * 19, "١-١", "1-1\x00"]
)
def test_cursor_that_cannot_be_is_404(client_for, focal_point, cursor):
    assert client_for(focal_point).get(LIST, {"before": cursor}).status_code == 404


@pytest.mark.parametrize("cursor", ["0-0", "99999999999999999-999999999999999999"])
def test_cursor_at_either_end_is_borne(client_for, focal_point, cursor):
    tell(focal_point, make_event())
    assert client_for(focal_point).get(LIST, {"before": cursor}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_notification_list_needs_the_same_queries_for_one_row_and_for_three(
    client_for, focal_point, secretariat, rows, django_assert_num_queries
):
    for _ in range(rows):
        tell(focal_point, make_event(), by=secretariat)
    client = client_for(focal_point)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get(LIST).context["told"]) == rows


def test_list_asks_once_more_for_each_other_kind_of_record(client_for, focal_point, django_assert_num_queries):
    tell(focal_point, make_event())
    notify(to=[focal_point], kind="record_changed", subject=("instrument", make_instrument().pk))
    client = client_for(focal_point)
    with django_assert_num_queries(LIST_QUERIES + 1):
        assert len(client.get(LIST).context["told"]) == 2


def test_number_in_the_header_costs_no_query(client_for, focal_point):
    make_event()
    client, counts = client_for(focal_point), []
    for number in (0, 3):
        for _ in range(number):
            tell(focal_point, make_event())
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/en/themes/").content.decode()
        counts.append(len(captured))
        assert ("<b>(3<span" in page) == (number == 3)
    assert counts[0] == counts[1]


def test_visitor_sees_neither_number_nor_link(client, db):
    page = client.get("/en/themes/").content.decode()
    assert (LIST in page, "csrf" in page) == (False, False)


def test_visitor_is_led_to_the_log_in(client, db):
    for address in (LIST, f"{LIST}1/open/"):
        login = f"/en/account/login/?next={quote(address, safe='')}"
        assert [client.get(address).url, client.post(address).url] == [login, login]


# Reading


def test_opening_marks_as_read_and_leads_to_the_record(client_for, focal_point):
    row = tell(focal_point, make_event(slug="games"))
    client = client_for(focal_point)
    for _ in range(2):  # a double post is one post
        assert client.post(f"{LIST}{row.pk}/open/").url == "/en/events/games/"
        row.refresh_from_db()
        assert (row.read is None, unread(focal_point)) == (False, 0)


def test_link_of_a_mail_leads_on_and_changes_nothing(client_for, focal_point):
    row = tell(focal_point, make_event(slug="games"))
    assert client_for(focal_point).get(f"{LIST}{row.pk}/open/").url == "/en/events/games/"
    row.refresh_from_db()
    assert (row.read, unread(focal_point)) == (None, 1)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["other_focal_point", "secretariat", "administrator"])
def test_somebody_elses_notification_is_not_there(request, client_for, focal_point, who, method):
    row = tell(focal_point, make_event())
    client = client_for(request.getfixturevalue(who))
    for key in (row.pk, row.pk + 1):
        assert getattr(client, method)(f"{LIST}{key}/open/").status_code == 404
    assert unread(focal_point) == 1


def test_marking_all_leaves_what_came_after_the_page_was_made(client_for, focal_point, other_focal_point):
    event, late = make_event(), make_event()
    tell(focal_point, event)
    tell(other_focal_point, event)
    client = client_for(focal_point)
    until = client.get(LIST).context["until"]
    tell(focal_point, late)
    page = client.post(LIST, {"until": until}, follow=True)
    assert "marked as read" in page.content.decode()
    assert [not_read for _, not_read, _ in shown(client)] == [True, False]
    assert (unread(focal_point), unread(other_focal_point)) == (1, 1)


def test_button_of_a_later_page_marks_what_is_older(client_for, focal_point):
    newest = tell(focal_point, make_event())
    oldest = tell(focal_point, make_event())
    Notification.objects.filter(pk=oldest.pk).update(created=newest.created - datetime.timedelta(days=1))
    oldest.refresh_from_db()
    client_for(focal_point).post(LIST, {"until": number_of(oldest.created)})
    assert list(Notification.objects.unread()) == [newest]


@pytest.mark.parametrize("until", [None, "", "x", "-1", "9" * 18, "1.5", "\x00"])
def test_marking_until_no_time_is_refused(client_for, focal_point, until):
    tell(focal_point, make_event())
    response = client_for(focal_point).post(LIST, {} if until is None else {"until": until})
    assert (response.status_code, unread(focal_point)) == (400, 1)


# Kept pages


def test_telling_and_reading_make_no_kept_page_old(focal_point):
    event = make_event()
    before = content_version()
    tell(focal_point, event)
    mark_read(by=focal_point, key=Notification.objects.get().pk)
    assert content_version() == before


# How long they are kept


def test_what_was_read_more_than_a_year_ago_goes(focal_point, capsys):
    old, late, unread_one = (tell(focal_point, make_event()) for _ in range(3))
    year_ago = timezone.now() - datetime.timedelta(days=366)
    Notification.objects.update(created=year_ago)
    Notification.objects.filter(pk=old.pk).update(read=year_ago)
    Notification.objects.filter(pk=late.pk).update(read=timezone.now() - datetime.timedelta(days=364))
    call_command("trim_notifications")
    assert set(Notification.objects.all()) == {late, unread_one}
    assert capsys.readouterr().out == "1 notification deleted.\n"


def test_queue_trims_them_every_day(db):
    call_command("schedule_upkeep")
    assert Schedule.objects.filter(name="trim_notifications", schedule_type=Schedule.DAILY).count() == 1
