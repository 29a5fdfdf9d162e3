"""The audience of documents: the strictest label of themselves and of what they hang on, whichever way it changes."""

import pytest
from django.urls import reverse

from core.labels import Label
from documents.actions import refresh_audience, set_publication
from documents.models import Document
from events.models import MajorEvent
from programme.models import Activity
from tests.admin_pages import save
from tests.factories import make_activity, make_document, make_event, make_instrument

pytestmark = pytest.mark.django_db


def effective(document):
    document.refresh_from_db()
    return Label(document.effective_label), document.attached


@pytest.mark.parametrize(
    ("own", "records", "strictest"),
    [
        (Label.CLEAR, [], Label.CLEAR),
        (Label.GREEN, [Label.CLEAR], Label.GREEN),
        (Label.CLEAR, [Label.AMBER], Label.AMBER),
        (Label.GREEN, [Label.CLEAR, Label.RED, Label.AMBER], Label.RED),
    ],
)
def test_label_of_a_document_is_the_strictest_around_it(own, records, strictest):
    document = make_document(label=own)
    makers = [make_event, make_instrument, make_activity]
    for maker, label in zip(makers, records, strict=False):
        maker(label=label, documents=[document])
    refresh_audience(document)
    assert effective(document) == (strictest, True)


def test_document_that_hangs_on_a_draft_only_is_hidden(partner, secretariat):
    document = make_document()
    draft = make_event(publication="draft", documents=[document])
    refresh_audience(document)
    assert [Document.objects.visible_to(user).count() for user in (partner, secretariat)] == [0, 1]
    make_activity(documents=[document])
    refresh_audience(document)
    assert Document.objects.visible_to(partner).count() == 1
    set_publication(Activity.objects.all(), "withdrawn", by=secretariat)
    assert Document.objects.visible_to(partner).count() == 0
    set_publication(MajorEvent.objects.filter(pk=draft.pk), "published", by=secretariat)
    assert Document.objects.visible_to(partner).count() == 1


def admin_address(record, verb="change"):
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{verb}", args=[record.pk])


OWNERS = {"event": make_event, "instrument": make_instrument, "activity": make_activity}


@pytest.fixture
def curator(client_for, secretariat):
    return client_for(secretariat)


@pytest.mark.parametrize("kind", OWNERS)
def test_relabelling_a_record_in_the_admin_relabels_its_documents(kind, curator, client):
    document = make_document()
    record = OWNERS[kind](documents=[document])
    assert client.get(document.get_absolute_url()).status_code == 200
    save(curator, admin_address(record), label=int(Label.AMBER))
    assert effective(document) == (Label.AMBER, True)
    assert client.get(document.get_absolute_url()).status_code == 404
    save(curator, admin_address(record), label=int(Label.CLEAR))
    assert effective(document) == (Label.CLEAR, True)


@pytest.mark.parametrize("kind", OWNERS)
def test_attaching_and_detaching_in_the_admin_relabels_the_document(kind, curator):
    document = make_document()
    record = OWNERS[kind](label=Label.RED)
    save(curator, admin_address(record), documents=[document.pk])
    assert effective(document) == (Label.RED, True)
    save(curator, admin_address(record), documents=[])
    assert effective(document) == (Label.CLEAR, True)


def test_relabelling_a_document_in_the_admin_keeps_what_it_hangs_on(curator):
    document = make_document()
    make_event(label=Label.AMBER, documents=[document])
    save(curator, admin_address(document), label=int(Label.GREEN))
    assert (effective(document), document.label) == ((Label.AMBER, True), Label.GREEN)
    save(curator, admin_address(document), label=int(Label.RED))
    assert effective(document) == (Label.RED, True)


@pytest.mark.parametrize("kind", OWNERS)
def test_publishing_and_withdrawing_in_bulk_moves_the_documents_along(kind, curator, client):
    document = make_document()
    record = OWNERS[kind](publication="draft", documents=[document])
    refresh_audience(document)
    changelist = reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_changelist")
    for action, status in [("publish", 200), ("withdraw", 404), ("publish", 200)]:
        curator.post(changelist, {"action": action, "_selected_action": [record.pk]})
        assert (action, client.get(document.get_absolute_url()).status_code) == (action, status)


