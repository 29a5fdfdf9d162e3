"""The daily mail from the choice of it to its links: on to what is new, and out of it without a log-in."""

import datetime
import re

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test.utils import override_settings
from django.utils import timezone
from django_q.models import OrmQ

from community.mentions import handle_of
from community.models import Forum
from core.labels import Label
from members.models import User
from notifications.models import Notification, Preference, Watch
from reference.models import MemberState
from tests.browser.test_community_watching import press
from tests.browser.test_community_writing import accessible
from tests.factories import PASSWORD, make_forum, make_mandate, make_post, make_thread, make_user
from tests.smtp_sink import smtp_sink
from tests.worker import run_worker

pytestmark = pytest.mark.browser

READER, WRITER = "gathers@example.org", "tellsall@example.org"
CONVERSATIONS = "Mail about new conversations and posts in what I watch"
ANSWERS = "Mail about answers to my posts, and where I am mentioned"
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1280, "height": 900}


@pytest.fixture
def forums(portal):
    """(A forum for everybody, one for members), each with a conversation of thirty posts, of which the reader knows
    the first page; whatever a test writes is gone after it."""
    cache.clear()
    reader, writer = (
        make_user(email=email, state=MemberState.objects.get(iso3=iso3))
        for email, iso3 in {READER: "LCA", WRITER: "VCT"}.items()
    )
    mandate = make_mandate(person=reader)
    found = [make_forum(slug=f"digest-{label}", name=f"Digest {label.name}", label=label) for label in list(Label)[:2]]
    for forum in found:
        thread = make_thread(forum=forum, by=writer, title=f"Lights {forum.pk}")
        for n in range(2, 31):
            make_post(thread=thread, by=writer, text=f"Answer {n}.")
    OrmQ.objects.all().delete()
    yield found
    people = [reader.pk, writer.pk]
    for model in (Notification, Watch, Preference):
        model.objects.filter(person__in=people).delete()
    for forum in found:
        forum.threads.all().delete()
    Forum.objects.filter(pk__in=[forum.pk for forum in found]).delete()
    mandate.delete()
    User.objects.filter(pk__in=people).delete()


@pytest.fixture
def mailed(portal):
    """A function that runs the command of the daily mails, and gives those that an SMTP server gets for the reader."""

    def run():
        call_command("send_daily_mails", verbosity=0)
        with smtp_sink() as (port, kept), override_settings(EMAIL_PORT=port):
            run_worker()
        return [message for _, receivers, message in kept if receivers == [READER]]

    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(
        EMAIL_BACKEND="core.mail.QueuedEmailBackend",
        EMAIL_DELIVERY_BACKEND=smtp,
        EMAIL_HOST="127.0.0.1",
        EMAIL_HOST_USER="",
        EMAIL_USE_TLS=False,
    ):
        yield run


def text_of(message):
    return message.get_body(("plain",)).get_content()


def choose(portal, page, forums):
    """Watch both forums, read their first pages, choose mails by keyboard on a phone."""
    for forum in forums:
        page.goto(portal.url + forum.get_absolute_url())
        press(page, "Watch")
        page.goto(portal.url + forum.threads.get().get_absolute_url())
    page.set_viewport_size(PHONE)
    page.goto(f"{portal.url}/en/account/notifications/")
    for group, mail in {CONVERSATIONS: "once a day", ANSWERS: "once a week, on Monday"}.items():
        page.get_by_role("group", name=group).get_by_label(mail, exact=True).press("Space")
    assert "Your choice is saved." in press(page, "Save my choice")
    for group, mail in {CONVERSATIONS: "once a day", ANSWERS: "once a week, on Monday"}.items():
        assert page.get_by_role("group", name=group).get_by_label(mail, exact=True).is_checked()
    page.set_viewport_size(DESK)


def write(forums):
    """A new post in each forum, and a mention in the first."""
    reader, writer = (User.objects.get(email=email) for email in (READER, WRITER))
    for forum in forums:
        make_post(thread=forum.threads.get(), by=writer, text="Ours are bright.")
    make_post(thread=forums[0].threads.get(), by=writer, text=f"Yours, {handle_of(reader)}?")


def log_in(page):
    page.get_by_label("Email").fill(READER)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in").press("Enter")


def test_link_of_a_daily_mail_leads_through_the_log_in_to_the_first_new_post(
    portal, page, sign_in, forums, mailed, watched
):
    sign_in(READER)
    choose(portal, page, forums)
    page.context.clear_cookies()
    write(forums)
    [message] = mailed()
    assert message["Subject"] == "2 things are new for you"
    thread, closed = (forum.threads.get() for forum in forums)
    link = re.search(r"http://\S+/community/threads/\S+", text_of(message)).group()
    page.goto(link)  # a visitor reads what is open to everybody
    assert page.locator("#post-1").is_visible()
    page.locator(".top").get_by_role("link", name="Log in").first.click()
    log_in(page)
    page.wait_for_url(f"**{thread.get_absolute_url()}?from=26#post-26")
    assert page.locator("#new + article").get_attribute("id") == "post-26"
    page.context.clear_cookies()
    page.goto(re.search(r"http://\S+/desk/notifications/", text_of(message)).group())
    log_in(page)
    page.wait_for_url("**/en/desk/notifications/")
    page.get_by_role("button", name=f"1 new post in “{closed}”.").press("Enter")
    page.wait_for_url(f"**{closed.get_absolute_url()}?from=26#post-26")
    assert (watched.complaints, watched.strangers) == ([], [])


def test_what_comes_once_a_week_waits_for_its_day(portal, page, sign_in, forums, mailed):
    sign_in(READER)
    choose(portal, page, forums)
    write(forums)
    [message] = mailed()
    assert "mentioned you" not in text_of(message)
    lately = timezone.now() - datetime.timedelta(days=7)
    Notification.objects.filter(kind="post_mentions_you").update(waits_since=lately)
    [message] = mailed()
    assert message["Subject"] == "1 thing is new for you"
    page.goto(re.search(r"http://\S+/community/posts/\S+", text_of(message)).group())
    assert page.url.endswith(f"{forums[0].threads.get().get_absolute_url()}?from=26#post-32")
    assert mailed() == []


def test_one_click_ends_the_mails_without_a_log_in_and_without_scripts(portal, browser, page, sign_in, forums, mailed):
    sign_in(READER)
    choose(portal, page, forums)
    write(forums)
    [message] = mailed()
    stop = message["List-Unsubscribe"].strip(" <>")
    assert stop in text_of(message)
    bare = browser.new_page(java_script_enabled=False)
    bare.goto(stop)
    assert bare.get_by_role("heading", level=1).inner_text() == "Stop such mails?"
    page.context.clear_cookies()
    page.goto(stop)
    assert accessible(page) == []
    bare.get_by_role("button", name="Stop these mails").press("Enter")
    bare.get_by_role("heading", name="You get no more such mails").wait_for()
    assert "new conversations and posts in what I watch" in bare.locator("main li").inner_text()
    write(forums)
    assert mailed() == []
    bare.get_by_role("link", name="Choose which mails you get").click()
    log_in(bare)
    bare.wait_for_url("**/en/account/notifications/")
    assert bare.get_by_role("group", name=CONVERSATIONS).get_by_label("no mail", exact=True).is_checked()
    assert bare.get_by_role("group", name=ANSWERS).get_by_label("once a week, on Monday", exact=True).is_checked()
    bare.close()
