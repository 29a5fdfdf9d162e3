"""Mails about notifications: what they may say by label, in whose language, and how often."""

import re

import pytest
from django.db import transaction
from django_q.models import OrmQ, Task

from core.labels import Label
from documents.actions import refresh_audience
from events.models import MajorEvent
from members.models import Labelled
from moderation.models import Proposal
from notifications import daily
from notifications.actions import choose_mail, mark_read, notify
from notifications.daily import send_daily_mails
from notifications.kinds import KINDS, Group, NotificationKind
from notifications.models import Notification, Preference
from tests.factories import make_document, make_event
from tests.smtp_sink import smtp_sink
from tests.worker import run_worker

pytestmark = pytest.mark.django_db

DAILY, NEVER = Preference.Mail.DAILY, Preference.Mail.NEVER
MINE = NotificationKind("zx_mine", Group.MY_WORK, "%(by)s returned “%(title)s”.", "Something came back to you.")
BARE = "Something you watch has changed."
SECRET = {"slug": "zx-secret", "name_en": "Zx secret", "name_pt": "Zx segredo", "summary": "Zx content"}


@pytest.fixture(autouse=True)
def kind_of_my_work(monkeypatch):
    monkeypatch.setitem(KINDS, MINE.name, MINE)


def tell(person, record, *, name="event", kind="record_changed", **fields):
    """Tell one person of a record; returns the row."""
    notify(to=[person], kind=kind, subject=(name, record.pk), **fields)
    return Notification.objects.filter(person=person).first()


def whole(message):
    """Everything that goes over the wire, with its bodies as they are read."""
    sent = message.message()
    bodies = [part.get_payload(decode=True).decode() for part in sent.walk() if not part.is_multipart()]
    headers = [f"{name}: {value}" for name, value in sent.items()]
    return "\n".join([message.subject, *headers, *bodies])


# What a mail says


def test_mail_of_an_open_record_names_it_links_to_it_and_says_why_and_how_to_stop(focal_point, mailoutbox):
    tell(focal_point, make_event(slug="games", name="Games & more"))
    [sent] = mailoutbox
    text, html = sent.body, sent.alternatives[0].content
    assert (sent.subject, sent.to) == ("“Games & more” was changed.", ["focal_point@example.org"])
    assert "http://localhost:8000/en/events/games/" in text
    assert "http://localhost:8000/en/account/notifications/" in text
    assert "because you watch this record" in text
    assert "The secretariat of IPO Americas" in text
    assert "“Games & more” was changed." in text
    assert "“Games &amp; more” was changed." in html
    assert '<a href="http://localhost:8000/en/events/games/">' in html
    stop = re.search(r"http://localhost:8000/unsubscribe/[^/\s]+/", text).group()
    assert sent.extra_headers["List-Unsubscribe"] == f"<{stop}>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in html


@pytest.mark.parametrize(
    "state",
    [
        {"label": Label.GREEN},
        {"label": Label.AMBER},
        {"label": Label.RED},
        {"publication": Labelled.Publication.DRAFT},
        {"publication": Labelled.Publication.WITHDRAWN},
    ],
    ids=str,
)
@pytest.mark.parametrize("who", ["focal_point", "secretariat"])
def test_mail_of_a_restricted_record_holds_nothing_of_it(request, brazil, who, state, mailoutbox):
    event = make_event(host_state=brazil, **SECRET, **state)
    reader = request.getfixturevalue(who)
    knows = who == "secretariat" or "publication" not in state
    notify(to=[reader], kind="record_changed", subject=("event", event.pk))  # the caller forgot the label
    assert len(mailoutbox) == knows
    for sent in mailoutbox:
        row = Notification.objects.get()
        assert sent.subject == BARE
        assert f"http://localhost:8000/en/desk/notifications/{row.pk}/open/" in sent.body
        assert "zx" not in re.sub(r"/unsubscribe/[^/]+/", "", whole(sent)).lower()


