"""Following a conversation: levels, what is told, the link of the daily mail, a combination; also without scripts."""

import re

import pytest
from django.core import mail

from community.models import Forum, Post
from notifications.daily import send_daily_mails
from notifications.models import Notification, Watch
from reference.models import MemberState
from tests.browser.test_community_writing import accessible
from tests.factories import make_forum, make_post, make_thread, make_user

pytestmark = pytest.mark.browser
READER = "follower@example.org"


@pytest.fixture(scope="module")
def people(portal):
    states = [MemberState.objects.get(iso3=iso3) for iso3 in ("GUY", "SUR")]
    return make_user(email=READER, state=states[0]), make_user(email="poster@example.org", state=states[1])


@pytest.fixture
def thread(people):
    """A conversation that everybody reads, in a forum that no other test looks at."""
    forum = make_forum(slug="browser-watching", name="Watching", label=0)
    yield make_thread(forum=forum, by=people[1], title="Floodlights")
    Notification.objects.filter(person__in=people).delete()
    Watch.objects.filter(person__in=people).delete()
    Post.objects.filter(thread__forum=forum).delete()
    forum.threads.all().delete()
    Forum.objects.filter(pk=forum.pk).delete()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    return page.locator(".messages").inner_text()


def test_reader_follows_a_conversation_to_the_link_of_the_daily_mail(portal, page, sign_in, people, thread, watched):
    sign_in(READER)
    page.goto(portal.url + thread.get_absolute_url())
    assert "You watch “Floodlights”" in press(page, "Watch")
    make_post(thread=thread, by=people[1], text="Ours are bright.")
    page.goto(f"{portal.url}/en/desk/notifications/")
    assert page.get_by_role("heading", name="1 new post in “Floodlights”.").is_visible()
    mail.outbox = []
    send_daily_mails()
    [sent] = [message for message in mail.outbox if message.to == [READER]]
    link = re.search(r"/en/community/threads/\S+", sent.body).group()
    page.goto(portal.url + link)
    assert page.get_by_text("Ours are bright.").is_visible()
    assert "You muted “Floodlights”" in press(page, "Mute")
    make_post(thread=thread, by=people[1], text="Still.")
    assert Notification.objects.get(person__email=READER).times == 1
    assert "mentions and answers only" in press(page, "Mentions only")
    assert accessible(page) == []
    assert (watched.complaints, watched.strangers) == ([], [])


def test_levels_and_combinations_work_without_scripts(portal, browser, context, page, sign_in, thread):
    sign_in(READER)
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    bare = plain.new_page()
    bare.goto(portal.url + thread.forum.get_absolute_url())
    assert "You watch “Watching”" in press(bare, "Watch")
    bare.goto(f"{portal.url}/en/desk/watches/")
    bare.get_by_role("link", name="Watch a combination").click()
    bare.get_by_role("button", name="Keep this combination").click()
    assert bare.get_by_role("heading", name="There is a problem").is_visible()
    bare.get_by_label("State", exact=False).first.select_option(label="Guyana")
    bare.get_by_label("Kind of record").select_option(label="Conversation")
    bare.get_by_label("Muted: nothing").check()
    assert "It is in your list: Muted." in press(bare, "Keep this combination")
    row = bare.get_by_role("row", name="Guyana + Conversation")
    row.get_by_role("button", name="Watch").click()
    assert "Changed: Watching." in bare.locator(".messages").inner_text()
    for address in ("/en/desk/watches/", "/en/desk/watches/new/"):
        page.goto(portal.url + address)
        assert accessible(page) == []
    row.get_by_role("button", name="Stop watching").click()
    assert bare.get_by_text("Guyana + Conversation").count() == 0
    plain.close()
