"""Drafts: kept per person and place, found again, never sent twice, never overwritten by another window."""

import re
import uuid

import pytest

from community.models import LONGEST_DRAFT, Draft, Forum, Post, Thread
from core.labels import Label
from tests.factories import make_event, make_forum, make_post, make_thread
from tests.test_community_writing import box, new_url, posted, reply_url, start, told

pytestmark = pytest.mark.django_db
SAVE, DRAFTS = "/en/community/drafts/save/", "/en/community/drafts/"


def hidden(response, name):
    return re.search(f'name="{name}" value="(.*?)"', response.content.decode())[1]


def save(client, thread, words, **data):
    data = {"thread": thread.slug, "token": str(uuid.uuid4()), "version": "0", "text": words} | data
    return client.post(SAVE, data)


def test_draft_is_kept_and_the_form_opens_with_it(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    answer = save(client, thread, "Half a sen")
    version, said = str(answer.json()["version"]), answer.json()["said"]
    assert re.fullmatch(r"Draft saved \d\d:\d\d \(UTC\)", said)
    page = client.get(reply_url(thread))
    assert (box(page), hidden(page, "version")) == ("Half a sen", version)
    beneath = client.get(thread.get_absolute_url())
    assert (box(beneath), hidden(beneath, "version")) == ("Half a sen", version)
    posted(client, reply_url(thread), text="Half a sentence.", version=version)
    assert Draft.objects.count() == 0


def test_draft_of_a_new_conversation_keeps_all_that_was_chosen(client_for, focal_point, mexico):
    forum, event, client = make_forum(), make_event(name="The Games"), client_for(focal_point)
    begun = {
        "title": "Tit",
        "text": "Text",
        "label": "3",
        "named_states": [str(mexico.pk)],
        "about": f"event:{event.pk}",
    }
    response = client.post(new_url(forum), {**begun, "do": "draft", "token": str(uuid.uuid4())})
    assert response.url == new_url(forum)
    page = client.get(new_url(forum))
    assert told(page) == ["The draft is saved. You find it again here, and in your drafts."]
    html = page.content.decode()
    assert 'value="Tit"' in html and box(page) == "Text" and "The Games" in html
    assert re.search(r'name="label" value="3"[^>]* checked', html)
    assert re.search(rf'name="named_states" value="{mexico.pk}"[^>]* checked', html)
    start(client, forum, version=hidden(page, "version"), label="3")
    assert (Draft.objects.count(), Thread.objects.get().title) == (0, "Barriers")


def test_what_is_emptied_is_dropped(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    save(client, thread, "Words", token=(token := str(uuid.uuid4())))
    assert save(client, thread, " \n ", token=token, version="1").json() == {"said": "", "version": 0}
    assert Draft.objects.count() == 0


def test_draft_of_another_window_is_not_overwritten(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    begun = save(client, thread, "A long text of the first window", token=(first := str(uuid.uuid4())))
    two, three = (begun.json()["version"] + more for more in (1, 2))
    other = save(client, thread, "Second", version="0")
    assert other.status_code == 409 and "another window has changed this draft" in other.json()["said"]
    answered = save(client, thread, "A longer text", token=first, version="0")  # the answer before it was lost
    assert answered.json()["version"] == two
    assert save(client, thread, "Taken up elsewhere", version=two).json()["version"] == three
    assert save(client, thread, "The first again", token=first, version=two).status_code == 409
    assert Draft.objects.get().text == "Taken up elsewhere"
    posted(client, reply_url(thread), token=first, version=two)
    assert Draft.objects.get().text == "Taken up elsewhere"


def test_draft_begun_after_another_was_sent_outlasts_a_window_that_knew_the_other(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    known = save(client, thread, "First", token=(first := str(uuid.uuid4()))).json()["version"]
    posted(client, reply_url(thread), token=first, version=known)
    save(client, thread, "Second", version=known)
    posted(client, reply_url(thread), text="Third", version=known)
    assert Draft.objects.get().text == "Second"


def test_draft_that_comes_after_its_post_is_none(client_for, expert):
    """The script keeps a draft while the form is on its way: whichever is first, nothing is left to be sent again."""
    thread, client, token = make_thread(), client_for(expert), str(uuid.uuid4())
    posted(client, reply_url(thread), token=token)
    assert save(client, thread, "How high", token=token).json() == {"said": "", "version": 0}
    Draft.objects.create(
        person=expert, thread=thread, text="How high", token=uuid.UUID(token)
    )  # it was written meanwhile
    assert box(client.get(reply_url(thread))) == box(client.get(thread.get_absolute_url())) == ""
    assert b"How high" not in client.get(DRAFTS).content
    assert save(client, thread, "The next one").json()["version"] == 2


def test_draft_that_is_too_long_is_refused_with_the_limit(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    assert save(client, thread, "x" * LONGEST_DRAFT).status_code == 200
    refused = save(client, thread, "x" * (LONGEST_DRAFT + 1), version="1")
    assert refused.status_code == 409 and "100000" in refused.json()["said"]
    back = client.post(reply_url(thread), {"do": "draft", "text": "y" * (LONGEST_DRAFT + 1)})
    assert back.status_code == 200 and box(back) == "y" * (LONGEST_DRAFT + 1)
    begun = client.post(new_url(thread.forum), {"do": "draft", "title": "x" * 300, "text": "Words"})
    assert (begun.status_code, box(begun), Draft.objects.count()) == (200, "Words", 1)


@pytest.mark.parametrize(
    "data",
    [{"version": "x"}, {"version": "9" * 60}, {"token": "x"}, {"quoted": "x\x00"}, {"label": "9"}, {"text": "\x00a"}],
)
def test_spoilt_draft_is_no_error_of_the_server(client_for, expert, data):
    thread = make_thread()
    assert save(client_for(expert), thread, "Words", **data).status_code in (200, 409)


def test_draft_is_only_of_a_place_that_one_may_know_of(client_for, partner, client):
    thread = make_thread(forum=make_forum(open_to_partners=False))
    for place in ({"thread": thread.slug}, {"forum": thread.forum.slug}, {}):
        answer = client_for(partner).post(SAVE, {"text": "Words", **place})
        assert answer.status_code == 404 and "open to you" in answer.json()["said"]
    assert save(client, thread, "Words").status_code == 403
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("place", [{"thread": "a\0b"}, {"forum": "a\0"}, {"thread": "a" * 81}])
def test_place_that_no_address_can_have_is_none(client_for, expert, place):
    answers = [client_for(expert).post(url, {"text": "x", **place}) for url in (SAVE, "/en/community/preview/")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_draft_list_shows_one_own_drafts_and_goes_on_with_them(client_for, expert, focal_point):
    thread, client = make_thread(title="Barriers of glass"), client_for(expert)
    save(client, thread, "Half a sen")
    client.post(SAVE, {"forum": thread.forum.slug, "title": "My <i>title", "text": "**x**\u202e" + "y" * 500})
    page = client.get(DRAFTS).content.decode()
    assert page.count('<li><p class="when">') == 2
    assert f'{reply_url(thread)}#reply">Barriers of glass' in page and "Half a sen" in page
    assert f'{new_url(thread.forum)}">My &lt;i&gt;title' in page and "y" * 180 in page and "y" * 250 not in page
    others = client_for(focal_point).get(DRAFTS).content.decode()
    assert "You have no drafts." in others and "Half a sen" not in others


def test_draft_list_gives_the_text_back_where_the_place_is_closed(client_for, partner):
    thread, client = make_thread(title="Barriers of glass"), client_for(partner)
    save(client, thread, "Half a sen")
    Forum.objects.filter(pk=thread.forum_id).update(open_to_partners=False)
    page = client.get(DRAFTS).content.decode()
    assert "No longer open to you" in page and "Half a sen</textarea>" in page
    assert "Barriers of glass" not in page and thread.forum.name not in page and thread.slug not in page


def test_draft_list_asks_as_often_for_three_as_for_one(client_for, expert, django_assert_num_queries):
    client, threads = client_for(expert), [make_thread() for _ in range(3)]
    save(client, threads[0], "Words")
    with django_assert_num_queries(6):
        client.get(DRAFTS)
    for thread in threads[1:]:
        save(client, thread, "Words")
    with django_assert_num_queries(6):
        assert client.get(DRAFTS).content.count(b"Words") == 3


def test_draft_delete_asks_once_and_only_its_writer(client_for, expert, focal_point):
    thread, client = make_thread(), client_for(expert)
    save(client, thread, "Half a sen")
    url = f"{DRAFTS}{Draft.objects.get().pk}/delete/"
    assert client_for(focal_point).post(url).status_code == 404
    assert b"Half a sen" in client.get(url).content and Draft.objects.count() == 1
    assert client.post(url).url == DRAFTS
    assert (Draft.objects.count(), client.post(url).status_code) == (0, 404)


def test_form_opens_with_the_draft_and_the_quote_beneath(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    quoted = make_post(thread=thread, text="Two metres.")
    save(client, thread, "Half a sen")
    text = box(client.get(reply_url(thread), {"quote": quoted.pk}))
    assert text.startswith("Half a sen\n\n&gt; [") and text.endswith("&gt; Two metres.\n\n")


def test_draft_of_a_closed_thread_is_shown_to_be_copied(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    save(client, thread, "Half a sen")
    Thread.objects.filter(pk=thread.pk).update(is_locked=True)
    page = client.get(reply_url(thread))
    assert box(page) == "Half a sen" and "conversation is locked" in page.content.decode()


def test_label_of_a_draft_is_never_wider_than_the_forum_is_now(client_for, focal_point):
    forum, client = make_forum(), client_for(focal_point)
    client.post(SAVE, {"forum": forum.slug, "text": "Words", "label": "1"})
    Forum.objects.filter(pk=forum.pk).update(label=Label.AMBER)
    page = client.get(new_url(forum)).content.decode()
    assert re.search(r'name="label" value="2"[^>]* checked', page) and 'name="label" value="1"' not in page
    assert Post.objects.count() == 0