def test_mail_of_a_document_goes_by_its_effective_label(focal_point, brazil, mailoutbox):
    document = make_document(title="Zx secret", filename="zx-secret.pdf", state=brazil)
    event = make_event(host_state=brazil, label=Label.AMBER, documents=[document])
    refresh_audience(document)
    assert (document.label, document.effective_label, event.label) == (Label.CLEAR, Label.AMBER, Label.AMBER)
    tell(focal_point, document, name="document")
    assert mailoutbox[0].subject == BARE
    assert "zx" not in re.sub(r"/unsubscribe/[^/]+/", "", whole(mailoutbox[0])).lower()


def test_mail_of_a_proposal_holds_nothing_of_it(focal_point, brazil, secretariat, mailoutbox):
    proposal = Proposal.objects.create(kind="event", state=brazil, author=focal_point, title="Zx secret")
    tell(focal_point, proposal, name="proposal", kind=MINE.name, by=secretariat)
    assert mailoutbox[0].subject == "Something came back to you."
    assert "Zx secret" not in whole(mailoutbox[0])
    assert str(proposal.uuid) not in whole(mailoutbox[0])


def test_mail_about_ones_own_work_names_nothing_not_even_an_open_record(focal_point, secretariat, mailoutbox):
    secretariat.name = "Zx Curator"
    secretariat.save()
    tell(focal_point, make_event(**SECRET), kind=MINE.name, by=secretariat)
    choose_mail(focal_point, {"my_work": DAILY})
    tell(focal_point, make_event(name="Zx other"), kind=MINE.name, by=secretariat)
    assert send_daily_mails() == 1
    for sent in mailoutbox:
        assert "zx" not in re.sub(r"/unsubscribe/[^/]+/", "", whole(sent)).lower()
    assert [sent.subject for sent in mailoutbox] == [MINE.bare, "1 thing is new for you"]


def test_label_that_the_caller_gives_closes_a_mail_about_an_open_record(focal_point, mailoutbox):
    tell(focal_point, make_event(**SECRET), label=Label.GREEN)
    assert mailoutbox[0].subject == BARE
    assert "Zx secret" not in whole(mailoutbox[0])


def test_news_without_a_record_is_told_in_its_own_words(focal_point, other_focal_point, mailoutbox, monkeypatch):
    plain = NotificationKind("zx_plain", Group.WATCHED, "The matrix is new.", "There is something new.")
    monkeypatch.setitem(KINDS, plain.name, plain)
    for person, label in {focal_point: Label.CLEAR, other_focal_point: Label.AMBER}.items():
        notify(to=[person], kind=plain.name, label=label)
    assert [sent.subject for sent in mailoutbox] == [plain.said, plain.bare]


def test_mail_is_in_the_language_of_its_reader(focal_point, other_focal_point, mailoutbox):
    other_focal_point.preferred_language = "es"
    other_focal_point.save()
    event = make_event(slug="carnival", name_en="Carnival", name_es="Carnaval")
    notify(to=[focal_point, other_focal_point], kind="record_changed", subject=("event", event.pk))
    english, spanish = mailoutbox
    assert ("Carnival" in english.subject, "Carnaval" in spanish.subject) == (True, True)
    assert "http://localhost:8000/es/events/carnival/" in spanish.body
    assert "http://localhost:8000/es/account/notifications/" in spanish.body
    assert '<html lang="es">' in spanish.alternatives[0].content


def test_mails_to_several_people_are_separate_messages(focal_point, other_focal_point, expert, mailoutbox):
    people = [focal_point, other_focal_point, expert]
    notify(to=people, kind="record_changed", subject=("event", make_event().pk))
    assert [(sent.to, sent.cc, sent.bcc) for sent in mailoutbox] == [
        ([person.email], [], []) for person in sorted(people, key=lambda person: person.pk)
    ]


def test_long_title_makes_a_short_subject(focal_point, mailoutbox):
    tell(focal_point, make_event(name="Games " * 30))
    assert len(mailoutbox[0].subject) == 150


# Through the queue


