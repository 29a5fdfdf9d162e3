"""Consultations: opened, changed, extended, withdrawn; who reads what of them, on which pages, for how long kept."""

import datetime

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations import consulting
from consultations.models import Answer, Consultation, Extension, Reminder
from core.labels import Label
from members.models import AuditEntry
from moderation.refusals import Refused
from notifications.models import Notification
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_final,
    make_publication,
    make_state,
    make_submitted,
)
from training.models import Edition

pytestmark = pytest.mark.django_db
DAY, LIST = datetime.timedelta(days=1), "/en/manual/consultations/"


@pytest.fixture
def edition(db):
    """A drafted edition with two chapters of text."""
    edition = make_edition(work=make_publication(slug="guide", title="Guide"))
    make_chapter(edition=edition, title="Command", paragraphs=["One body commands."])
    make_chapter(edition=edition, title="Crowds", paragraphs=["Count them."])
    return edition


def page_of(consultation, what=""):
    return f"{LIST}{consultation.pk}/{what}"


def in_days(n):
    return timezone.now() + n * DAY


def written(moment):
    """A moment as a form sends it; the tests are in UTC."""
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M}"


def form_of(**changes):
    form = {"title_en": "Round one", "opens": written(timezone.now()), "closes": written(in_days(30))}
    return form | {"shown": "at_once"} | changes


def opened(edition, by, **fields):
    fields = {"opens": timezone.now(), "closes": in_days(30), "shown": "at_once"} | fields
    return consulting.open_consultation(edition=edition, by=by, **fields)


def refused(act, **words):
    with pytest.raises(Refused) as reason:
        act(**words)
    return str(reason.value)


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


# Opening


def test_consultation_open_publishes_the_draft_and_tells_the_states(
    client_for, secretariat, focal_point, alternate, expert, other_focal_point, edition, brazil
):
    client = client_for(secretariat)
    page = client.get("/en/manual/guide/1/consult/")
    assert "Everybody reads it, on the open internet." in page.text and "In your time zone: UTC." in page.text
    chapter = edition.chapters.get(order=2)
    sent = form_of(chapters=[chapter.pk], states=[brazil.pk], questions_en="Is it clear?", title_es="Ronda uno")
    answer = client.post("/en/manual/guide/1/consult/", sent)
    consultation = Consultation.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(consultation))
    assert (consultation.title_es, consultation.questions_en, consultation.author) == (
        "Ronda uno", "Is it clear?", secretariat,
    )  # fmt: skip
    assert (list(consultation.chapters.all()), list(consultation.states.all())) == ([chapter], [brazil])
    assert consultation.ends == consultation.closes and consultation.stage == "open"
    edition.refresh_from_db()
    assert (edition.status, edition.publication) == ("consultation", "published")
    assert AuditEntry.objects.filter(kind="publication", subject_key=edition.pk, person=secretariat).exists()
    told = Notification.objects.of_kind("consultation_opened")
    assert set(told.values_list("person__email", flat=True)) == {focal_point.email, alternate.email}
    shown = text_of(client_for(focal_point), page_of(consultation))
    assert "Round one" in shown and "Is it clear?" in shown and "2. Crowds" in shown and "1. Command" not in shown


def test_consultation_open_twice_with_the_same_form_is_one(client_for, secretariat, focal_point, edition):
    client, form = client_for(secretariat), form_of()
    first, second = (client.post("/en/manual/guide/1/consult/", form)["Location"] for _ in range(2))
    assert first == second and Consultation.objects.count() == 1
    assert Notification.objects.of_kind("consultation_opened").count() == 1


