"""Members write: a reply with a mention and a quote, a draft that survives, a preview; with scripts and without."""

import pytest

from community.models import Draft, Forum, Post
from reference.models import MemberState
from tests.browser.test_pages import COLOURS, violations
from tests.browser.waiting import until
from tests.factories import make_forum, make_post, make_thread, make_user

pytestmark = pytest.mark.browser
WRITER, OTHER = "writer@example.org", "answerer@example.org"
BOX = "document.querySelector('#id_text').value"


@pytest.fixture(scope="module")
def people(portal):
    jamaica, barbados = (MemberState.objects.get(iso3=iso3) for iso3 in ("JAM", "BRB"))
    writer = make_user(email=WRITER, name="Wanda Writer", state=jamaica, name_shown_to="members")
    other = make_user(email=OTHER, name="Otto Answerer", state=barbados, name_shown_to="members")
    return writer, other


@pytest.fixture
def thread(people):
    """A conversation in a forum that no other test looks at."""
    forum = make_forum(slug="browser-writing", name="Writing", rules="One question each.")
    thread = make_thread(forum=forum, by=people[1], title="Barriers", text="How high are **yours**?")
    make_post(thread=thread, by=people[1], text="Ours are two metres high and grey.")
    yield thread
    Draft.objects.all().delete()
    Post.objects.filter(thread__forum=forum).delete()
    forum.threads.all().delete()
    Forum.objects.filter(pk=forum.pk).delete()


@pytest.fixture
def reply(portal, page, sign_in, thread):
    """The page of the conversation, as the writer opens it."""
    sign_in(WRITER)
    page.goto(portal.url + thread.get_absolute_url())
    return page


def accessible(page):
    """What axe finds on a phone and on a desk, in both schemes, and whether a narrow screen scrolls sideways."""
    found = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, rules in {"light": None, "dark": COLOURS}.items():
            page.emulate_media(color_scheme=scheme)
            found += violations(page, rules)
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth") > 320
    page.set_viewport_size({"width": 1280, "height": 900})
    return found + ["wider than 320 pixels"] * wide


def test_reply_with_marks_a_mention_and_a_live_preview(reply, people, thread, watched):
    page, text = reply, reply.get_by_label("Your reply")
    text.fill("Ours are high")
    text.evaluate("box => box.setSelectionRange(9, 13)")
    page.get_by_role("button", name="Bold").click()
    assert page.evaluate(BOX) == "Ours are **high**"
    page.keyboard.press("Control+End")
    page.keyboard.type(" too, @answ")
    page.get_by_role("button", name="Otto Answerer (Barbados · National expert)").click()
    assert page.evaluate(BOX) == f"Ours are **high** too, @BRB-{people[1].pk} "
    page.get_by_role("button", name="Preview").click()
    preview = page.locator("[data-preview]")
    preview.get_by_text("@Otto Answerer").wait_for()
    page.keyboard.press("Shift+Tab")
    text.press_sequentially("Yes. ")
    preview.get_by_text("Yes.").wait_for()
    assert preview.locator("strong").inner_text() == "high"
    assert accessible(page) == []
    page.get_by_role("button", name="Send the reply").click()
    page.get_by_text("Your reply is out.").wait_for()
    assert page.url.endswith("#post-3")
    post = page.locator("#post-3")
    assert "Wanda Writer" in post.inner_text() and "@Otto Answerer" in post.inner_text()
    assert (Draft.objects.count(), watched.complaints, watched.strangers) == (0, [], [])


def test_draft_keeps_itself_and_survives_a_reload(reply, portal, thread, watched):
    page = reply
    page.get_by_label("Your reply").press_sequentially("Half a sen")
    page.locator("[data-said]", has_text="Draft saved").wait_for()
    page.reload()
    assert page.evaluate(BOX) == "Half a sen"
    page.get_by_label("Your reply").press_sequentially("> ")
    page.goto(f"{portal.url}/en/community/drafts/")  # the page is left before the next few seconds are over
    until(page, "document.readyState === 'complete'")
    page.reload()
    assert page.locator(".rows .line").inner_text().startswith(("> Half a sen", "Half a sen>"))
    assert accessible(page) == []
    page.get_by_role("link", name="Go on writing").click()
    assert "Half a sen" in page.evaluate(BOX)
    page.goto(f"{portal.url}/en/community/drafts/")
    page.get_by_role("link", name="Delete").click()
    assert accessible(page) == []
    page.get_by_role("button", name="Delete the draft").click()
    page.get_by_text("You have no drafts.").wait_for()
    assert (watched.complaints, watched.strangers) == ([], [])


