"""Somebody reads: from the forums to a conversation, to what is new, to a day, to words; axe on each of the pages."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from community.models import Forum, Post, ReadState, Thread
from events.models import MajorEvent
from reference.models import MemberState
from tests.browser.test_community_writing import accessible
from tests.factories import make_forum, make_post, make_thread, make_user

pytestmark = pytest.mark.browser
READER = "reader@example.org"
LONG = "Volunteers, background checks and the accreditation of thousands of temporary workers: what has worked so far"
LONG += " " + "X" * 48
TABLE = "| gate | people |\n|---|---|\n| A | 900 |"
MARKED = f"> How high are yours?\n\n**Two metres.**\n\n1. Outer ring\n2. Inner ring\n\n{TABLE}"


@pytest.fixture(scope="module")
def people(portal):
    """A reader and somebody who wrote, of States that no other test looks at."""
    belize, haiti = (MemberState.objects.get(iso3=iso3) for iso3 in ("BLZ", "HTI"))
    reader = make_user(email=READER, name="Rita Reader", state=belize)
    return reader, make_user(email="writes@example.org", name="Wes", state=haiti, name_shown_to="members")


@pytest.fixture
def talk(people):
    """A forum with a conversation of forty posts, of which the reader knows thirty."""
    reader, other = people
    soon = timezone.now() + datetime.timedelta(days=9)
    forum = make_forum(slug="browser-rooms", name="Rooms of the browser", rules="One question each.", closes=soon)
    event = MajorEvent.objects.get(slug="cricket-world-cup-2007")
    thread = make_thread(forum=forum, by=other, title=LONG, text=MARKED, about=("event", event))
    for n in range(2, 41):
        make_post(thread=thread, by=other, text=f"Answer number {n}.")
    ReadState.objects.create(person=reader, thread=thread, number=30)
    Post.objects.filter(thread=thread, number=27).update(status="hidden")
    yield thread
    ReadState.objects.all().delete()
    Thread.objects.filter(forum=forum).delete()
    Forum.objects.filter(pk=forum.pk).delete()


def test_member_finds_what_is_new_and_reads_it(portal, page, sign_in, talk, watched):
    sign_in(READER)
    page.goto(f"{portal.url}/en/community/")
    assert accessible(page) == []
    page.get_by_role("link", name="Rooms of the browser").click()
    assert accessible(page) == []
    page.get_by_role("link", name="10 new posts").click()
    assert page.url.endswith("?from=26#post-31")
    assert page.locator("#new + article").get_attribute("id") == "post-31"
    assert accessible(page) == []
    page.get_by_role("link", name="Earlier").click()
    assert page.locator("#post-1 blockquote").inner_text() == "How high are yours?"
    page.get_by_text("Go to a day").click()
    page.get_by_label("Day").fill("2020-01-01")
    page.get_by_role("button", name="Go").click()
    assert page.url.endswith("#post-1")
    page.get_by_role("button", name="Thank (Post 2)").click()
    assert "1 member thanked" in page.locator("#post-2").inner_text()
    page.get_by_role("button", name="Thank (Post 20)").click()
    expect(page.get_by_text("You thanked for this post.")).to_be_in_viewport()
    expect(page.locator("#post-20")).to_be_in_viewport()
    page.goto(f"{portal.url}/en/community/unread/")
    assert accessible(page) == []
    assert page.get_by_role("link", name=LONG).count() == 0
    assert (watched.complaints, watched.strangers) == ([], [])


def test_member_searches_and_comes_from_an_event(portal, page, sign_in, talk, watched):
    sign_in(READER)
    page.goto(f"{portal.url}/en/community/search/?q=metres&forum=browser-rooms")
    assert page.locator("mark").inner_text() == "metres."
    assert accessible(page) == []
    page.goto(portal.url + talk.event.get_absolute_url())
    section = page.locator("#discussion")
    assert section.get_by_role("link", name=LONG).count() == 1
    section.get_by_role("link", name="Begin a conversation").click()
    assert f"It will be about “{talk.event}”" in page.locator(".lead").inner_text()
    page.get_by_role("link", name="Rooms of the browser").click()
    assert page.url.endswith(f"/browser-rooms/new/?about=event:{talk.event_id}")
    assert (watched.complaints, watched.strangers) == ([], [])


def test_visitor_reads_what_is_open_and_is_told_of_the_rest(portal, page, watched):
    page.goto(f"{portal.url}/en/community/")
    assert page.get_by_text("Members see more of them once they have logged in.").is_visible()
    assert page.get_by_role("link", name="National Focal Points").count() == 0
    page.get_by_role("main").get_by_role("link", name="About the community").click()
    assert page.get_by_text("Nobody has begun a conversation here yet").is_visible()
    assert accessible(page) == []
    assert (watched.complaints, watched.strangers) == ([], [])
