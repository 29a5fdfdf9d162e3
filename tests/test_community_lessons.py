"""A conversation becomes a lesson with one click: what is taken along, what is not, who may."""

import pytest

from core.labels import Label
from moderation.models import Proposal
from tests.factories import make_event, make_forum, make_post, make_thread

pytestmark = pytest.mark.django_db


def address(thread):
    return f"/en/community/threads/{thread.slug}/lesson/"


def test_lesson_begins_with_what_ones_state_wrote(client_for, focal_point, expert, other_focal_point, brazil):
    event = make_event()
    thread = make_thread(by=expert, title="Barriers", text="Two metres were too low.", about=("event", event))
    make_post(thread=thread, by=other_focal_point, text="Ours are three.")
    make_post(thread=thread, by=focal_point, text="We **bought** [new ones](https://example.org):\n\n- tall\n- heavy")
    page = client_for(focal_point).post(address(thread), follow=True)
    proposal = Proposal.objects.get()
    assert page.redirect_chain[-1][0] == f"/en/desk/proposals/{proposal.uuid}/edit/"
    assert proposal.state == brazil and proposal.status == "draft" and proposal.title == "Barriers"
    assert proposal.data["what_happened_en"] == ["Two metres were too low.\n\nWe bought new ones:\n\n– tall\n\n– heavy"]
    assert (proposal.data["event"], proposal.data["label"]) == ([str(event.pk)], ["1"])


def test_lesson_rests_on_its_states_first_post_whose_address_tells_nothing(client_for, focal_point, settings):
    settings.BASE_URL = "https://kms.example.org"
    thread = make_thread(title="Zx barriers")
    first, _second = (make_post(thread=thread, by=focal_point) for _ in range(2))
    client_for(focal_point).post(address(thread).replace("/en/", "/es/"))
    evidence = Proposal.objects.get().data["evidence"]
    assert evidence == [f"https://kms.example.org/community/posts/{first.pk}/"]
    found = client_for(focal_point).get(f"/community/posts/{first.pk}/", follow=True)
    assert found.redirect_chain[-1][0] == f"{thread.get_absolute_url()}#post-2"


def test_lesson_of_a_conversation_in_which_ones_state_wrote_nothing_rests_on_nothing_yet(client_for, focal_point):
    client_for(focal_point).post(address(make_thread()))
    data = Proposal.objects.get().data
    assert "evidence" not in data and "what_happened_en" not in data


def test_second_click_leads_to_the_same_draft(client_for, focal_point):
    thread = make_thread(by=focal_point)
    first, second = (client_for(focal_point).post(address(thread)).url for _ in range(2))
    assert first == second and Proposal.objects.count() == 1


@pytest.mark.parametrize("ended", ["accepted", "withdrawn"])
def test_click_after_the_first_lesson_ended_begins_another(client_for, focal_point, ended):
    thread = make_thread(by=focal_point)
    client = client_for(focal_point)
    first = client.post(address(thread)).url
    Proposal.objects.update(status=ended)
    second, again = client.post(address(thread)).url, client.post(address(thread)).url
    assert (second != first, again, Proposal.objects.count()) == (True, second, 2)


def test_only_who_writes_for_a_state_makes_lessons(client, client_for, partner, secretariat):
    thread = make_thread()
    assert [client_for(person).post(address(thread)).status_code for person in (partner, secretariat)] == [403, 403]
    assert client.post(address(thread)).status_code == 302
    assert Proposal.objects.count() == 0


def test_a_hidden_conversation_makes_no_lesson(client_for, expert, focal_point):
    thread = make_thread(forum=make_forum(label=Label.AMBER), by=focal_point)
    assert client_for(expert).post(address(thread)).status_code == 404


def test_an_event_that_is_hidden_from_the_writer_is_left_out(client_for, expert):
    hidden = make_event(label=Label.AMBER)
    thread = make_thread(by=expert)
    type(thread).objects.filter(pk=thread.pk).update(event=hidden)
    client_for(expert).post(address(thread))
    assert "event" not in Proposal.objects.get().data
