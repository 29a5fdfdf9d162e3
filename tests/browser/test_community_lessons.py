"""From a conversation to a lesson that others find: drafted by a Focal Point, validated, filtered, led back from."""

import re

import pytest

from community.models import Forum
from documents.models import Document
from events.models import Lesson, MajorEvent
from members.models import User
from moderation.models import Proposal
from notifications.models import Notification, Watch
from reference.models import MemberState, Theme
from tests.browser.test_community_writing import accessible
from tests.browser.test_proposals import follow, press, said
from tests.browser.test_reading import show_filters
from tests.browser.waiting import until
from tests.factories import make_forum, make_mandate, make_post, make_thread, make_user
from tests.files import pdf

pytestmark = pytest.mark.browser

TELLS, ASKS, SECRETARIAT = "tells@example.org", "asks@example.org", "secretariat@example.org"
SENTENCE, EDITED = "Weigh barriers down before the wind comes", "Weigh barriers down before the crowd comes"
TOLD = "Two rows of barriers fell in the wind."
ANSWERS = {
    "1. What was the situation?": "A fan zone for 9,000 people at the port.",
    "3. What did you do?": "We filled their feet with water.",
    "4. What do you recommend to others?": "Order barriers whose feet can be filled.",
}


@pytest.fixture
def talk(portal):
    """A conversation about an event of a series, that everybody reads; whatever a test writes is gone after it."""
    states = [MemberState.objects.get(iso3=iso3) for iso3 in ("CRI", "PAN")]
    tells, asks = (make_user(email=email, state=state) for email, state in zip((TELLS, ASKS), states, strict=True))
    mandates = [make_mandate(person=person) for person in (tells, asks)]
    event = MajorEvent.objects.filter(series__isnull=False, label=0, host_state__iso3="USA").first()
    forum = make_forum(slug="browser-lessons", name="Barriers of the browser", label=0)
    thread = make_thread(forum=forum, by=asks, title="Barriers and wind", text="Do yours?", about=("event", event))
    make_post(thread=thread, by=tells, text=TOLD)
    yield thread
    subjects = ["proposal", "lesson", "thread", "post", "forum"]
    for model in (Notification, Watch):
        model.objects.filter(subject_kind__in=subjects).delete()
    Lesson.objects.filter(state=states[0]).delete()
    Proposal.objects.filter(author=tells).delete()
    Document.objects.filter(author=tells).delete()
    forum.threads.all().delete()
    Forum.objects.filter(pk=forum.pk).delete()
    for mandate in mandates:
        mandate.delete()
    User.objects.filter(email__in=[TELLS, ASKS]).delete()


def theme():
    return Theme.objects.order_by("pk").first()


def answer(page):
    """Fill the guided form with what the conversation did not hold."""
    assert page.get_by_label("2. What happened? (English)").input_value() == TOLD
    for question, words in ANSWERS.items():
        page.get_by_label(f"{question} (English)").fill(words)


def submit(page):
    press(page, "Submit for Costa Rica")
    assert "Submitted." in said(page)


def write(page, file):
    """Fill the form by keyboard on a phone, after a try with gaps; add the report that it rests on; submit."""
    press(page, "Submit for Costa Rica")
    assert "4. What do you recommend to others?" in page.locator(".summary").inner_text()
    assert accessible(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    page.get_by_role("radio", name=re.compile("^Lesson")).focus()
    page.keyboard.press("ArrowUp")
    assert page.get_by_role("radio", name=re.compile("^Good practice")).is_checked()
    page.get_by_label("In one sentence (English)").fill(SENTENCE)
    answer(page)
    page.get_by_role("group", name="Themes").get_by_label(theme().name_en, exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save the draft").press("Enter")
    follow(page, "Add a file")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Title").fill("Report on the wind")
    page.get_by_label("TLP:CLEAR").check()
    press(page, "Add the file")
    submit(page)


def validate(portal, page, address):
    """Accept what the State submitted, then edit its sentence, as the secretariat."""
    page.goto(address)
    assert TOLD in page.locator("#changes").inner_text()
    assert page.locator("#files").get_by_role("link", name="Report on the wind").count() == 1
    press(page, "Accept and publish")
    assert "Accepted and published." in said(page)
    lesson = Lesson.objects.get(state__iso3="CRI")
    page.goto(f"{portal.url}/admin/events/lesson/{lesson.pk}/change/")
    page.fill("#id_title_en", EDITED)
    page.locator("input[name=_save]").first.click()
    page.wait_for_url("**/admin/events/lesson/")
    return lesson


def find(portal, page, talk):
    """Narrow the list of lessons to a theme and a series, and open the only one that is left."""
    page.goto(f"{portal.url}/en/events/lessons/")
    show_filters(page)
    for name, value in {"theme": theme().slug, "series": talk.event.series.slug}.items():
        page.locator(f"[name={name}][value={value}]").check()
        until(page, f"location.search.includes('{name}={value}')")
        until(page, "!document.getElementById('results').hasAttribute('aria-busy')")
    assert page.locator("#results .rows > li").count() == 1
    follow(page, EDITED, "#results")
    assert page.get_by_role("heading", level=1).inner_text() == EDITED
    assert page.locator("#documents").get_by_role("link", name="Report on the wind").count() == 1


def follow_back(page, talk):
    """From the lesson to the State's words in the conversation, and by what that is about to the lesson again."""
    with page.expect_navigation():
        page.locator("section[aria-labelledby=evidence-title]").get_by_role("link").click()
    assert page.url.endswith(f"{talk.get_absolute_url()}#post-2")
    assert page.get_by_role("heading", level=1).inner_text() == "Barriers and wind"
    assert TOLD in page.locator("#post-2").inner_text()
    follow(page, str(talk.event), ".head__meta")
    follow(page, EDITED, "#lessons")


def test_conversation_becomes_a_lesson_that_another_state_and_a_visitor_find(
    portal, page, sign_in, watched, talk, tmp_path
):
    report = tmp_path / "report.pdf"
    report.write_bytes(pdf())
    sign_in(TELLS)
    page.goto(portal.url + talk.get_absolute_url())
    with page.expect_navigation():
        page.get_by_role("button", name="Write a lesson from it").press("Enter")
    assert "This is a draft of your State." in said(page)
    write(page, report)
    address = page.url
    sign_in(SECRETARIAT)
    lesson = validate(portal, page, address)
    sign_in(ASKS)
    find(portal, page, talk)
    assert "As submitted by Costa Rica on" in page.locator(".aside").inner_text()
    assert "edited by the secretariat on" in page.locator(".aside").inner_text()
    follow_back(page, talk)
    sign_in(TELLS)
    page.goto(portal.url + lesson.get_absolute_url())
    follow(page, "The State's own words")
    assert SENTENCE in page.locator("main").inner_text()
    page.context.clear_cookies()
    find(portal, page, talk)
    follow_back(page, talk)
    assert (watched.complaints, watched.strangers) == ([], [])


def test_lesson_is_begun_and_submitted_without_scripts(portal, browser, context, sign_in, talk):
    sign_in(TELLS)
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(portal.url + talk.get_absolute_url())
    press(page, "Write a lesson from it")
    page.get_by_label("In one sentence (English)").fill(SENTENCE)
    answer(page)
    submit(page)
    assert Proposal.objects.get(author__email=TELLS).title == SENTENCE
    plain.close()
