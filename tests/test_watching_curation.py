"""What the secretariat does in the admin reaches those who watch, and the State that owns the record."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_q.models import OrmQ, Task

from core.labels import Label
from events.models import MajorEvent
from moderation.bulk import AT_A_TIME, tell_later
from notifications.actions import watch
from notifications.daily import send_daily_mails
from notifications.models import Notification
from tests.admin_pages import form_data, save
from tests.factories import make_activity, make_event, make_instrument, make_theme
from tests.worker import run_worker

pytestmark = pytest.mark.django_db

CHANGED, PUBLISHED = "record_changed", "record_published"
OWN_CHANGED, OWN_PUBLISHED = "record_changed_by_secretariat", "record_published_by_secretariat"


def address(record, page="change", *more):
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=[record.pk, *more])


def told():
    """{(account, kind)} of all notifications; they are forgotten by it."""
    rows = list(Notification.objects.select_related("person"))
    Notification.objects.all().delete()
    assert len(rows) == len({(row.person, row.kind, row.subject_key) for row in rows})
    return {(row.person, row.kind) for row in rows}


@pytest.fixture
def curator(client_for, secretariat):
    return client_for(secretariat)


@pytest.fixture
def theme(partner):
    """A theme that the partner watches."""
    theme = make_theme()
    watch(partner, ("theme", theme.pk))
    return theme


def test_change_of_a_record_tells_its_watchers_and_its_state(
    curator, secretariat, partner, expert, focal_point, alternate, other_focal_point, brazil, theme, mailoutbox
):
    event = make_event(name="Games", host_state=brazil, themes=[theme])
    for person in (focal_point, secretariat):  # the owner is told as such, and who did it not at all
        watch(person, ("event", event.pk))
    save(curator, address(event), name_en="Great Games")
    assert told() == {(partner, CHANGED), (focal_point, OWN_CHANGED), (alternate, OWN_CHANGED)}
    assert {(sent.to[0], sent.subject) for sent in mailoutbox} == {
        (partner.email, "“Great Games” was changed."),
        (focal_point.email, "The secretariat changed “Great Games”, a record of your State."),
        (alternate.email, "The secretariat changed “Great Games”, a record of your State."),
    }
    reasons = {sent.to[0]: "because you speak for the State" in sent.body for sent in mailoutbox}
    assert reasons == {partner.email: False, focal_point.email: True, alternate.email: True}


@pytest.mark.parametrize("maker", [make_event, make_instrument, make_activity])
def test_records_of_every_room_are_watched(curator, partner, theme, maker):
    record = maker(themes=[theme])
    save(curator, address(record), source="https://example.org/")
    assert told() == {(partner, CHANGED)}


def test_change_of_a_list_or_a_part_counts_and_a_save_without_a_change_does_not(curator, partner, theme):
    event = make_event(themes=[theme], cities=["Lima"])
    save(curator, address(event))
    assert told() == set()
    save(curator, address(event), **{"places-0-city": "Cusco"})
    assert told() == {(partner, CHANGED)}
    save(curator, address(event), themes=[theme.pk, make_theme().pk])
    assert told() == {(partner, CHANGED)}


def test_drafts_and_withdrawn_records_are_told_of_when_they_are_published(
    curator, administrator, partner, focal_point, brazil, theme
):
    watch(administrator, ("theme", theme.pk))  # who may read drafts, and is not bothered with them either
    event = make_event(host_state=brazil, themes=[theme], publication="draft")
    save(curator, address(event), name_en="Second")
    assert told() == set()
    save(curator, address(event), publication="published")
    assert told() == {(partner, PUBLISHED), (administrator, PUBLISHED), (focal_point, OWN_PUBLISHED)}
    save(curator, address(event), publication="withdrawn")
    assert told() == set()


def test_new_record_is_told_of_by_its_state_and_theme(curator, partner, focal_point, brazil, theme):
    page = curator.get("/admin/events/majorevent/add/")
    sent = form_data(
        page, name_en="Games", slug="games", kind="sport", status="confirmed", start="2031-01-01", end="2031-01-01",
        host_state=brazil.pk, themes=[theme.pk], publication="published",
    )  # fmt: skip
    assert curator.post("/admin/events/majorevent/add/", sent).status_code == 302
    assert told() == {(partner, PUBLISHED), (focal_point, OWN_PUBLISHED)}


def test_record_that_is_closed_while_it_changes_reaches_only_who_may_know_of_it(
    curator, partner, focal_point, other_focal_point, brazil, theme, mailoutbox
):
    watch(other_focal_point, ("theme", theme.pk))
    event = make_event(slug="zx-secret", name="Zx secret", host_state=brazil, themes=[theme])
    save(curator, address(event), label=Label.RED)
    assert told() == {(focal_point, OWN_CHANGED)}
    assert [(sent.to[0], sent.subject) for sent in mailoutbox] == [
        (focal_point.email, "The secretariat changed a record of your State.")
    ]
    assert "zx-secret" not in mailoutbox[0].body


def test_bulk_publishing_goes_into_one_daily_mail(curator, partner, theme, mailoutbox):
    for number in range(3):
        make_event(name=f"Games {number}", themes=[theme], publication="draft" if number else "published")
    chosen = list(MajorEvent.objects.values_list("pk", flat=True))
    act = {"action": "publish", "_selected_action": chosen}
    assert curator.post("/admin/events/majorevent/", act).status_code == 302
    assert (Notification.objects.filter(person=partner, kind=PUBLISHED).count(), mailoutbox) == (2, [])
    assert (send_daily_mails(), len(mailoutbox)) == (1, 1)
    assert "“Games 1” was published." in mailoutbox[0].body
    curator.post("/admin/events/majorevent/", act)
    assert Notification.objects.count() == 2


def test_bulk_withdrawing_tells_nobody(curator, theme):
    event = make_event(themes=[theme])
    curator.post("/admin/events/majorevent/", {"action": "withdraw", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert (event.publication, told()) == ("withdrawn", set())


def test_revert_is_a_change(curator, partner, theme):
    event = make_event(name="First", themes=[theme])
    version = event.history.latest("history_date", "history_id").pk
    save(curator, address(event), name_en="Second")
    told()
    old = address(event, "simple_history", version)
    sent = form_data(curator.get(old))
    assert told() == set()
    assert curator.post(old, sent).status_code == 302
    event.refresh_from_db()
    assert (event.name, told()) == ("First", {(partner, CHANGED)})


def test_import_tells_of_what_is_out_in_the_daily_mail(curator, partner, focal_point, brazil, theme, mailoutbox):
    known = make_event(slug="known", name="Known", host_state=brazil, themes=[theme])
    same = make_event(slug="same", name="Same", host_state=brazil, themes=[theme])
    make_event(slug="draft", name="Draft", host_state=brazil, themes=[theme], publication="draft")
    rows = "slug,name\nknown,Known anew\nsame,Same\ndraft,Draft anew\n"
    imported(curator, rows)
    known.refresh_from_db()
    assert (known.name, same.name) == ("Known anew", "Same")
    assert set(Notification.objects.values_list("person", "kind", "subject_key")) == {
        (partner.pk, CHANGED, known.pk),
        (focal_point.pk, OWN_CHANGED, known.pk),
    }
    assert mailoutbox == []
    assert send_daily_mails() == 2


def previewed(client, rows):
    """What the page between the two of an import sends on."""
    upload = SimpleUploadedFile("events.csv", rows.encode())
    page = client.post("/admin/events/majorevent/import/", {"import_file": upload, "format": "0", "resource": ""})
    return page.context["confirm_form"].initial


def imported(client, rows):
    return client.post("/admin/events/majorevent/process_import/", previewed(client, rows))


def test_import_that_turns_bad_after_the_preview_tells_nobody(curator, mexico, theme):
    event = make_event(slug="known", name="Known", themes=[theme])
    other = make_event(slug="other", themes=[theme])
    own = event.host_state.iso3
    rows = f"slug,name,host_country_iso3\nknown,Known anew,{own}\nother,{other.name},MEX\n"
    sent = previewed(curator, rows)
    mexico.delete()
    page = curator.post("/admin/events/majorevent/process_import/", sent, follow=True)
    event.refresh_from_db()
    assert "Nothing was imported" in page.content.decode()
    assert (event.name, told()) == ("Known", set())


def test_long_import_is_told_of_by_the_queue_a_few_records_at_a_time(curator, secretariat, partner, theme, mailoutbox):
    watch(secretariat, ("theme", theme.pk))
    number = 2 * AT_A_TIME + 1
    for n in range(number):
        make_event(slug=f"event-{n}", name="Old", themes=[theme])
    imported(curator, "slug,name\n" + "".join(f"event-{n},New\n" for n in range(number)))
    assert MajorEvent.objects.filter(name="New").count() == number
    assert (Notification.objects.count(), OrmQ.objects.count()) == (0, 3)
    run_worker()
    rows = Notification.objects.values_list("person", "kind", "subject_key")
    assert set(rows) == {(partner.pk, CHANGED, key) for key in MajorEvent.objects.values_list("pk", flat=True)}
    assert (OrmQ.objects.count(), Task.objects.count(), mailoutbox) == (0, 0, [])
    tell_later("events.MajorEvent", [row[2] for row in rows][:2], "event", False, secretariat.pk)  # a task tried again
    assert Notification.objects.count() == number


def test_queue_tells_of_no_record_that_was_withdrawn_since(curator, partner, theme):
    for n in range(AT_A_TIME + 1):
        make_event(name=f"Games {n}", themes=[theme], publication="draft")
    chosen = list(MajorEvent.objects.values_list("pk", flat=True))
    curator.post("/admin/events/majorevent/", {"action": "publish", "_selected_action": chosen})
    MajorEvent.objects.filter(pk=chosen[0]).update(publication="withdrawn")
    run_worker()
    assert set(Notification.objects.values_list("subject_key", flat=True)) == set(chosen[1:])
