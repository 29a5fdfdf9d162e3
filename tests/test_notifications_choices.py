"""How people choose which mails they get, and stop them by the link in one."""

import pytest
from django.core import signing
from django.test import Client

from notifications.actions import choose_mail
from notifications.daily import send_daily_mails
from notifications.kinds import KINDS, Group, NotificationKind
from notifications.mails import SALT
from notifications.models import Notification, Preference
from tests.factories import make_event, make_user
from tests.test_notifications_mails import tell

pytestmark = pytest.mark.django_db

PREFERENCES = "/en/account/notifications/"
AT_ONCE, DAILY = Preference.Mail.AT_ONCE, Preference.Mail.DAILY
MINE = NotificationKind("zx_mine", Group.MY_WORK, "%(by)s returned “%(title)s”.", "Something came back to you.")


@pytest.fixture(autouse=True)
def kind_of_my_work(monkeypatch):
    monkeypatch.setitem(KINDS, MINE.name, MINE)


@pytest.fixture
def daily_reader(focal_point):
    choose_mail(focal_point, dict.fromkeys(Group, DAILY))
    return focal_point


def test_preferences_are_shown_and_kept(client_for, focal_point):
    client = client_for(focal_point)
    page = client.get(PREFERENCES)
    usual = dict.fromkeys(Group, AT_ONCE) | {Group.DISCUSSIONS: DAILY}
    assert {name: field.initial for name, field in page.context["form"].fields.items()} == usual
    chosen = {
        "my_work": "at_once",
        "watched": "daily",
        "my_state": "never",
        "answers": "weekly",
        "discussions": "never",
    }
    for _ in range(2):
        assert "Your choice is saved." in client.post(PREFERENCES, chosen, follow=True).content.decode()
    assert dict(Preference.objects.values_list("group", "mail")) == chosen
    assert {name: field.initial for name, field in client.get(PREFERENCES).context["form"].fields.items()} == chosen


def test_preferences_ask_for_records_of_a_state_only_who_speaks_for_one(client_for, expert):
    client = client_for(expert)
    assert list(client.get(PREFERENCES).context["form"].fields) == ["my_work", "watched", "answers", "discussions"]
    chosen = {"my_work": "daily", "watched": "never", "answers": "at_once", "discussions": "weekly"}
    client.post(PREFERENCES, chosen | {"my_state": "never"})
    assert dict(Preference.objects.values_list("group", "mail")) == chosen


def test_preferences_that_are_no_choice_are_given_back(client_for, focal_point):
    client = client_for(focal_point)
    page = client.post(PREFERENCES, {"my_work": "hourly", "watched": "never", "somebody": "never"})
    assert list(page.context["form"].errors) == ["my_work", "my_state", "answers", "discussions"]
    assert page.context["form"]["watched"].value() == "never"
    assert "There is a problem" in page.content.decode()
    assert Preference.objects.count() == 0


def test_preferences_are_a_members(client, db):
    assert client.get(PREFERENCES).url.startswith("/en/account/login/")


def stop_address(message):
    return message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")


def test_link_in_a_mail_stops_its_group_without_a_log_in(focal_point, mailoutbox):
    tell(focal_point, make_event())
    address = stop_address(mailoutbox[0])
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get(address)
    assert "Stop such mails?" in page.content.decode()
    assert "changes of what I watch" in page.content.decode()
    assert focal_point.email not in page.content.decode()
    assert Preference.objects.count() == 0
    for _ in range(2):
        done = stranger.post(address, {"List-Unsubscribe": "One-Click"})
        assert (done.status_code, "You get no more such mails" in done.content.decode()) == (200, True)
    assert dict(Preference.objects.values_list("group", "mail")) == {"watched": "never"}
    tell(focal_point, make_event())
    assert len(mailoutbox) == 1


def test_link_in_a_daily_mail_stops_the_groups_that_are_in_it(daily_reader, mailoutbox):
    tell(daily_reader, make_event())
    tell(daily_reader, make_event(), kind=MINE.name)
    send_daily_mails()
    Client().post(stop_address(mailoutbox[0]))
    chosen = dict.fromkeys(Group, "daily") | {"my_work": "never", "watched": "never"}
    assert dict(Preference.objects.values_list("group", "mail")) == chosen


def test_page_of_the_link_is_in_the_language_of_its_person(focal_point, mailoutbox):
    focal_point.preferred_language = "fr"
    focal_point.save()
    tell(focal_point, make_event())
    page = Client().get(stop_address(mailoutbox[0]), headers={"accept-language": "es"})
    assert '<html lang="fr">' in page.content.decode()
    assert page.headers["Content-Language"] == "fr"


@pytest.mark.parametrize("method", ["get", "post"])
def test_tampered_link_stops_nothing(focal_point, mailoutbox, method):
    tell(focal_point, make_event())
    token = stop_address(mailoutbox[0]).split("/")[2]
    payload, rest = token.split(":", 1)
    for wrong in ("x", f"{payload[:-1]}A:{rest}", f"{token}x", f"WzEsWyJteV93b3JrIl1d:{rest}", "x" * 5000):
        page = getattr(Client(), method)(f"/unsubscribe/{wrong}/")
        assert (page.status_code, "This link does not work" in page.content.decode()) == (404, True)
    assert Preference.objects.count() == 0


def test_link_of_another_signature_is_refused(focal_point):
    token = signing.dumps([focal_point.pk, ["watched"]], salt="another")
    assert Client().post(f"/unsubscribe/{token}/").status_code == 404


def test_link_of_an_account_that_is_gone_is_refused(mailoutbox):
    person = make_user()
    tell(person, make_event())
    address = stop_address(mailoutbox[0])
    Notification.objects.all().delete()
    person.delete()
    assert Client().post(address).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_link_of_a_group_that_is_gone_says_that_it_is_out_of_date(focal_point, method):
    token = signing.dumps([focal_point.pk, ["newsletter"]], salt=SALT)
    page = getattr(Client(), method)(f"/unsubscribe/{token}/")
    assert (page.status_code, "no longer sends mails of this kind" in page.content.decode()) == (410, True)
    assert Preference.objects.count() == 0


def test_link_of_which_one_group_is_gone_stops_the_other(focal_point):
    token = signing.dumps([focal_point.pk, ["newsletter", "watched"]], salt=SALT)
    assert Client().post(f"/unsubscribe/{token}/").status_code == 200
    assert dict(Preference.objects.values_list("group", "mail")) == {"watched": "never"}


@pytest.mark.parametrize("held", ["watched", ["x"], [1, 2, 3], ["x", ["watched"]], [[], {}], [None, None], 7, {}, None])
def test_link_of_another_shape_is_refused(held, db):
    assert Client().post(f"/unsubscribe/{signing.dumps(held, salt=SALT)}/").status_code == 404
