"""Mails about conversations as an SMTP server gets them: to whom, when, in which language, with which headers."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from community.mentions import handle_of
from community.models import Forum, Thread
from community.reading import mark_seen
from core.dates import Precision, say_date
from core.labels import Label
from kms.seats import tend
from notifications import daily
from notifications.actions import choose_mail, notify, watch
from notifications.daily import send_daily_mails
from notifications.kinds import Group
from notifications.levels import Level
from notifications.models import Notification, Preference
from tests.factories import make_event, make_forum, make_post, make_thread, make_user
from tests.smtp_sink import smtp_sink
from tests.worker import run_worker

pytestmark = pytest.mark.django_db

AT_ONCE, DAILY, WEEKLY, NEVER = Preference.Mail
BARE = "There are new posts in a conversation you follow."
WORDS = ("zx", "Rosa", "/community/")


@pytest.fixture(autouse=True)
def queue(settings):
    """The portal's own backends instead of the test runner's."""
    settings.EMAIL_BACKEND = "core.mail.QueuedEmailBackend"
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS = "127.0.0.1", "", False
    settings.BASE_URL = "https://kms.example.org"
    return settings


@pytest.fixture
def author(expert):
    """Who writes; the name would be known if a mail told it."""
    expert.name = "Rosa Author"
    expert.save()
    return expert


def sent(settings):
    """The messages that the SMTP server gets of all that waits in the queue."""
    with smtp_sink() as (port, kept):
        settings.EMAIL_PORT = port
        run_worker()
    assert OrmQ.objects.count() == 0
    assert [receivers for _, receivers, _ in kept] == [[message["To"]] for _, _, message in kept]
    return [message for _, _, message in kept]


def subject_of(message):
    """Without the space that a folded line begins with."""
    return message["Subject"].strip()


def text_of(message):
    return message.get_body(("plain",)).get_content()


def whole(message):
    """All that goes over the wire, without the signed link."""
    bodies = [part.get_content() for part in message.walk() if not part.is_multipart()]
    text = "\n".join([*(f"{name}: {value}" for name, value in message.items()), *bodies])
    return re.sub(r"/unsubscribe/[^/]+/", "", text)


def open_thread(author, *, label=Label.CLEAR, **fields):
    forum = make_forum(label=label, name=fields.pop("forum_name", "Zx forum"), **fields)
    thread = make_thread(forum=forum, by=author, title="Zx barriers", text="Zx text")
    OrmQ.objects.all().delete()
    return thread


def wants(person, mail, *groups):
    choose_mail(person, dict.fromkeys(groups or [Group.DISCUSSIONS, Group.ANSWERS], mail))


# At once


def test_watcher_is_mailed_each_post_at_once_where_he_chose_so(queue, author, partner):
    thread = open_thread(author)
    watch(partner, ("thread", thread.pk))
    wants(partner, AT_ONCE)
    for _ in range(2):
        make_post(thread=thread, by=author, text="Zx more")
    first, second = sent(queue)
    assert [message["To"] for message in (first, second)] == [partner.email] * 2
    assert [subject_of(message) for message in (first, second)] == [
        "1 new post in “Zx barriers”.",
        "2 new posts in “Zx barriers”.",
    ]
    assert f"https://kms.example.org/en/community/threads/{thread.slug}/" in text_of(first)
    assert "because you watch this conversation" in text_of(first)
    assert [text for text in ("Zx text", "Zx more", "Rosa") if text in whole(first) + whole(second)] == []


def test_news_of_a_conversation_is_opened_at_the_first_new_post(queue, client_for, author, partner):
    thread = open_thread(author)
    mark_seen(thread, 1, seen=None, by=partner)
    wants(partner, AT_ONCE)
    watch(partner, ("forum", thread.forum_id))
    for _ in range(2):
        make_post(thread=thread, by=author)
    other = make_thread(forum=thread.forum, by=author, title="Zx other")
    wants(partner, DAILY)
    make_post(thread=thread, by=author)
    send_daily_mails()
    links = [re.search(r"org(/en/community/threads/\S+)", text_of(message))[1] for message in sent(queue)]
    assert links == [f"{one.get_absolute_url()}?unread" for one in (thread, thread, other, thread)]
    client, row = client_for(partner), Notification.objects.get(person=partner, subject_key=thread.pk)
    assert client.post(f"/en/desk/notifications/{row.pk}/open/").url == links[0]
    assert client.get(links[0]).url == f"{thread.get_absolute_url()}#post-2"
    assert Client().get(links[0]).status_code == 200


def test_mails_of_a_thread_have_the_headers_by_which_programs_group_and_sort_them(queue, author, partner, secretariat):
    thread, other = open_thread(author), open_thread(author)
    for person in (partner, secretariat):
        wants(person, AT_ONCE)
        for one in (thread, other):
            watch(person, ("thread", one.pk))
    make_post(thread=thread, by=author)
    make_post(thread=thread, by=author, text=f"Zx {handle_of(partner)}")
    make_post(thread=other, by=author)
    found = sent(queue)
    of_partner = [message for message in found if message["To"] == partner.email]
    assert [subject_of(message).split(" “")[0] for message in of_partner] == [
        "1 new post in", "a member mentioned you in", "1 new post in",
    ]  # fmt: skip
    roots = [message["In-Reply-To"] for message in of_partner]
    assert roots == [message["References"] for message in of_partner]
    assert (roots[0] == roots[1], roots[0] == roots[2]) == (True, False)
    assert len({message["In-Reply-To"] for message in found}) == 4  # each reader's own
    assert len({message["Message-ID"] for message in found}) == len(found) == 6
    assert all(re.fullmatch(r"<[0-9a-f]{32}@kms\.example\.org>", root) for root in roots)
    lists = [message["List-Id"] for message in of_partner]
    assert lists == [f"<forum-{one.forum_id}.kms.example.org>" for one in (thread, thread, other)]
    assert {message["Auto-Submitted"] for message in found} == {"auto-generated"}
    assert {message["List-Unsubscribe-Post"] for message in found} == {"List-Unsubscribe=One-Click"}


def test_message_that_is_tried_again_keeps_its_id(queue, author, partner):
    thread = open_thread(author)
    watch(partner, ("thread", thread.pk))
    wants(partner, AT_ONCE)
    make_post(thread=thread, by=author)
    payload = OrmQ.objects.get().payload
    [first] = sent(queue)
    OrmQ.objects.create(key="kms", payload=payload, lock=timezone.now())
    [again] = sent(queue)
    row = Notification.objects.get(person=partner)
    assert first["Message-ID"] == again["Message-ID"]
    assert re.fullmatch(rf"<notification-{row.pk}-\d+@kms\.example\.org>", first["Message-ID"])


def test_mails_of_a_record_are_grouped_too(queue, partner):
    events = [make_event(), make_event()]
    for event in (*events, events[0]):
        watch(partner, ("event", event.pk))
        kind = "record_published" if Notification.objects.about(("event", event.pk)).exists() else "record_changed"
        Notification.objects.update(mailed=None)
        notify(to=[partner], kind=kind, subject=("event", event.pk))
    found = sent(queue)
    roots = [message["In-Reply-To"] for message in found]
    assert (len(roots), roots[0] == roots[2], roots[0] == roots[1]) == (3, True, False)
    assert {message["List-Id"] for message in found} == {"<watched.kms.example.org>"}


@pytest.mark.parametrize("label", [Label.GREEN, Label.AMBER, Label.RED])
def test_mails_above_clear_hold_nothing_of_a_conversation(queue, author, alternate, focal_point, brazil, label):
    author = alternate if label > Label.GREEN else author
    author.name = "Rosa Author"
    author.save()
    thread = open_thread(author, label=label, named_states=[brazil])
    wants(focal_point, AT_ONCE)
    watch(focal_point, ("thread", thread.pk))
    make_post(thread=thread, by=author, text="Zx more")
    make_post(thread=thread, by=author, text=f"Zx {handle_of(focal_point)}")
    watch(focal_point, ("forum", thread.forum_id))
    make_thread(forum=thread.forum, by=author, title="Zx other", text="Zx")
    wants(focal_point, DAILY)
    make_post(thread=thread, by=author)
    send_daily_mails()
    found = sent(queue)
    assert [subject_of(message) for message in found] == [
        BARE, "Somebody mentioned you in a conversation.", "There is a new conversation.", "1 thing is new for you",
    ]  # fmt: skip
    assert [text for message in found for text in WORDS if text.lower() in whole(message).lower()] == []
    row = Notification.objects.get(kind="post_added")
    assert f"https://kms.example.org/en/desk/notifications/{row.pk}/open/" in text_of(found[0])


def test_thread_that_is_narrower_than_its_forum_is_not_named(queue, author, partner):
    thread = open_thread(author)
    Thread.objects.update(label=Label.GREEN)
    thread.refresh_from_db()
    wants(partner, AT_ONCE)
    watch(partner, ("thread", thread.pk))
    make_post(thread=thread, by=author)
    [message] = sent(queue)
    assert subject_of(message) == BARE


def test_mails_are_in_their_readers_language(queue, author, partner, secretariat):
    partner.preferred_language = "es"
    partner.save()
    thread = open_thread(author)
    for person in (partner, secretariat):
        wants(person, DAILY)
        watch(person, ("thread", thread.pk))
    make_post(thread=thread, by=author)
    send_daily_mails()
    found = {message["To"]: message for message in sent(queue)}
    assert subject_of(found[secretariat.email]) == "1 thing is new for you"
    assert subject_of(found[partner.email]) != "1 thing is new for you"
    assert f"https://kms.example.org/es/community/threads/{thread.slug}/" in text_of(found[partner.email])
    assert '<html lang="es">' in found[partner.email].get_body(("html",)).get_content()


def test_nobody_without_the_right_to_read_gets_a_mail(queue, author, partner, expert, focal_point, secretariat):
    thread = open_thread(secretariat, label=Label.AMBER, open_to_partners=False)
    readers = [partner, expert, focal_point, secretariat, make_user(is_active=False)]
    for person in readers:
        wants(person, AT_ONCE)
        for what in (("thread", thread.pk), ("forum", thread.forum_id)):
            watch(person, what)
    make_post(thread=thread, by=secretariat, text=" ".join(map(handle_of, readers)))
    assert [message["To"] for message in sent(queue)] == [focal_point.email]


def test_muted_and_normal_get_what_they_should(queue, author, partner, secretariat, focal_point):
    thread = open_thread(author)
    for person, level in {partner: Level.MUTED, secretariat: Level.NORMAL, focal_point: Level.WATCHING}.items():
        wants(person, AT_ONCE)
        watch(person, ("thread", thread.pk), level)
    make_post(thread=thread, by=author, text=" ".join(map(handle_of, (partner, secretariat))))
    assert {message["To"] for message in sent(queue)} == {secretariat.email, focal_point.email}


# Gathered


def test_conversations_come_once_a_day_and_answers_at_once_where_nothing_is_chosen(queue, author, partner):
    thread = open_thread(author)
    watch(partner, ("thread", thread.pk))
    for text in ("one", "two", "three"):
        make_post(thread=thread, by=author, text=text)
    make_post(thread=thread, by=author, text=handle_of(partner))
    assert [subject_of(message) for message in sent(queue)] == ["a member mentioned you in “Zx barriers, post 5”."]
    assert [send_daily_mails(), send_daily_mails()] == [1, 0]
    [message] = sent(queue)
    assert subject_of(message) == "1 thing is new for you"
    assert "3 new posts in “Zx barriers”." in text_of(message)


def test_daily_mail_gathers_posts_by_forum_and_thread(queue, author, partner):
    threads = [open_thread(author, forum_name="Zx hall"), open_thread(author, forum_name="Zx attic")]
    closed = open_thread(author, label=Label.GREEN, forum_name="Qq closed")
    Thread.objects.filter(pk=closed.pk).update(title="Qq title")
    wants(partner, DAILY)
    for thread in (*threads, closed):
        watch(partner, ("thread", thread.pk))
        for _ in range(2):
            make_post(thread=thread, by=author)
    event = make_event(name="Games")
    wants(partner, DAILY, Group.WATCHED)
    notify(to=[partner], kind="record_changed", subject=("event", event.pk))
    send_daily_mails()
    [message] = sent(queue)
    lines = [line for line in text_of(message).splitlines() if line and not line.startswith("https:")]
    assert lines[:7] == [
        "4 things are new for you.", "“Games” was changed.", "Zx attic", "2 new posts in “Zx barriers”.", "Zx hall",
        "2 new posts in “Zx barriers”.",
        "1 more thing stands only in the portal. All your notifications:",
    ]  # fmt: skip
    html = message.get_body(("html",)).get_content()
    assert [heading in html for heading in ("<h2>Zx attic</h2>", "<h2>Zx hall</h2>", "Qq")] == [True, True, False]
    assert message["List-Id"] == "<digest.kms.example.org>"
    assert re.fullmatch(r"<.+digest@kms\.example\.org>", message["Message-ID"])
    for address in re.findall(r"https://kms\.example\.org(/en/(?:desk|community)\S+)", text_of(message)):
        assert Client().get(address).status_code in (200, 302)


def test_digest_leaves_out_what_was_read_closed_or_is_wanted_no_more(queue, author, partner):
    read, closed, kept = (open_thread(author) for _ in range(3))
    wants(partner, DAILY)
    for thread in (read, closed, kept):
        watch(partner, ("thread", thread.pk))
        make_post(thread=thread, by=author)
    mark_seen(read, 2, seen=None, by=partner)
    Forum.objects.filter(pk=closed.forum_id).update(label=Label.GREEN, open_to_partners=False)
    send_daily_mails()
    [message] = sent(queue)
    assert (subject_of(message), text_of(message).count("new post in")) == ("1 thing is new for you", 1)
    assert kept.slug in text_of(message)
    assert Notification.objects.due().count() == 0
    make_post(thread=kept, by=author)
    wants(partner, NEVER)
    assert (send_daily_mails(), Notification.objects.due().count(), sent(queue)) == (0, 0, [])


# Once a week


def at(monkeypatch, day):
    """Let the daily mails be sent on a day."""
    monkeypatch.setattr(daily, "today", lambda: day)


MONDAY = datetime.date(2030, 6, 3)
NOON = datetime.time(12, tzinfo=datetime.UTC)


def days_after(number, time=NOON):
    return datetime.datetime.combine(MONDAY + datetime.timedelta(days=number), time)


@pytest.mark.parametrize(
    ("told", "sent_on"),
    [(0, 7), (2, 7), (6, 7), (7, 14)],
    ids=["Monday waits for the next one", "Wednesday", "Sunday", "next Monday"],
)
def test_what_comes_once_a_week_comes_on_the_monday_after(queue, author, partner, monkeypatch, told, sent_on):
    thread = open_thread(author)
    wants(partner, WEEKLY)
    watch(partner, ("thread", thread.pk))
    make_post(thread=thread, by=author)
    Notification.objects.update(waits_since=days_after(told))
    mailed = []
    for number in range(told, 16):
        at(monkeypatch, MONDAY + datetime.timedelta(days=number))
        mailed += [number] * send_daily_mails()
    assert mailed == [sent_on]
    [message] = sent(queue)
    assert "1 new post in “Zx barriers”." in text_of(message)


def test_monday_that_was_missed_is_made_up_for(author, partner, monkeypatch):
    thread = open_thread(author)
    wants(partner, WEEKLY)
    watch(partner, ("thread", thread.pk))
    make_post(thread=thread, by=author)
    Notification.objects.update(waits_since=days_after(3))
    at(monkeypatch, MONDAY + datetime.timedelta(days=9))
    assert send_daily_mails() == 1


def test_busy_thread_does_not_put_off_the_weekly_mail(author, partner, monkeypatch):
    thread = open_thread(author)
    wants(partner, WEEKLY)
    watch(partner, ("thread", thread.pk))
    make_post(thread=thread, by=author)
    Notification.objects.update(waits_since=days_after(2))
    make_post(thread=thread, by=author)
    at(monkeypatch, MONDAY + datetime.timedelta(days=7))
    assert send_daily_mails() == 1


def test_monday_brings_one_mail_of_the_day_and_of_the_week(queue, author, partner, monkeypatch):
    thread, event = open_thread(author), make_event(name="Games")
    wants(partner, WEEKLY)
    wants(partner, DAILY, Group.WATCHED)
    watch(partner, ("thread", thread.pk))
    make_post(thread=thread, by=author)
    Notification.objects.update(waits_since=days_after(6))
    notify(to=[partner], kind="record_changed", subject=("event", event.pk))
    at(monkeypatch, MONDAY + datetime.timedelta(days=6))
    choose_mail(partner, {"answers": "never"})
    at(monkeypatch, MONDAY + datetime.timedelta(days=7))
    assert send_daily_mails() == 1
    [message] = sent(queue)
    assert subject_of(message) == "2 things are new for you"


def test_daily_mail_of_another_day_leaves_the_weekly_waiting(queue, author, partner, monkeypatch):
    thread, event = open_thread(author), make_event(name="Games")
    wants(partner, WEEKLY)
    wants(partner, DAILY, Group.WATCHED)
    watch(partner, ("thread", thread.pk))
    make_post(thread=thread, by=author)
    Notification.objects.update(waits_since=days_after(2))
    notify(to=[partner], kind="record_changed", subject=("event", event.pk))
    at(monkeypatch, MONDAY + datetime.timedelta(days=3))
    assert send_daily_mails() == 1
    assert [row.kind for row in Notification.objects.due()] == ["post_added"]
    [message] = sent(queue)
    assert (subject_of(message), "Zx" in text_of(message)) == ("1 thing is new for you", False)


# Stopping, and deadlines


def test_one_click_in_a_mail_about_a_conversation_stops_its_group_only(queue, author, partner):
    thread = open_thread(author)
    wants(partner, AT_ONCE)
    watch(partner, ("thread", thread.pk))
    make_post(thread=thread, by=author)
    [message] = sent(queue)
    address = message["List-Unsubscribe"].strip(" <>").removeprefix("https://kms.example.org")
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get(address)
    assert (page.status_code, "new conversations and posts" in page.content.decode()) == (200, True)
    assert stranger.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert dict(Preference.objects.values_list("group", "mail")) == {"discussions": "never", "answers": "at_once"}
    make_post(thread=thread, by=author)
    make_post(thread=thread, by=author, text=handle_of(partner))
    assert [subject_of(message)[:22] for message in sent(queue)] == ["a member mentioned you"]


@pytest.mark.parametrize(("language", "said"), [("en", "By 3 December 2096: "), ("es", "3 de diciembre de 2096")])
def test_deadline_of_an_e_forum_stands_first_in_the_subject(queue, author, partner, language, said):
    partner.preferred_language = language
    partner.save()
    forum = make_forum(closes=datetime.datetime(2096, 12, 4, tzinfo=datetime.UTC), label=Label.GREEN)
    watch(partner, ("forum", forum.pk))
    wants(partner, AT_ONCE)
    make_thread(forum=forum, by=author)
    wants(partner, DAILY)
    make_thread(forum=forum, by=author)
    send_daily_mails()
    first, gathered = sent(queue)
    assert said in subject_of(first)
    assert said in subject_of(gathered)
    if language == "en":
        assert subject_of(first) == f"{said}There is a new conversation."
        assert subject_of(gathered) == f"{said}1 thing is new for you"
    assert said.removesuffix(": ") in text_of(first)


def test_reminder_of_a_mandate_says_by_when_without_saying_whose(queue, focal_point):
    last = timezone.now().date() + datetime.timedelta(days=20)
    focal_point.mandates.update(until=last, confirmed=timezone.now().date())
    assert tend() == {"begun": 0, "reminded": 1}
    [message] = sent(queue)
    assert subject_of(message) == f"By {say_date(last, Precision.DAY)}: Your mandate ends within 30 days."
    assert "Brazil" not in whole(message)


def test_day_that_is_over_is_no_deadline(queue, partner, client_for):
    event = make_event(name="Games")
    for day in (timezone.now().date(), timezone.now().date() - datetime.timedelta(days=1)):
        notify(to=[partner], kind="record_changed", subject=("event", event.pk), due=day)
        Notification.objects.update(mailed=None)
    first, second = sent(queue)
    assert (subject_of(first)[:3], subject_of(second)) == ("By ", "“Games” was changed.")


def test_deadline_stands_in_the_list(client_for, partner):
    notify(to=[partner], kind="record_changed", subject=("event", make_event().pk), due=datetime.date(2096, 12, 3))
    assert "<b>By 3 December 2096</b>" in client_for(partner).get("/en/desk/notifications/").content.decode()
