"""From a report to the decision, as member and moderator; joining and moving in the browser; and the pages for all."""

import uuid

import pytest
from playwright.sync_api import expect

from community.actions import Words, add_post, start_thread
from community.models import Forum, Post, Thread
from core.labels import Label
from members.models import User
from moderation import flags
from moderation.models import Decision, Flag
from notifications.models import Notification, Watch
from reference.models import MemberState
from tests.browser.test_notifications import accessible
from tests.browser.test_pages import unfold
from tests.browser.test_proposals import follow, press, said
from tests.factories import make_forum, make_organisation, make_user

pytestmark = pytest.mark.browser

NFP, SECRETARIAT, AUTHOR, PARTNER = (
    "nfp@example.org", "secretariat@example.org", "moderated@example.org", "selling@example.org",
)  # fmt: skip
LONG = "Fences and barriers of all kinds at the gates of stadiums, arenas, squares, and wherever else people queue for "
LONG += "long, in 34 States"


@pytest.fixture
def talk(portal):
    """A conversation that no other test looks at, and one of a partner that waits; gone after the test."""
    author = make_user(email=AUTHOR, name="Marta Moderated", state=MemberState.objects.get(iso3="PER"))
    partner = make_user(email=PARTNER, name="Paul Partner", organisation=make_organisation())
    forum = make_forum(slug="moderated-talk", name="Moderated talk")
    amber = make_forum(slug="moderated-amber", name="For Focal Points", label=Label.AMBER)
    thread = start_thread(forum=forum, title=LONG, words=words("You are fools."), by=author).thread
    add_post(thread=thread, words=words("Two metres, with `gates`."), by=author)
    add_post(thread=thread, words=words("Buy our fences."), by=partner)
    yield thread
    Thread.objects.filter(forum__in=[forum, amber]).update(merged_into=None)
    Thread.objects.filter(forum__in=[forum, amber]).delete()
    Forum.objects.filter(pk__in=[forum.pk, amber.pk]).delete()
    for model in (Flag, Decision, Watch, Notification):
        model.objects.filter(subject_kind__in=["post", "thread", "flag", "decision"]).delete()
    User.objects.filter(pk__in=[author.pk, partner.pk]).delete()


def words(text):
    return Words(text=text, token=uuid.uuid4())


def report_first(portal, page, thread):
    page.goto(portal.url + thread.get_absolute_url())
    with page.expect_navigation():
        page.locator("#post-1").get_by_role("link", name="Report").click()
    press(page, "Report to the moderators")
    assert "What is wrong with it?" in page.locator(".summary").inner_text()
    page.get_by_label("It is not polite").check()
    page.get_by_label("In your words").fill("He calls us fools.")
    press(page, "Report to the moderators")
    assert "Reported. The moderators look at it" in said(page)


def hide_it(page):
    """From the desk to the queue, to the case, to the decision."""
    with page.expect_navigation():
        page.get_by_role("link", name="Open the queue").click()
    with page.expect_navigation():
        page.locator("li", has_text="He calls us fools.").get_by_role("link", name="Look at it and decide").click()
    assert "He calls us fools." in page.locator("main").inner_text()
    page.get_by_label("Hide it (with a reason)").check()
    press(page, "Decide")
    assert "Give the reason" in page.locator(".summary").inner_text()
    page.get_by_role("textbox", name="Reason").fill("Nobody is a fool here.")
    press(page, "Decide")
    assert "Hidden. Whom it concerns was told." in said(page)


def open_news(portal, page, sentence):
    page.goto(f"{portal.url}/en/desk/notifications/")
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=sentence).first.click()