def test_consultation_open_later_tells_nobody_yet(secretariat, focal_point, edition):
    consultation = opened(edition, secretariat, opens=in_days(2))
    assert consultation.stage == "coming" and not Notification.objects.exists() and not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"closes": written(in_days(-1))}, "It would close before it opens."),
        ({"opens": written(in_days(-5)), "closes": written(in_days(-4))}, "This day is over."),
        ({"closes": "tomorrow"}, "Write the day and the time: 2027-06-30 23:59."),
        ({"closes": "9" * 100_000}, "Write the day and the time: 2027-06-30 23:59."),
        ({"closes": "0001-01-01T00:00"}, "The year is out of range."),
        ({"closes": "9999-12-31T23:59"}, "The year is out of range."),
        ({"closes": "2027-02-30T10:00"}, "Write the day and the time: 2027-06-30 23:59."),
        ({"closes": "2027-\x00"}, "Write the day and the time: 2027-06-30 23:59."),
        ({"closes": ""}, "This field is required."),
        ({"title_en": "<b>Round</b>"}, "Plain text only: HTML markup is not accepted here."),
        ({"title_fr": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
        ({"questions_en": "x" * 5001}, "Ensure this value has at most 5000 characters (it has 5001)."),
        ({"shown": "never"}, "Select a valid choice. never is not one of the available choices."),
        ({"chapters": "9" * 40}, f"“{'9' * 40}” is not a valid value."),
        ({"states": "0"}, "Select a valid choice. 0 is not one of the available choices."),
    ],
)
def test_consultation_open_gives_a_bad_form_back(client_for, secretariat, edition, changes, said):
    answer = client_for(secretariat).post("/en/manual/guide/1/consult/", form_of(questions_es="¿Está claro?") | changes)
    errors = [error for field in answer.context["form"].errors.values() for error in field]
    assert answer.status_code == 200 and said in errors, errors
    assert "There is a problem" in answer.text and "¿Está claro?" in answer.text
    assert not Consultation.objects.exists() and Edition.objects.get().is_drafted


def test_consultation_open_asks_no_chapter_of_another_edition(client_for, secretariat, edition):
    other = make_chapter(paragraphs=["Elsewhere."])
    answer = client_for(secretariat).post("/en/manual/guide/1/consult/", form_of(chapters=[other.pk]))
    assert answer.status_code == 200 and "chapters" in answer.context["form"].errors


def test_consultation_open_refuses_what_is_asked_already(secretariat, edition, brazil, mexico):
    first, second = edition.chapters.all()
    opened(edition, secretariat, chapters=[first], states=[brazil], title_en="One")
    said = refused(opened, edition=edition, by=secretariat, closes=in_days(20))
    assert said == "Nothing was changed: “One” asks the same States of the same text at the same time."
    opened(edition, secretariat, chapters=[second])
    opened(edition, secretariat, chapters=[first], states=[mexico])
    opened(edition, secretariat, opens=in_days(40), closes=in_days(50), chapters=[first], states=[brazil])
    assert Consultation.objects.count() == 4


def test_consultation_open_refuses_an_empty_and_a_superseded_edition(secretariat, edition):
    empty = make_edition(work=edition.work)
    assert refused(opened, edition=empty, by=secretariat) == "Nothing was opened: the edition has no text yet."
    final = make_final(edition)
    assert opened(final, secretariat).edition.status == "final"
    make_chapter(edition=empty, paragraphs=["Later."])
    make_final(empty)
    said = refused(opened, edition=edition, by=secretariat, closes=in_days(9))
    assert said == "Nothing was opened: this edition was superseded by a later one."
    assert not Edition.objects.get(pk=empty.pk).is_drafted and Consultation.objects.count() == 1


@pytest.mark.parametrize("name", ["partner", "expert", "alternate", "focal_point"])
def test_pages_of_who_consults_refuse_others(client_for, somebody, name, edition):
    consultation, client = make_consultation(edition=edition), client_for(somebody(name))
    for address in ["/en/manual/guide/1/consult/", *(page_of(consultation, f"{verb}/") for verb in VERBS)]:
        assert [client.get(address).status_code, client.post(address, form_of()).status_code] == [403, 403], address
    assert Consultation.objects.count() == 1


VERBS = ["edit", "extend", "withdraw"]


