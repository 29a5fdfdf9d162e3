"""SQL that is written once: other keys find other rows, and the gate holds wherever a gated queryset is put."""

import pytest
from django.db import connection, transaction

from core.kept_sql import by_keys, kept_rows, written_once
from core.labels import Label
from documents.actions import refresh_audience
from events.models import MajorEvent
from events.rows import read_keys
from tests.factories import make_document, make_event


def slugs(keys):
    return MajorEvent.objects.filter(pk__in=keys).order_by().values("slug")


@pytest.mark.parametrize("number", [0, 1, 3, 26])
def test_the_same_sql_finds_the_rows_of_any_keys(db, django_assert_num_queries, number):
    events = [make_event(slug=f"event-{place:02}") for place in range(27)]
    by_keys(slugs, [events[-1].pk])
    asked = events[:number]
    with django_assert_num_queries(min(number, 1)):
        found = by_keys(slugs, [event.pk for event in asked])
    assert sorted(row["slug"] for row in found) == [event.slug for event in asked]


def at_place(_unasked, key, slug):
    return MajorEvent.objects.filter(pk=key, slug=slug).order_by().values("slug")


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_outlives_a_transaction_and_a_connection():
    event = make_event(slug="kept")
    with transaction.atomic():
        assert kept_rows(at_place, 7, event.pk, "kept") == [{"slug": "kept"}]
        transaction.set_rollback(True)
    assert kept_rows(at_place, 8, event.pk + 1, "kept") == []
    connection.close()
    assert kept_rows(at_place, 9, event.pk, "kept") == [{"slug": "kept"}]


def test_a_gate_that_was_written_once_still_judges_the_rows_it_is_about(db, visitor):
    hidden = make_event(slug="hidden", label=Label.RED)
    shown = make_event(slug="shown", umbrella=hidden)
    seen = written_once(MajorEvent.objects.visible_to(visitor))
    assert list(seen) == [shown]
    assert list(seen.order_by("pk")) == [shown]
    assert list(seen.called("hidden")) == []
    assert list(MajorEvent.objects.filter(umbrella__in=seen)) == []


@pytest.mark.parametrize("number", [1, 3])
def test_documents_are_counted_in_one_more_query_where_any_hang_on_the_rows(
    db, visitor, django_assert_num_queries, number
):
    events = [make_event(slug=f"event-{place}") for place in range(number)]
    keys = [event.pk for event in events]
    with django_assert_num_queries(2):
        assert [row.document_count for row in read_keys(keys, visitor)] == [0] * number
    hidden, shown = make_document(label=Label.RED), make_document()
    for event in events:
        event.documents.add(hidden, shown)
    refresh_audience(hidden)
    with django_assert_num_queries(3):
        assert [row.document_count for row in read_keys(keys, visitor)] == [1] * number
