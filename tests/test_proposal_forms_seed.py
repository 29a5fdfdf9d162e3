"""Every seeded event and law in the form of its State: sent back as it is, it stays as it is."""

from django.apps import apps
from django.db.models import Count, Max
from django.utils.datastructures import MultiValueDict

from events.models import MajorEvent
from events.proposals import EventProposalForm
from legislation.models import Instrument
from legislation.proposals import InstrumentProposalForm
from moderation.held import held
from tests.factories import make_state

NOT_COMPARED = {"updated"}


def rows_of_history():
    """{table of history: how many rows there are, and the last one}."""
    tables = [model for model in apps.get_models(include_auto_created=True) if "Historical" in model.__name__]
    return {table.__name__: table.objects.aggregate(Count("pk"), Max("pk")) for table in tables}


def held_by(record, children):
    """Everything that is stored of a record, its lists and its children."""
    fields = {field.attname: getattr(record, field.attname) or "" for field in record._meta.concrete_fields}
    lists = {
        field.name: set(getattr(record, field.name).values_list("pk", flat=True)) for field in record._meta.many_to_many
    }
    rows = list(getattr(record, children).order_by("pk").values())
    return {name: value for name, value in fields.items() if name not in NOT_COMPARED} | lists | {children: rows}


def sent_back(form, record, state):
    """The form of a record with the texts that it began with."""
    fresh = type(record).objects.get(pk=record.pk)
    texts = held(form(instance=fresh, state=state))
    return form(MultiValueDict(texts), instance=fresh, state=state)


def stays_as_it_is(form, record, state, children, by):
    """Whether a record is the same after its form was accepted unchanged; if not, what of it is not."""
    before = held_by(record, children)
    bound = sent_back(form, record, state)
    if not bound.is_valid() or bound.has_changed():
        return bound.errors or bound.changed_data
    saved = bound.save(commit=False)
    saved.skip_history_when_saving = True
    bound.prepare(saved, by=by)
    saved.save()
    bound.save_m2m()
    bound.finish(saved, by=by)
    after = held_by(type(record).objects.get(pk=record.pk), children)
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def test_an_event_whose_form_is_accepted_unchanged_stays_as_it_is(seeded, db, administrator):
    events, before = list(MajorEvent.objects.select_related("host_state")), rows_of_history()
    wrong = {
        event.slug: stays_as_it_is(EventProposalForm, event, event.host_state, "places", administrator)
        for event in events
    }
    assert {slug: what for slug, what in wrong.items() if what} == {}
    assert len(wrong) == 252
    assert rows_of_history() == before


def test_a_text_whose_form_is_accepted_unchanged_stays_as_it_is(seeded, db, administrator):
    """Those of no State too: the form takes them, though nobody may propose a change of them."""
    texts, other = list(Instrument.objects.select_related("state")), make_state()
    before = rows_of_history()
    wrong = {
        text.slug: stays_as_it_is(InstrumentProposalForm, text, text.state or other, "relations", administrator)
        for text in texts
    }
    assert {slug: what for slug, what in wrong.items() if what} == {}
    assert len(wrong) == 259
    assert rows_of_history() == before