def test_pages_of_who_consults_lead_a_visitor_to_the_log_in_and_know_no_other_number(client, client_for, secretariat):
    consultation = make_consultation()
    for verb in VERBS:
        assert client.get(page_of(consultation, f"{verb}/"))["Location"].startswith("/en/account/login/?next=")
        for key in (consultation.pk + 1, 10**30):
            assert client_for(secretariat).get(f"{LIST}{key}/{verb}/").status_code == 404
    assert client_for(secretariat).get("/en/manual/absent/1/consult/").status_code == 404


# Changing


def edited(consultation, by, **changes):
    asked = consulting.asked_in(consultation) | {"chapters": consultation.chapters.all(), "by": by}
    asked |= {"states": consultation.states.all(), "consultation": consultation} | changes
    return consulting.edit_consultation(**asked)


def test_consultation_edit_moves_the_closing_and_tells_the_states(client_for, secretariat, focal_point, edition):
    consultation = opened(edition, secretariat, title_en="One")
    page = client_for(secretariat).get(page_of(consultation, "edit/"))
    sent = {name: value for name, value in page.context["form"].initial.items() if value and name.startswith("title")}
    closes = in_days(60).replace(second=0, microsecond=0)
    sent |= {"opens": written(consultation.opens), "closes": written(closes), "shown": "at_once"}
    sent |= {"seen": page.context["form"].initial["seen"], "questions_en": "And the crowds?"}
    answer = client_for(secretariat).post(page_of(consultation, "edit/"), sent)
    changed = Consultation.objects.get()
    assert (answer["Location"], changed.opens, changed.closes) == (page_of(consultation), consultation.opens, closes)
    assert (changed.ends, changed.title, changed.questions) == (closes, "One", "And the crowds?")
    row = Notification.objects.of_kind("consultation_extended").get()
    assert (row.person, row.due) == (focal_point, closes.date())
    assert client_for(secretariat).post(page_of(consultation, "edit/"), sent).status_code == 302  # the same once more
    assert Notification.objects.of_kind("consultation_extended").count() == 1


def test_consultation_edit_loses_nothing_of_what_another_wrote(client_for, secretariat, edition):
    consultation = opened(edition, secretariat)
    seen = consulting.standing_of(consultation)
    edited(consultation, secretariat, questions_en="First?")
    sent = form_of(questions_en="Second?", seen=seen, opens=written(consultation.opens))
    answer = client_for(secretariat).post(page_of(consultation, "edit/"), sent)
    assert "somebody else changed the consultation since you opened it" in answer.text and "Second?" in answer.text
    assert Consultation.objects.get().questions == "First?"


def test_consultation_edit_keeps_what_states_rely_on(secretariat, edition, brazil, mexico):
    first, second = edition.chapters.all()
    consultation = opened(edition, secretariat)
    make_comment(consultation=consultation, state=brazil, chapter=first)
    said = [
        refused(edited, consultation=consultation, by=secretariat, **change)
        for change in ({"opens": in_days(1)}, {"closes": in_days(-1)}, {"chapters": [second]}, {"states": [mexico]})
    ]
    assert said == [
        "Nothing was changed: it has opened already, and that day stays.",
        "Nothing was changed: it would close before it opens.",
        "Nothing was changed: a chapter stays on which a State has begun to comment.",
        "Nothing was changed: a State stays that has begun to comment, or has answered.",
    ]
    edited(consultation, secretariat, chapters=[first], states=[brazil], shown="after_closing")
    make_submitted(consultation=consultation, state=brazil)
    changed = Consultation.objects.get()
    assert "count on who reads them when" in refused(edited, consultation=changed, by=secretariat, shown="at_once")
    Consultation.objects.update(closed=timezone.now())
    assert "was closed, and stays as it is" in refused(edited, consultation=changed, by=secretariat, title_en="X")