def test_report_leads_to_a_decision_that_both_read(portal, page, sign_in, watched, talk):
    sign_in(NFP)
    report_first(portal, page, talk)
    sign_in(SECRETARIAT)
    page.goto(f"{portal.url}/en/desk/")
    hide_it(page)
    sign_in(NFP)
    page.goto(portal.url + talk.get_absolute_url())
    assert "You are fools." not in page.locator("main").inner_text()
    open_news(portal, page, "Your report was looked at")
    assert "Nobody is a fool here." in page.locator("#reports-title ~ ul").inner_text()
    sign_in(AUTHOR)
    open_news(portal, page, "The moderators hid your post")
    expect(page.locator("#decisions-title ~ ul")).to_contain_text("Nobody is a fool here.")
    assert "You are fools." in page.locator("main").inner_text()
    assert "He calls us fools." not in page.locator("main").inner_text()
    assert (watched.complaints, watched.strangers) == ([], [])


def test_several_are_decided_at_once_without_scripts(portal, browser, talk, sign_in, context):
    waiting = Post.objects.waiting().get(thread=talk)
    flags.report(
        subject=("post", waiting.pk), label=talk.label, category="spam", text="", by=User.objects.get(email=NFP)
    )
    sign_in(SECRETARIAT)
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(f"{portal.url}/en/desk/flags/")
    page.get_by_label(LONG, exact=True).check()
    page.get_by_label("Publish it", exact=True).check()
    press(page, "Decide")
    assert "Done. Whom it concerns was told." in said(page)
    page.goto(portal.url + talk.get_absolute_url())
    assert "Buy our fences." in page.locator("#post-3").inner_text()
    plain.close()


def test_posts_move_to_a_conversation_of_their_own_and_back(portal, page, sign_in, watched, talk):
    sign_in(SECRETARIAT)
    page.goto(portal.url + talk.get_absolute_url())
    page.get_by_text("Moderate this conversation").click()
    follow(page, "Move posts to one of their own")
    page.get_by_label("Two metres").check()
    page.get_by_label("Title of the new conversation").fill("How high")
    page.get_by_label("Reason").fill("Another matter.")
    press(page, "Move these posts")
    assert page.locator("h1").inner_text() == "How high"
    page.get_by_text("Moderate this conversation").click()
    follow(page, "Join it with another one")
    page.get_by_label("Address of the conversation").fill(portal.url + talk.get_absolute_url())
    with page.expect_navigation():
        page.get_by_role("button", name="Go on").click()
    page.get_by_label("Reason").fill("It belonged together.")
    press(page, "Join them")
    assert "Joined." in said(page)
    assert (page.locator("h1").inner_text(), page.locator("#post-2").count()) == (LONG, 1)
    assert (watched.complaints, watched.strangers) == ([], [])


def pages_of(talk):
    acts = ("lock", "hide", "rename", "label", "move", "merge", "split")
    base = talk.get_absolute_url()
    first = talk.posts.get(number=1)
    return [
        "/en/desk/flags/",
        first.get_absolute_url() + "flag/",
        f"/en/desk/flags/post/{first.pk}/",
        *(f"{base}{act}/" for act in acts),
        f"{base}label/?label=2",
        f"{base}move/?forum=moderated-amber",
    ]


def test_every_page_of_moderation_is_for_everybody(portal, page, sign_in, watched, talk):
    first = talk.posts.get(number=1)
    reporter = User.objects.get(email=NFP)
    flags.report(subject=("post", first.pk), label=talk.label, category="spam", text="Bad.", by=reporter)
    flags.decide(kind="post", key=first.pk, name="warned", note="Please.", by=User.objects.get(email=SECRETARIAT))
    flags.report(subject=("post", first.pk), label=talk.label, category="spam", text="Again.", by=reporter)
    sign_in(SECRETARIAT)
    found = {}
    for address in pages_of(talk):
        assert page.goto(portal.url + address).status == 200, address
        unfold(page)
        found[address] = accessible(page)
    sign_in(AUTHOR)
    page.goto(f"{portal.url}/en/desk/flags/post/{first.pk}/")
    found["author"] = accessible(page)
    assert {address: faults for address, faults in found.items() if faults} == {}
    assert (watched.complaints, watched.strangers) == ([], [])