@pytest.fixture
def queue(settings):
    """The portal's own backends instead of the test runner's."""
    settings.EMAIL_BACKEND = "core.mail.QueuedEmailBackend"
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS = "127.0.0.1", "", False
    return settings


def test_mails_of_every_label_reach_the_smtp_server_as_they_should(queue, focal_point, brazil):
    for label in Label:
        fields = {"slug": f"zx-{label.name.lower()}", "name": f"Zx {label.name}"}
        tell(focal_point, make_event(host_state=brazil, label=label, **fields), label=label)
    with smtp_sink() as (port, kept):
        queue.EMAIL_PORT = port
        run_worker()
    assert [receivers for _, receivers, _ in kept] == [["focal_point@example.org"]] * 4
    messages = [message for _, _, message in kept]
    assert [message["subject"] for message in messages] == ["“Zx CLEAR” was changed.", BARE, BARE, BARE]
    bodies = [part.get_content() for message in messages[1:] for part in message.walk() if not part.is_multipart()]
    assert len(bodies) == 6
    assert [body for body in bodies if "zx" in re.sub(r"/unsubscribe/[^/]+/", "", body).lower()] == []
    assert {message["List-Unsubscribe-Post"] for message in messages} == {"List-Unsubscribe=One-Click"}
    assert (OrmQ.objects.count(), Task.objects.count()) == (0, 0)


def test_what_is_rolled_back_tells_nobody_and_sends_nothing(queue, focal_point):
    event = make_event()

    def fail():
        with transaction.atomic():
            tell(focal_point, event)
            assert (Notification.objects.count(), OrmQ.objects.count()) == (1, 1)
            raise RuntimeError

    pytest.raises(RuntimeError, fail)
    focal_point.refresh_from_db()
    assert (Notification.objects.count(), OrmQ.objects.count(), focal_point.unread_notifications) == (0, 0, 0)


# How often


def test_record_that_keeps_changing_sends_one_mail_a_day(focal_point, secretariat, mailoutbox):
    event = make_event(name="Games")
    tell(focal_point, event)
    assert tell(focal_point, event).mail_due  # unread
    mark_read(by=focal_point, key=Notification.objects.get().pk)
    assert tell(focal_point, event, kind="record_published").mail_due
    assert [sent.subject for sent in mailoutbox] == ["“Games” was changed."]
    tell(focal_point, make_event(name="Other"))
    assert [sent.subject for sent in mailoutbox[1:]] == ["“Other” was changed."]


def test_each_step_of_my_work_is_mailed(focal_point, mailoutbox):
    event = make_event()
    for _ in range(2):
        tell(focal_point, event, kind=MINE.name)
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    ("chosen", "mails", "due"), [({}, 1, False), ({"watched": DAILY}, 0, True), ({"watched": NEVER}, 0, False)]
)
def test_mail_goes_as_the_person_has_chosen_for_its_group(focal_point, mailoutbox, chosen, mails, due):
    choose_mail(focal_point, {"my_work": NEVER, **chosen})
    row = tell(focal_point, make_event())
    assert (len(mailoutbox), row.mail_due) == (mails, due)
    focal_point.refresh_from_db()
    assert focal_point.unread_notifications == 1
    tell(focal_point, make_event(), kind=MINE.name)
    assert len(mailoutbox) == mails


# The daily mail


@pytest.fixture
def daily_reader(focal_point):
    choose_mail(focal_point, dict.fromkeys(Group, DAILY))
    return focal_point


def test_daily_mail_names_what_is_open_and_counts_the_rest(daily_reader, brazil, mailoutbox):
    tell(daily_reader, make_event(slug="one", name="One"))
    tell(daily_reader, make_event(slug="two", name="Two"))
    tell(daily_reader, make_event(host_state=brazil, label=Label.RED, **SECRET))
    tell(daily_reader, make_event(slug="zx-marked", name="Zx marked"), label=Label.GREEN)
    assert mailoutbox == []
    assert send_daily_mails() == 1
    [sent] = mailoutbox
    assert (sent.subject, sent.to) == ("4 things are new for you", [daily_reader.email])
    for body in (sent.body, sent.alternatives[0].content):
        assert "“One” was changed." in body
        assert "http://localhost:8000/en/events/two/" in body
        assert "2 more things stand only in the portal." in body
        assert "http://localhost:8000/en/desk/notifications/" in body
    assert "zx" not in re.sub(r"/unsubscribe/[^/]+/", "", whole(sent)).lower()