def test_consultation_edit_does_not_hide_again_what_was_shown(secretariat, edition, brazil):
    consultation = opened(edition, secretariat, shown="after_closing")
    past = {"opens": in_days(-30), "closes": in_days(-1), "ends": in_days(-1)}
    Consultation.objects.update(**past)
    consultation = Consultation.objects.get()
    said = "Nothing was changed: it has closed, and since then all Focal Points read the comments."
    assert refused(edited, consultation=consultation, by=secretariat, closes=in_days(5)) == said
    words = {"state": brazil, "closes": in_days(5), "reason": "Flood", "by": secretariat}
    assert refused(consulting.extend, consultation=consultation, **words) == said


def test_states_that_are_added_are_told(secretariat, focal_point, other_focal_point, edition, brazil, mexico):
    consultation = opened(edition, secretariat, states=[brazil])
    edited(consultation, secretariat, states=[brazil, mexico])
    told = Notification.objects.of_kind("consultation_opened").values_list("person__email", "times")
    assert sorted(told) == sorted([(focal_point.email, 1), (other_focal_point.email, 1)])


# More time


def test_consultation_extend_gives_one_state_more_time(
    client_for, secretariat, focal_point, other_focal_point, edition, brazil, mexico
):
    consultation = opened(edition, secretariat)
    closes = in_days(45).replace(second=0, microsecond=0)
    sent = {"state": brazil.pk, "closes": written(closes), "reason": "Elections"}
    client = client_for(secretariat)
    assert [client.post(page_of(consultation, "extend/"), sent).status_code for _ in range(2)] == [302, 302]
    consultation = Consultation.objects.get()
    assert (consultation.closes_for(brazil), consultation.closes_for(mexico)) == (closes, consultation.closes)
    assert consultation.ends == closes
    row = Notification.objects.of_kind("consultation_extended").get()
    assert (row.person, row.due, row.times) == (focal_point, closes.date(), 1)
    assert "Elections" in text_of(client_for(other_focal_point), page_of(consultation))
    edited(consultation, secretariat, closes=in_days(50))
    assert not Extension.objects.exists() and Consultation.objects.get().closes_for(brazil) > closes


def test_consultation_extend_refuses_a_shorter_time_and_a_state_that_is_not_asked(
    client_for, secretariat, edition, brazil, mexico
):
    consultation, client = opened(edition, secretariat, states=[brazil]), client_for(secretariat)
    sent = {"state": brazil.pk, "closes": written(in_days(10)), "reason": "Elections"}
    answer = client.post(page_of(consultation, "extend/"), sent)
    assert "choose a later moment than the one until which it can comment already" in answer.text
    assert 'value="Elections"' in answer.text
    for bad in ({"state": mexico.pk}, {"state": "x"}, {"closes": "never"}, {"reason": ""}, {"reason": "x" * 301}):
        answer = client.post(page_of(consultation, "extend/"), sent | {"closes": written(in_days(40))} | bad)
        assert (answer.status_code, set(answer.context["form"].errors)) == (200, set(bad))
    assert not Extension.objects.exists()


# Withdrawing


def test_consultation_withdraw_makes_the_edition_a_draft_again(client_for, secretariat, focal_point, client, edition):
    consultation = opened(edition, secretariat)
    address = page_of(consultation)
    assert client.get(address).status_code == 200
    answer = client_for(secretariat).post(page_of(consultation, "withdraw/"), follow=True)
    assert "Withdrawn. The edition is a draft again" in answer.text
    edition.refresh_from_db()
    assert (edition.status, edition.publication, Consultation.objects.count()) == ("drafting", "draft", 0)
    assert [client.get(address).status_code, client.get("/en/manual/guide/1/").status_code] == [404, 404]
    row = Notification.objects.of_kind("consultation_withdrawn").get()
    assert (row.person, row.subject_kind) == (focal_point, "")