def test_draft_says_that_it_waits_while_the_portal_cannot_be_reached(reply, context):
    page = reply
    context.set_offline(True)
    page.get_by_label("Your reply").press_sequentially("Half")
    page.locator("[data-said]", has_text="the portal cannot be reached").wait_for()
    context.set_offline(False)
    page.locator("[data-said]", has_text="Draft saved").wait_for()
    assert Draft.objects.get().text == "Half"


def test_answer_quotes_what_is_selected_or_all_of_the_post(reply, thread, watched):
    page, first = reply, thread.posts.get(number=2)
    page.evaluate("""() => {
        const text = document.querySelector("#post-2 .prose p").firstChild;
        getSelection().setBaseAndExtent(text, 9, text, 24);
    }""")
    page.locator("#post-2").get_by_role("link", name="Answer").click()
    source = f"> [Barbados · National expert, Post 2](/community/posts/{first.pk}/):"
    assert page.evaluate(BOX) == f"{source}\n>\n> two metres high\n\n"
    page.get_by_label("Your reply").fill("")
    page.evaluate("getSelection().removeAllRanges()")
    page.locator("#post-2").get_by_role("link", name="Answer").click()
    page.wait_for_url("**/reply/?quote=*")
    assert page.evaluate(BOX).endswith("> Ours are two metres high and grey.\n\n")
    page.get_by_label("Your reply").press("Control+End")
    page.keyboard.type("Why grey?")
    page.get_by_role("button", name="Send the reply").click()
    answer = page.locator("#post-3")
    answer.get_by_text("Why grey?").wait_for()
    answer.get_by_role("link", name="answers post 2").click()
    page.wait_for_url("**#post-2")
    assert (watched.complaints, watched.strangers) == ([], [])


def test_new_conversation_is_refused_with_its_text_and_then_begun(portal, page, sign_in, thread, watched):
    sign_in(WRITER)
    page.goto(f"{portal.url}/en/community/browser-writing/new/")
    assert "One question each." in page.locator("form .notice").inner_text()
    assert accessible(page) == []
    page.get_by_label("Your text").fill("How **wide**?")
    page.get_by_role("button", name="Begin the conversation").click()
    assert page.locator(".summary a").inner_text() == "Title: Give it a title."
    assert page.get_by_label("Your text").input_value() == "How **wide**?"
    assert accessible(page) == []
    page.get_by_label("Title").fill("Gates")
    page.get_by_label("TLP:AMBER").check()
    page.get_by_role("button", name="Begin the conversation").click()
    page.get_by_text("Your conversation has begun.").wait_for()
    assert page.get_by_role("heading", level=1).inner_text() == "Gates"
    assert page.locator(".head .tlp").inner_text() == "TLP:AMBER"
    assert (watched.complaints, watched.strangers) == ([], [])


def test_edit_and_history_of_a_post(reply, portal, people, thread, watched):
    page = reply
    page.get_by_label("Your reply").fill("Two metres.")
    page.get_by_role("button", name="Send the reply").click()
    page.locator("#post-3").get_by_role("link", name="Edit").click()
    assert accessible(page) == []
    page.get_by_label("Your post").fill("Three metres.")
    page.get_by_role("button", name="Save the change").click()
    page.get_by_text("The earlier text stays in the history").wait_for()
    page.locator("#post-3").get_by_role("link", name="edited").click()
    assert page.get_by_role("heading", level=1).inner_text() == "History of post 3"
    assert accessible(page) == []
    assert (watched.complaints, watched.strangers) == ([], [])


def test_all_of_it_without_scripts(portal, people, thread, browser, context, sign_in):
    sign_in(WRITER)
    page = browser.new_page(java_script_enabled=False)
    page.context.add_cookies(context.cookies())
    page.goto(portal.url + thread.get_absolute_url())
    assert page.get_by_role("button", name="Bold").count() == 0
    page.locator("#post-2").get_by_role("link", name="Answer").click()
    quote = page.get_by_label("Your reply").input_value()
    page.get_by_text("Whom you can mention").click()
    assert f"@BRB-{people[1].pk}" in page.locator("#people").inner_text()
    page.get_by_label("Your reply").fill(f"{quote}**Why** grey?")
    page.get_by_role("button", name="Preview").click()
    assert page.locator("[data-preview] strong").inner_text() == "Why"
    page.get_by_role("button", name="Save draft").click()
    assert "The draft is saved." in page.locator(".messages").inner_text()
    page.goto(portal.url + thread.get_absolute_url())
    assert page.get_by_label("Your reply").input_value() == f"{quote}**Why** grey?"
    page.get_by_label("Your reply").fill("")
    page.get_by_role("button", name="Send the reply").click()
    assert page.locator(".summary a").inner_text() == "Your reply: Write your reply."
    page.get_by_label("Your reply").fill(f"{quote}**Why** grey?")
    page.get_by_role("button", name="Send the reply").click()
    assert page.locator("#post-3 strong").inner_text() == "Why" and page.url.endswith("#post-3")
    page.close()
