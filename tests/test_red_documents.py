"""Who reads a document that became TLP:RED by what it hangs on, and documents whose records change at one time."""

import threading

import pytest
from django.db import connection, connections, transaction

from core.labels import Label
from documents.actions import refresh_audience, refresh_documents
from documents.models import Document
from events.models import MajorEvent
from tests.factories import make_activity, make_document, make_event, make_instrument, make_state


def readers(document, *people):
    refresh_audience(document)
    return [Document.objects.visible_to(person).filter(pk=document.pk).exists() for person in people]


def test_a_document_on_a_red_event_is_read_by_the_events_states(focal_point, other_focal_point, mexico, partner):
    document = make_document()
    make_event(host_state=mexico, label=Label.RED, documents=[document])
    assert readers(document, focal_point, other_focal_point, partner) == [False, True, False]


def test_owning_the_document_opens_no_event_of_another_state(focal_point, other_focal_point, brazil, mexico):
    document = make_document(state=brazil)
    make_event(host_state=mexico, label=Label.RED, documents=[document])
    assert readers(document, focal_point, other_focal_point) == [False, True]


def test_a_document_on_two_red_records_is_read_by_those_of_both(focal_point, other_focal_point, brazil, mexico):
    document = make_document()
    make_event(host_state=mexico, label=Label.RED, named_states=[brazil], documents=[document])
    assert readers(document, focal_point, other_focal_point) == [True, True]
    make_instrument(state=brazil, label=Label.RED, documents=[document])
    assert readers(document, focal_point, other_focal_point) == [True, False]


def test_a_red_activity_of_the_secretariat_is_read_by_the_named_states(focal_point, other_focal_point, brazil):
    document = make_document(state=make_state())
    make_activity(label=Label.RED, named_states=[brazil], documents=[document])
    assert readers(document, focal_point, other_focal_point) == [True, False]


def test_states_are_forgotten_when_the_record_is_no_longer_red(focal_point, other_focal_point, mexico):
    document = make_document()
    event = make_event(host_state=mexico, label=Label.RED, documents=[document])
    refresh_audience(document)
    MajorEvent.objects.filter(pk=event.pk).update(label=Label.AMBER)
    assert readers(document, focal_point, other_focal_point) == [True, True]
    assert list(document.effective_states.all()) == []


def test_a_document_that_was_read_before_it_became_red_is_judged_by_what_is_stored(brazil):
    read_before = make_document(state=brazil)
    Document.objects.filter(pk=read_before.pk).update(label=Label.RED)
    refresh_audience(read_before)
    assert (read_before.effective_label, list(read_before.effective_states.all())) == (Label.RED, [brazil])


@pytest.mark.django_db(transaction=True)
def test_of_two_records_that_change_at_a_time_the_stricter_wins():
    """One is opened while the other is closed; whichever ends last has seen both."""
    if connection.vendor != "postgresql":
        return  # SQLite has one writer at a time
    document = make_document()
    opened = make_event(label=Label.AMBER, documents=[document])
    closed = make_event(label=Label.CLEAR, documents=[document])
    refresh_audience(document)
    both_written = threading.Barrier(2, timeout=20)

    def relabel(event, label):
        try:
            with transaction.atomic():
                MajorEvent.objects.filter(pk=event.pk).update(label=label)
                both_written.wait()
                refresh_documents([document])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=relabel, args=pair) for pair in ((opened, Label.CLEAR), (closed, Label.AMBER))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Document.objects.get(pk=document.pk).effective_label == Label.AMBER