def test_consultation_withdraw_leaves_the_edition_that_others_ask_of(secretariat, edition):
    first, second = edition.chapters.all()
    one, two = (opened(edition, secretariat, chapters=[chapter]) for chapter in (first, second))
    assert consulting.withdraw_consultation(consultation=one, by=secretariat).status == "consultation"
    assert consulting.withdraw_consultation(consultation=one, by=secretariat).status == "consultation"
    assert consulting.withdraw_consultation(consultation=two, by=secretariat).status == "drafting"


@pytest.mark.parametrize("said", ["draft", "answer"])
def test_consultation_withdraw_is_refused_once_a_state_said_something(client_for, secretariat, edition, brazil, said):
    consultation = opened(edition, secretariat)
    if said == "draft":
        make_comment(consultation=consultation, state=brazil)
    else:
        Answer.objects.create(consultation=consultation, state=brazil, kind="agrees")
    answer = client_for(secretariat).post(page_of(consultation, "withdraw/"), follow=True)
    assert "Nothing was withdrawn: a State has begun to comment, or has answered." in answer.text
    assert Consultation.objects.count() == 1 and Edition.objects.get().status == "consultation"


# Reading


def test_consultation_detail_tells_a_visitor_what_is_asked_and_of_nothing_that_was_said(client, brazil, edition):
    consultation = make_consultation(edition=edition, states=[brazil], title="Round", questions="Clear?")
    make_submitted(consultation=consultation, state=brazil, text="Secret word")
    Extension.objects.create(consultation=consultation, state=brazil, closes=in_days(40), reason="Elections")
    Answer.objects.create(consultation=consultation, state=make_state(), kind="agrees")
    page = text_of(client, page_of(consultation))
    assert "Round" in page and "Clear?" in page and "Brazil" in page and "Times are in UTC." in page
    for leak in ("Secret word", "Elections", "submitted", "agree", "All comments", "What you can do"):
        assert leak not in page, leak


@pytest.mark.parametrize("label", [Label.GREEN, Label.AMBER, Label.RED])
def test_consultations_on_what_one_may_not_read_are_nowhere(client, client_for, partner, secretariat, label):
    chapter = make_chapter(edition=make_edition(label=label), paragraphs=["Hidden."])
    consultation = make_consultation(edition=chapter.edition, title="Hidden round")
    readers = {"visitor": client, "partner": client_for(partner), "secretariat": client_for(secretariat)}
    knows = {"visitor": False, "partner": label == Label.GREEN, "secretariat": True}
    for name, reader in readers.items():
        assert reader.get(page_of(consultation)).status_code == (200 if knows[name] else 404), name
        for address in (LIST, "/en/", "/sitemap-consultations.xml"):
            hint = f"{LIST}{consultation.pk}/" if "sitemap" in address else "Hidden round"
            is_there = hint in reader.get(address).text
            assert is_there == (knows[name] and "sitemap" not in address), (name, address)


def test_consultation_detail_names_who_has_more_time_to_those_who_may_know(
    client, client_for, expert, other_focal_point, partner, mexico
):
    consultation = make_consultation(ends=in_days(40))
    Extension.objects.create(consultation=consultation, state=mexico, closes=in_days(40), reason="Elections")
    assert "Mexico until" in text_of(client_for(other_focal_point), page_of(consultation))
    for reader in (client, client_for(expert), client_for(partner)):
        page = text_of(reader, page_of(consultation))
        assert "Some States have more time." in page and "Elections" not in page and "Mexico until" not in page


def test_consultation_open_refuses_what_nobody_could_read(secretariat, edition):
    edition.work.publication = edition.work.Publication.WITHDRAWN
    edition.work.save()
    said = "Nothing was opened: the publication or the edition is not published, and nobody can read it."
    assert refused(opened, edition=edition, by=secretariat) == said
    assert Edition.objects.get().is_drafted


