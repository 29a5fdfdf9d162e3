"""What a State proposes of its laws, and what the forms of all proposals share."""

import pytest

from events.models import MajorEvent
from events.proposals import EventProposalForm, LessonProposalForm
from legislation.models import Instrument, InstrumentRelation
from legislation.proposals import InstrumentProposalForm
from tests.factories import (
    make_event,
    make_instrument,
    make_state,
    make_theme,
)
from tests.test_proposal_forms import EVENT, INSTRUMENT, LESSON, accepted, begun, bound, refused


def test_a_new_instrument_comes_out_as_it_was_written(client, focal_point, brazil):
    games, theme = make_event(host_state=brazil), make_theme()
    old, older = (make_instrument(state=brazil, slug=slug) for slug in ("old", "older"))
    more = {
        "title_en": "Stadium Security Act",
        "number": "Lei 1/2011",
        "in_force_on": "3/5/2011",
        "summary_es": "Portões.",
        "themes": [str(theme.pk)],
        "events": [str(games.pk)],
        "amends": [str(old.pk)],
        "repeals": [str(older.pk)],
        "checked": "on",
    }
    law = accepted(bound(InstrumentProposalForm, INSTRUMENT | more, state=brazil), focal_point)
    assert (law.slug, law.level, law.state) == ("ley-de-seguridad-en-estadios", "national", brazil)
    assert (law.adopted_on, law.in_force_on, law.title_en) == ("2011", "2011-05-03", "Stadium Security Act")
    assert (law.source, law.source_kind) == ("https://example.org/ley", "official-page")
    assert (list(law.events.all()), list(law.themes.all())) == ([games], [theme])
    assert sorted(law.relations.values_list("kind", "target__slug")) == [("amends", "old"), ("repeals", "older")]
    assert law.verified_on is not None and law.verified_by == focal_point
    Instrument.objects.filter(pk=law.pk).update(publication="published")
    assert "Stadium Security Act" in client.get("/en/legislation/?state=brazil").content.decode()
    page = client.get(law.get_absolute_url()).content.decode()
    assert "by its State" in page and "/en/legislation/old/" in page


def test_relations_that_are_taken_away_go_and_others_stay(secretariat, brazil):
    law = make_instrument(state=brazil, source="x", source_kind="computed")
    kept, gone = (make_instrument(state=brazil) for _ in range(2))
    foreign = make_instrument(state=make_state())
    for kind, target in (("amends", kept), ("amends", gone), ("amends", foreign), ("implements", gone)):
        InstrumentRelation.objects.create(instrument=law, kind=kind, target=target)
    data = begun(InstrumentProposalForm, law, brazil)
    assert set(data["amends"]) == {str(other.pk) for other in (kept, gone, foreign)}
    data["amends"] = [str(kept.pk), str(foreign.pk)]
    law = accepted(bound(InstrumentProposalForm, data, instance=law, state=brazil), secretariat)
    related = set(law.relations.values_list("kind", "target"))
    assert related == {("amends", kept.pk), ("amends", foreign.pk), ("implements", gone.pk)}
    data["amends"] = [str(law.pk)]
    assert "amends" in bound(InstrumentProposalForm, data, instance=law, state=brazil).errors


@pytest.mark.parametrize(
    ("changed", "name", "message"),
    [
        ({"original_title": ""}, "original_title", "This field is required."),
        ({"url": ""}, "url", "Give the address of the official text, or say where the text is known from."),
        ({"source": "Gazette"}, "source_kind", "Say what kind of source it is."),
        ({"adopted_on": "soon"}, "adopted_on", "Write a year, a month or a day: 2027, 06/2027 or 12/06/2027."),
        ({"repealed_on": "2010"}, "repealed_on", "Repealed before it was adopted or in force."),
        ({"title_en": "&amp;"}, "title_en", "Plain text only: HTML markup is not accepted here."),
        ({"number": "x" * 121}, "number", "Ensure this value has at most 120 characters (it has 121)."),
        ({"events": ["0"]}, "events", "Select a valid choice. 0 is not one of the available choices."),
        ({"repeals": ["x"]}, "repeals", "“x” is not a valid value."),
    ],
)
def test_an_instrument_is_refused_with_the_error_at_its_field(brazil, changed, name, message):
    assert refused(bound(InstrumentProposalForm, INSTRUMENT | changed, state=brazil), name) == [message]


def test_a_law_that_was_not_checked_is_not_said_to_be_verified(focal_point, brazil):
    law = accepted(bound(InstrumentProposalForm, INSTRUMENT, state=brazil), focal_point)
    assert (law.verified_on, law.verified_by) == (None, None)


def test_words_of_the_forms_follow_the_readers_language(brazil):
    form = EventProposalForm(instance=MajorEvent(), state=brazil)
    assert str(form.fields["name_es"].label) == "Name (Español)"
    assert form.fields["name_es"].widget.attrs["lang"] == "es"
    assert str(form.fields["label"].label) == "Who may read it"


def test_texts_are_asked_for_in_the_language_that_was_chosen_first(brazil):
    first = {}
    for form, data in ((EventProposalForm, EVENT), (LessonProposalForm, LESSON), (InstrumentProposalForm, INSTRUMENT)):
        rows = [row for _heading, rows in bound(form, data, state=brazil).laid_out() for row in rows if row.others]
        first[form] = {row.field.name.rpartition("_")[2] for row in rows}
    assert first == {EventProposalForm: {"es"}, LessonProposalForm: {"pt"}, InstrumentProposalForm: {"en"}}
    odd = bound(EventProposalForm, EVENT | {"language": "xx"}, state=brazil)
    assert odd.first_language() == "en"


def test_long_lists_of_choices_are_cut_and_keep_what_was_chosen(brazil, monkeypatch):
    monkeypatch.setattr("events.proposals.MOST_OWN", 2)
    monkeypatch.setattr("legislation.proposals.MOST_TEXTS", 2)
    events = [make_event(host_state=brazil, start=f"20{10 + n}-01-01") for n in range(4)]
    texts = [make_instrument(state=brazil, adopted_on=f"20{10 + n}") for n in range(4)]
    law = make_instrument(state=brazil, adopted_on="2001", events=[events[0]], source="x", source_kind="computed")
    InstrumentRelation.objects.create(instrument=law, kind="amends", target=texts[0])
    form = InstrumentProposalForm(instance=law, state=brazil)
    assert [key for key, _label in form.fields["events"].choices] == [events[n].pk for n in (3, 2, 0)]
    assert [key for key, _label in form.fields["amends"].choices] == [texts[n].pk for n in (3, 2, 0)]
    assert [key for key, _label in form.fields["repeals"].choices] == [texts[n].pk for n in (3, 2)]
    data = begun(InstrumentProposalForm, law, brazil) | {"repeals": [str(texts[1].pk), "x" * 30, "9" * 30]}
    posted = bound(InstrumentProposalForm, data, instance=law, state=brazil)
    assert [key for key, _label in posted.fields["repeals"].choices] == [texts[n].pk for n in (3, 2, 1)]
    assert list(posted.errors) == ["repeals"]