def test_reverting_a_record_in_the_admin_relabels_its_documents(curator, client):
    document = make_document()
    event = make_event(slug="first", label=Label.AMBER, documents=[document])
    save(curator, admin_address(event), label=int(Label.CLEAR))
    assert client.get(document.get_absolute_url()).status_code == 200
    old = event.history.filter(label=Label.AMBER).latest("history_date")
    save(curator, reverse("admin:events_majorevent_simple_history", args=[event.pk, old.pk]))
    event.refresh_from_db()
    assert (event.label, effective(document)) == (Label.AMBER, (Label.AMBER, True))
    assert client.get(document.get_absolute_url()).status_code == 404


def test_reverting_a_document_in_the_admin_recomputes_its_audience(curator, client):
    document = make_document(label=Label.AMBER)
    save(curator, admin_address(document), label=int(Label.CLEAR))
    assert client.get(document.get_absolute_url()).status_code == 200
    old = document.history.filter(label=Label.AMBER).latest("history_date")
    save(curator, reverse("admin:documents_document_simple_history", args=[document.pk, old.pk]))
    assert effective(document) == (Label.AMBER, True)
    assert client.get(document.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("at_once", [False, True])
def test_deleting_the_published_record_hides_what_then_hangs_on_a_draft_only(
    at_once, client_for, administrator, client
):
    document = make_document()
    published = make_event(documents=[document])
    make_activity(publication="draft", documents=[document])
    refresh_audience(document)
    assert client.get(document.get_absolute_url()).status_code == 200
    changelist = reverse("admin:events_majorevent_changelist")
    address, form = (
        (changelist, {"action": "delete_selected", "_selected_action": [published.pk], "post": "yes"})
        if at_once
        else (admin_address(published, "delete"), {"post": "yes"})
    )
    client_for(administrator).post(address, form)
    assert MajorEvent.objects.count() == 0
    assert effective(document) == (Label.CLEAR, False)
    assert client.get(document.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("closed", [{"label": Label.RED}, {"publication": "draft"}])
def test_deleting_a_closed_record_opens_none_of_its_documents(closed, client_for, administrator, client):
    document = make_document()
    event = make_event(documents=[document], **closed)
    refresh_audience(document)
    assert client.get(document.get_absolute_url()).status_code == 404
    client_for(administrator).post(admin_address(event, "delete"), {"post": "yes"})
    assert MajorEvent.objects.count() == 0
    document.refresh_from_db()
    assert document.publication == "withdrawn"
    assert document.history.first().history_user == administrator
    assert client.get(document.get_absolute_url()).status_code == 404


def test_deleting_an_open_record_leaves_its_documents_as_they_are(client_for, administrator, client):
    document = make_document()
    event = make_event(documents=[document])
    client_for(administrator).post(admin_address(event, "delete"), {"post": "yes"})
    assert MajorEvent.objects.count() == 0
    assert client.get(document.get_absolute_url()).status_code == 200


def test_reverting_a_record_in_the_admin_updates_what_lists_look_into(curator, client):
    event = make_event(slug="games", name="Zanzibar Games")
    save(curator, admin_address(event), name_en="Quito Games")
    assert "Quito Games" in client.get("/en/events/?q=quito").content.decode()
    old = event.history.filter(name_en="Zanzibar Games").latest("history_date")
    save(curator, reverse("admin:events_majorevent_simple_history", args=[event.pk, old.pk]))
    assert "Zanzibar Games" in client.get("/en/events/?q=zanzibar").content.decode()


@pytest.mark.parametrize(
    "closed", [{"label": Label.RED}, {"publication": "draft"}, {"label": Label.AMBER, "publication": "draft"}]
)
def test_taking_a_document_off_a_closed_record_does_not_open_it(closed, curator, client):
    document = make_document()
    event = make_event(documents=[document], **closed)
    refresh_audience(document)
    save(curator, admin_address(event), documents=[])
    document.refresh_from_db()
    assert document.publication == "withdrawn"
    assert client.get(document.get_absolute_url()).status_code == 404


def test_taking_a_document_off_an_open_record_leaves_it_as_it_is(curator, client):
    document = make_document()
    event = make_event(documents=[document])
    save(curator, admin_address(event), documents=[])
    document.refresh_from_db()
    assert (document.publication, client.get(document.get_absolute_url()).status_code) == ("published", 200)