def test_consultation_detail_shows_each_state_what_waits_for_it(client_for, focal_point, expert, edition, brazil):
    consultation = make_consultation(edition=edition)
    make_comment(consultation=consultation, state=brazil, text="Draft word")
    page = text_of(client_for(focal_point), page_of(consultation))
    space = f"{LIST}{consultation.pk}/spaces/brazil/"
    assert "Nothing was said officially yet. 1 draft is in your State's own space." in page
    assert f'href="{space}"' in page and f'href="{space}answer/"' in page
    page = text_of(client_for(expert), page_of(consultation))
    assert f'href="{space}"' in page and f'href="{space}answer/"' not in page
    Consultation.objects.update(opens=in_days(-9), closes=in_days(-1), ends=in_days(-1))
    page = text_of(client_for(focal_point), page_of(consultation))
    assert "The time to comment is over." in page and "Read the text and comment" not in page


def test_consultation_detail_does_not_count_what_is_not_shown_yet(client_for, focal_point, secretariat, mexico):
    consultation = make_consultation(shown="after_closing")
    make_submitted(consultation=consultation, state=mexico)
    assert "The comments of other States are shown after the closing." in text_of(
        client_for(focal_point), page_of(consultation)
    )
    page = text_of(client_for(secretariat), page_of(consultation))
    assert "1 State has submitted comments. 1 comment still needs a disposition." in page


def test_consultation_detail_tells_an_expert_that_he_sees_what_his_state_submitted(client_for, expert, brazil, mexico):
    consultation = make_consultation()
    for state in (brazil, mexico):
        make_submitted(consultation=consultation, state=state)
    page = text_of(client_for(expert), page_of(consultation))
    assert "You see what your own State submitted." in page and "submitted comments." not in page
    page = text_of(client_for(expert), f"{page_of(consultation)}statistics/")
    assert "States answered" not in page and "Most comments" not in page


def test_consultation_detail_says_who_comments_to_those_who_do_not(client_for, visitor, partner, focal_point):
    consultation = make_consultation()
    for person in (visitor, partner, focal_point):
        page = text_of(client_for(person), page_of(consultation))
        assert ("The Focal Points of the States comment, and read the comments." in page) == (person != focal_point)
        assert (f'/login/?next={page_of(consultation)}">Log in</a></p>' in page) == (person == visitor)
        assert "Opened" in page and ("Read the text and comment" in page) == (person == focal_point)


def test_consultation_list_pages_and_refuses_strange_pages(client):
    edition = make_chapter(paragraphs=["Text."]).edition
    for n in range(27):
        make_consultation(edition=edition, title=f"Round {n}")
    assert (client.get(LIST).text.count("<li><div><h2>"), client.get(f"{LIST}?page=2").text.count("<li><div><h2>")) == (
        25,
        2,
    )
    for page in ("3", "0", "-1", "x", "٣", "9" * 30, "1\x00"):
        assert client.get(LIST, {"page": page}).status_code == 404, page


def test_consultation_list_without_any_says_where_they_come_from(client, client_for, secretariat):
    assert "The secretariat opens one when a text is ready for comments." in client.get(LIST).text
    assert "Open one from the page of the edition" in client_for(secretariat).get(LIST).text


def test_editions_chapters_and_the_start_page_lead_to_open_consultations(client, client_for, secretariat, edition):
    first, second = edition.chapters.all()
    consultation = make_consultation(edition=edition, chapters=[first], title="Round one")
    link = f'href="{page_of(consultation)}"'
    for address, there in (("/en/", 1), ("/en/manual/guide/1/", 1), ("/en/manual/guide/1/1/", 1),
                           ("/en/manual/guide/1/2/", 0), (LIST, 1)):  # fmt: skip
        assert client.get(address).text.count(link) == there, address
    assert "Open a consultation" in client_for(secretariat).get("/en/manual/guide/1/").text
    assert "Open a consultation" not in client.get("/en/manual/guide/1/").text


