"""Debriefs: who is asked what was learned at an event, when, once; the form that begins with the event."""

import datetime
import re
import uuid

import pytest

from core.dates import today
from core.labels import Label
from events.debriefs import ask_debriefs, debriefs_for
from moderation.actions import create
from moderation.kinds import KINDS
from notifications.models import Notification
from tests.factories import make_event, make_lesson

pytestmark = pytest.mark.django_db


def ended(days, **fields):
    day = today() - datetime.timedelta(days=days)
    return make_event(start=day, end=day, **fields)


def told():
    rows = Notification.objects.of_kind("debrief_due").values_list("person__email", "subject_key")
    return sorted(rows)


def test_hosts_are_asked_a_month_after_their_event_and_once(focal_point, other_focal_point, alternate, brazil):
    event = ended(30, host_state=brazil, other_hosts=[other_focal_point.state])
    ended(29, host_state=brazil), ended(121, host_state=brazil), ended(40, host_state=brazil, status="cancelled")
    assert ask_debriefs() == 2
    assert told() == [(focal_point.email, event.pk), (other_focal_point.email, event.pk)]
    assert ask_debriefs() == 0


def test_who_told_already_is_not_asked(focal_point, brazil):
    make_lesson(event=ended(40, host_state=brazil), state=brazil)
    assert ask_debriefs() == 0
    assert debriefs_for(focal_point) == []


def test_nobody_is_asked_of_what_he_may_not_know(brazil, focal_point, other_focal_point):
    event = ended(40, host_state=brazil, other_hosts=[other_focal_point.state], label=Label.RED)
    assert ask_debriefs() == 1
    assert told() == [(focal_point.email, event.pk)]
    assert debriefs_for(other_focal_point) == []


def test_desk_leads_to_a_form_that_begins_with_the_event(client_for, focal_point, expert, brazil):
    event = ended(40, host_state=brazil, name="Games")
    client = client_for(focal_point)
    desk = client.get("/en/desk/").content.decode()
    address = f"/en/desk/proposals/lesson/new/?event={event.pk}"
    assert "Tell others what you learned at “Games”" in desk and f'href="{address}"' in desk
    form = client.get(address).content.decode()
    assert re.search(rf'<option value="{event.pk}" selected>', form)
    assert "what you learned" not in client_for(expert).get("/en/desk/").content.decode()


@pytest.mark.parametrize("value", ["x", "9" * 40, "-1", "", "%00"])
def test_form_with_a_strange_event_begins_empty(client_for, focal_point, value):
    page = client_for(focal_point).get(f"/en/desk/proposals/lesson/new/?event={value}")
    assert page.status_code == 200 and not re.search(r'<option value="\d+" selected>', page.content.decode())


def test_form_does_not_tell_of_an_event_that_its_reader_may_not_know(client_for, focal_point):
    hidden = make_event(name="Hidden summit", label=Label.RED)
    page = client_for(focal_point).get(f"/en/desk/proposals/lesson/new/?event={hidden.pk}").content.decode()
    assert "Hidden summit" not in page and f'value="{hidden.pk}" selected' not in page


def test_a_lesson_that_was_begun_is_not_asked_for_again(focal_point, brazil):
    event = ended(40, host_state=brazil)
    assert debriefs_for(focal_point) == [event]
    data = {"title_en": ["Gates"], "event": [str(event.pk)]}
    create(about=KINDS["lesson"], state=focal_point.state, token=uuid.uuid4(), data=data, by=focal_point)
    assert debriefs_for(focal_point) == []