def test_daily_mail_of_restricted_things_only_counts_them(daily_reader, brazil, mailoutbox):
    daily_reader.preferred_language = "fr"
    daily_reader.save()
    tell(daily_reader, make_event(host_state=brazil, label=Label.AMBER, **SECRET))
    send_daily_mails()
    [sent] = mailoutbox
    assert "http://localhost:8000/fr/desk/notifications/" in sent.body
    assert "zx" not in re.sub(r"/unsubscribe/[^/]+/", "", whole(sent)).lower()


def test_record_that_was_closed_before_the_daily_mail_is_not_named_in_it(daily_reader, mailoutbox):
    event = make_event(**SECRET)
    tell(daily_reader, event)
    MajorEvent.objects.update(label=Label.GREEN)
    send_daily_mails()
    assert "Zx secret" not in whole(mailoutbox[0])


def test_daily_mails_run_twice_send_nothing_twice(daily_reader, mailoutbox):
    tell(daily_reader, make_event())
    assert [send_daily_mails(), send_daily_mails(), len(mailoutbox)] == [1, 0, 1]
    row = Notification.objects.get()
    assert (row.mail_due, row.mailed is None, row.read) == (False, False, None)


def test_daily_mails_that_were_killed_half_way_go_on_where_they_were(
    daily_reader, other_focal_point, queue, monkeypatch
):
    choose_mail(other_focal_point, {"watched": DAILY})
    event = make_event()
    notify(to=[daily_reader, other_focal_point], kind="record_changed", subject=("event", event.pk))
    made, real = [], daily.mail_of_day

    def dies_at_the_second(person, *args):
        made.append(person)
        if len(made) == 2:
            raise RuntimeError
        return real(person, *args)

    monkeypatch.setattr(daily, "mail_of_day", dies_at_the_second)
    pytest.raises(RuntimeError, send_daily_mails)
    assert OrmQ.objects.count() == 1
    assert send_daily_mails() == 1
    assert (OrmQ.objects.count(), [person.pk for person in made[1:]]) == (2, [made[1].pk, made[1].pk])


def test_daily_mail_and_the_note_that_it_went_are_one(daily_reader, queue, monkeypatch):
    tell(daily_reader, make_event())
    with monkeypatch.context() as broken:
        broken.setattr(daily, "timezone", None)  # so that it dies after the mail is queued, before that is noted
        pytest.raises(AttributeError, send_daily_mails)
    assert (OrmQ.objects.count(), Notification.objects.due().count()) == (0, 1)
    assert (send_daily_mails(), OrmQ.objects.count()) == (1, 1)


def test_daily_mail_leaves_out_what_was_read_or_is_not_wanted_any_more(
    daily_reader, other_focal_point, expert, mailoutbox
):
    for person in (other_focal_point, expert):
        choose_mail(person, {"watched": DAILY})
    people = [daily_reader, other_focal_point, expert]
    notify(to=people, kind="record_changed", subject=("event", make_event().pk))
    mark_read(by=daily_reader, key=Notification.objects.get(person=daily_reader).pk)
    choose_mail(other_focal_point, {"watched": NEVER})
    expert.is_active = False
    expert.save()
    assert (send_daily_mails(), mailoutbox, Notification.objects.due().count()) == (0, [], 0)


def test_long_daily_mail_names_thirty(daily_reader, mailoutbox):
    for number in range(32):
        tell(daily_reader, make_event(name=f"Games {number}"))
    send_daily_mails()
    assert mailoutbox[0].body.count("was changed.") == 30
    assert "2 more things stand only in the portal." in mailoutbox[0].body