@pytest.fixture
def keeping(settings):
    """Pages are kept as in the real portal."""
    local = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages-of-consultations"}
    settings.CACHES = settings.CACHES | {"pages": local}
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.mark.django_db(transaction=True)
def test_kept_pages_follow_the_hour_at_which_a_consultation_opens_and_closes(client, keeping, edition, monkeypatch):
    now = timezone.now().replace(hour=12, minute=0)
    at = {"now": now}
    monkeypatch.setattr(timezone, "now", lambda: at["now"])
    hour = datetime.timedelta(hours=1)
    consultation = make_consultation(edition=edition, title="Round", opens=now + hour, closes=now + 2 * hour)
    seen = []
    for moment in (now, now + hour, now + 2 * hour):
        at["now"] = moment
        pages = [client.get(address).text for address in ("/en/", LIST, page_of(consultation))]
        seen.append(["Round" in pages[0], *(next(s for s in STAGES if f">{s}<" in page) for page in pages[1:])])
    assert seen == [
        [False, "not open yet", "not open yet"],
        [True, "open", "open"],
        [False, "comments under review", "comments under review"],
    ]


STAGES = ["not open yet", "open", "comments under review", "closed"]


@pytest.mark.django_db(transaction=True)
def test_kept_pages_are_kept_while_nothing_changes(client, keeping, edition):
    consultation = make_consultation(edition=edition)
    for address in (LIST, page_of(consultation), "/en/", "/en/manual/guide/1/"):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) == 1, [row["sql"] for row in asked]  # the version of the content


def test_pages_ask_as_often_for_three_consultations_as_for_one(client_for, focal_point, secretariat, edition, brazil):
    def numbers():
        found = []
        for person in (focal_point, secretariat):
            client = client_for(person)
            for address in (LIST, "/en/", page_of(consultation), "/en/manual/guide/1/", "/en/manual/guide/1/1/"):
                client.get(address)
                with CaptureQueriesContext(connection) as asked:
                    client.get(address)
                found.append((address, len(asked)))
        return found

    consultation = make_consultation(edition=edition)
    make_submitted(consultation=consultation, state=brazil)
    Extension.objects.create(consultation=consultation, state=make_state(), closes=in_days(40), reason="More")
    one = numbers()
    for n in range(2):
        other = make_consultation(edition=edition, states=[make_state(), make_state()])
        make_submitted(consultation=other, state=brazil)
        Extension.objects.create(consultation=consultation, state=make_state(), closes=in_days(40), reason="More")
        consultation.chapters.add(edition.chapters.all()[n])
    assert numbers() == one
    assert [number for address, number in one if "guide" not in address] == QUERIES


QUERIES = [4, 12, 13, 4, 12, 10]  # the list, the start page, one of them: of a Focal Point, of who consults


def test_times_are_said_in_the_zone_of_the_reader(client_for, secretariat, focal_point, edition):
    secretariat.time_zone = "America/Panama"
    secretariat.save()
    sent = form_of(closes="2040-06-30T23:59")
    answer = client_for(secretariat).post("/en/manual/guide/1/consult/", sent | {"opens": ""})
    assert answer.context["form"].errors.keys() == {"opens"}
    now = timezone.now() - datetime.timedelta(hours=5)
    client_for(secretariat).post("/en/manual/guide/1/consult/", sent | {"opens": written(now)})
    consultation = Consultation.objects.get()
    assert consultation.closes == datetime.datetime(2040, 7, 1, 4, 59, tzinfo=datetime.UTC)
    assert "30 June 2040, 23:59</time> UTC−5" in text_of(client_for(secretariat), page_of(consultation))
    assert "1 July 2040, 04:59</time> UTC" in text_of(client_for(focal_point), page_of(consultation))


def test_consultation_edit_names_the_zone_and_not_todays_distance_from_utc(client_for, secretariat, edition):
    secretariat.time_zone = "America/New_York"
    secretariat.save()
    consultation, client = make_consultation(edition=edition), client_for(secretariat)
    for act in ("edit/", "extend/"):
        text = client.get(page_of(consultation, act)).content.decode()
        assert "in your time zone: America/New York." in text.replace("In your", "in your")
