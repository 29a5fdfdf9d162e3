"""The forms in which a State proposes: what they take, refuse and leave as it is."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from core.inputs import LinesField, read_date
from core.labels import Label
from events.models import EventPlace, Lesson, MajorEvent
from events.proposals import EventProposalForm, LessonProposalForm
from legislation.proposals import InstrumentProposalForm
from moderation.documents import DocumentProposalForm
from moderation.forms import free_slug
from moderation.held import held
from moderation.kinds import KINDS
from tests.factories import (
    make_document,
    make_event,
    make_lesson,
    make_organisation,
    make_series,
    make_state,
    make_theme,
)

EVENT = {
    "language": "es",
    "name_es": "Cumbre de las Américas 2031",
    "kind": "summit",
    "start": "06/2031",
    "status": "confirmed",
    "source": "https://example.org/cumbre",
    "source_kind": "official-page",
    "label": "0",
}
INSTRUMENT = {
    "language": "es",
    "original_title": "Ley de seguridad en estadios",
    "kind": "act",
    "status": "in-force",
    "adopted_on": "2011",
    "url": "https://example.org/ley",
    "label": "0",
}
LESSON = {
    "language": "pt",
    "kind": "good-practice",
    "title_pt": "Abrir os portões cedo",
    "what_happened_pt": "As filas sumiram.",
    "recommendation_pt": "Abrir quatro horas antes.",
    "label": "1",
}


def bound(form, data, *, instance=None, state, reader=None):
    """A form with these texts over a new record, or over one."""
    texts = {name: value if isinstance(value, list) else [value] for name, value in data.items()}
    record = instance if instance is not None else form.new_record()
    return form(MultiValueDict(texts), instance=record, state=state, reader=reader)


def begun(form, record, state):
    """The texts with which the form of a record begins, as a person would send them back unchanged."""
    fresh = type(record).objects.get(pk=record.pk)
    return held(form(instance=fresh, state=state))


def accepted(form, by):
    """The record that a valid form becomes, written as acceptance writes it."""
    assert form.errors == {}
    record = form.save(commit=False)
    form.prepare(record, by=by)
    record.save()
    form.save_m2m()
    form.finish(record, by=by)
    return type(record).objects.get(pk=record.pk)


def refused(form, name):
    assert not form.is_valid()
    return list(form.errors.get(name, []))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2027", "2027"),
        (" 06/2027 ", "2027-06"),
        ("6/2027", "2027-06"),
        ("12/06/2027", "2027-06-12"),
        ("1.6.2027", "2027-06-01"),
        ("2027-6", "2027-06"),
        ("2027-06-12", "2027-06-12"),
        ("12 / 06 / 2027", "2027-06-12"),
    ],
)
def test_dates_are_read_as_people_write_them(text, read):
    assert read_date(text) == read


@pytest.mark.parametrize(
    "text", ["June 2027", "31/02/2027", "13/2027", "27", "2027-", "1/2/3/2027", "0999", "٢٠٢٧", "x"]
)
def test_what_is_no_date_is_refused_as_a_date(text):
    with pytest.raises(ValidationError):
        read_date(text)


def test_lines_are_bounded_in_number_and_length():
    field = LinesField(most=2, longest=5)
    assert field.clean(" Lima \r\n\r\nLima\nQuito") == ["Lima", "Quito"]
    for text in ("a\nb\nc", "abcdef", ""):
        with pytest.raises(ValidationError):
            field.clean(text)


def test_every_kind_of_record_of_a_state_has_a_form_of_its_own():
    forms = {name: kind.form for name, kind in KINDS.items()}
    assert forms == {
        "event": EventProposalForm,
        "lesson": LessonProposalForm,
        "instrument": InstrumentProposalForm,
        "document": DocumentProposalForm,
    }


@pytest.mark.parametrize("kind", ["event", "lesson", "instrument", "document"])
def test_no_field_is_left_out_of_the_sections_or_stands_twice(brazil, kind):
    about = KINDS[kind]
    form = about.form(instance=about.form.new_record(), state=brazil)
    named = [name for _heading, names in form.sections for name in names]
    plain = {name.rpartition("_")[0] if name.rpartition("_")[0] in form.translated else name for name in form.fields}
    assert sorted(named) == sorted(plain)


@pytest.mark.parametrize("kind", ["event", "lesson", "instrument", "document"])
def test_what_the_form_does_not_offer_is_never_stored(brazil, mexico, kind):
    about = KINDS[kind]
    fields = set(about.form.base_fields)
    closed = {"slug", "author", "publication", "state", "host_state", "level", "validated", "validated_by", "updated"}
    closed |= {"verified_by", "verified_on", "ipo_support", "search_text", "documents", "file", "organisation", "state"}
    assert fields & (closed - {"organiser"}) == set()


SUMMIT = EVENT | {
    "name_en": "Summit of the Americas 2031",
    "end": "07/2031",
    "status_note_es": "Fechas por confirmar",
    "cities": "Brasília: Palácio Itamaraty\r\nRio de Janeiro",
    "hosts_elsewhere": ["PRT", "ESP"],
    "expected_attendance": "5000",
    "delegations": "34",
    "security_authority": "Ministério da Justiça",
    "website": "example.org/cumbre",
    "summary_es": "Reunión de jefes de Estado.",
}


def test_a_new_event_comes_out_as_it_was_written(client, secretariat, brazil, mexico):
    series, theme, organiser = make_series(), make_theme(), make_organisation()
    above = make_event(name="Umbrella", host_state=brazil)
    more = {
        "series": str(series.pk),
        "umbrella": str(above.pk),
        "other_hosts": [str(mexico.pk)],
        "organiser": str(organiser.pk),
        "themes": [str(theme.pk)],
    }
    event = accepted(bound(EventProposalForm, SUMMIT | more, state=brazil), secretariat)
    assert (event.slug, event.host_state, event.language) == ("summit-of-the-americas-2031", brazil, "es")
    assert (str(event.start), str(event.end), event.precision) == ("2031-06-01", "2031-07-31", 2)
    assert [(place.city, place.venue) for place in event.places.all()] == [
        ("Brasília", "Palácio Itamaraty"),
        ("Rio de Janeiro", ""),
    ]
    assert (event.name_es, event.name_en, event.status_note_es) == (
        "Cumbre de las Américas 2031",
        "Summit of the Americas 2031",
        "Fechas por confirmar",
    )
    assert (list(event.other_hosts.all()), event.hosts_elsewhere) == ([mexico], "PRT;ESP")
    assert (event.expected_attendance, event.delegations, event.website) == (5000, 34, "https://example.org/cumbre")
    assert (event.series, event.umbrella, event.organiser, list(event.themes.all())) == (
        series,
        above,
        organiser,
        [theme],
    )
    assert "itamaraty" in event.search_text
    MajorEvent.objects.filter(pk=event.pk).update(publication="published")
    assert "Cumbre de las Américas 2031" in client.get("/es/events/?when=upcoming&state=mexico").content.decode()


def test_an_address_that_is_taken_or_reserved_gets_a_number(secretariat, brazil):
    make_event(slug="series-2")
    slugs = [
        accepted(bound(EventProposalForm, EVENT | {"name_es": name}, state=brazil), secretariat).slug
        for name in ("Series", "¡Lessons!", "Lessons", "京都")
    ]
    assert slugs == ["series-3", "lessons-2", "lessons-3", "majorevent"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        (f"{'x' * 30} {'y' * 30} {'z' * 30}", f"{'x' * 30}-{'y' * 30}"),
        (f"{'x' * 30} {'y' * 45} z", f"{'x' * 30}-{'y' * 45}"),
        ("z" * 100, "z" * 76),
    ],
)
def test_long_address_ends_with_a_word(title, slug, db):
    assert free_slug(MajorEvent, title) == slug


@pytest.mark.parametrize(
    ("changed", "name", "message"),
    [
        ({"name_es": ""}, "name_es", "Give it in one language at least."),
        ({"name_es": "<b>Bold</b>"}, "name_es", "Plain text only: HTML markup is not accepted here."),
        ({"start": ""}, "start", "This field is required."),
        ({"start": "June"}, "start", "Write a year, a month or a day: 2027, 06/2027 or 12/06/2027."),
        ({"end": "2031"}, "end", "Give the end as exactly as the start."),
        ({"end": "05/2031"}, "end", "The end is before the start."),
        ({"start": "1600"}, "start", "The year is out of range."),
        ({"kind": "concert"}, "kind", "Select a valid choice. concert is not one of the available choices."),
        ({"series": "x"}, "series", "Select a valid choice. That choice is not one of the available choices."),
        ({"hosts_elsewhere": ["XXX"]}, "hosts_elsewhere",
         "Select a valid choice. XXX is not one of the available choices."),
        ({"expected_attendance": "-1"}, "expected_attendance", "Ensure this value is greater than or equal to 0."),
        ({"delegations": "9" * 30}, "delegations", "Ensure this value is less than or equal to 10000."),
        ({"website": "javascript:alert(1)"}, "website", "Enter a valid URL."),
        ({"source": ""}, "source", "This field is required."),
        ({"source": "<script>"}, "source", "Plain text only: HTML markup is not accepted here."),
        ({"source_kind": ""}, "source_kind", "This field is required."),
        ({"restricted_until": "2031-01-01"}, "restricted_until", "TLP:CLEAR is not restricted."),
        ({"label": "9"}, "label", "Select a valid choice. 9 is not one of the available choices."),
        ({"label": ""}, "label", "This field is required."),
        ({"language": "de"}, "language", "Select a valid choice. de is not one of the available choices."),
        ({"name_es": "x" * 201}, "name_es", "Ensure this value has at most 200 characters (it has 201)."),
        ({"cities": ": Stadium"}, "cities", ": Stadium: This field cannot be blank."),
        ({"cities": "<i>Lima"}, "cities", "<i>Lima: Plain text only: HTML markup is not accepted here."),
        ({"cities": "\n".join(map(str, range(41)))}, "cities", "These are more than 40 lines."),
    ],
)  # fmt: skip
def test_an_event_is_refused_with_the_error_at_its_field(brazil, changed, name, message):
    assert refused(bound(EventProposalForm, EVENT | changed, state=brazil), name) == [message]


def test_the_main_host_and_an_event_of_others_cannot_be_chosen(brazil, mexico):
    foreign = make_event(host_state=mexico)
    for name, value in {"other_hosts": [str(brazil.pk)], "umbrella": str(foreign.pk)}.items():
        assert len(refused(bound(EventProposalForm, EVENT | {name: value}, state=brazil), name)) == 1


def test_an_event_is_not_a_part_of_its_own_part(brazil):
    games = make_event(host_state=brazil)
    part = make_event(host_state=brazil, umbrella=games)
    data = begun(EventProposalForm, games, brazil) | {
        "umbrella": str(part.pk),
        "source": "x",
        "source_kind": "computed",
    }
    form = bound(EventProposalForm, data, instance=games, state=brazil)
    assert "umbrella" in form.errors


def test_places_that_stay_keep_their_coordinates_and_the_rest_goes(secretariat, brazil):
    event = make_event(host_state=brazil, source="x", source_kind="official-page")
    spots = {"Rio": (1, 2), "São Paulo": (3, 4), "Recife": (5, 6)}
    for order, (city, (latitude, longitude)) in enumerate(spots.items()):
        EventPlace.objects.create(event=event, city=city, latitude=latitude, longitude=longitude, order=order)
    data = begun(EventProposalForm, event, brazil)
    assert data["cities"] == ["Rio\nSão Paulo\nRecife"]
    data["cities"] = ["São Paulo\nRio: Maracanã\nRio: Sambódromo"]
    event = accepted(bound(EventProposalForm, data, instance=event, state=brazil), secretariat)
    places = [(place.city, place.venue, place.latitude) for place in event.places.all()]
    assert places == [("São Paulo", "", 3), ("Rio", "Maracanã", 1), ("Rio", "Sambódromo", None)]
    assert event.places.first().history.count() == 2


def test_a_new_place_gets_the_coordinates_that_everybody_may_read_of_its_city(secretariat, brazil, mexico):
    known = {"Rio": {"host_state": brazil}, "Recife": {"host_state": brazil, "label": Label.GREEN}}
    known |= {"León": {"host_state": mexico}, "Natal": {"host_state": brazil, "publication": "draft"}}
    for city, fields in known.items():
        make_event(cities=[city], **fields).places.update(latitude=7, longitude=8)
    form = bound(EventProposalForm, EVENT | {"cities": "\n".join(known)}, state=brazil)
    event = accepted(form, secretariat)
    assert {place.city: place.latitude for place in event.places.all()} == {
        "Rio": 7, "Recife": None, "León": None, "Natal": None,
    }  # fmt: skip


def test_choices_are_limited_to_what_the_reader_may_know_of(brazil, expert, focal_point):
    make_event(name="Open games", host_state=brazil)
    make_event(name="Amber games", host_state=brazil, label=Label.AMBER)
    make_event(name="Draft games", host_state=brazil, publication="draft")
    make_event(name="Others' games", host_state=make_state())
    for form, name in (
        (EventProposalForm, "umbrella"),
        (InstrumentProposalForm, "events"),
        (LessonProposalForm, "event"),
    ):
        for reader, said in ((expert, ["Open"]), (focal_point, ["Amber", "Open"])):
            shown = str(form(instance=form.new_record(), state=brazil, reader=reader)[name])
            assert [word for word in ("Amber", "Draft", "Open") if f"{word} games" in shown] == said
    assert "Others" not in str(EventProposalForm(instance=MajorEvent(), state=brazil)["umbrella"])
    assert "Others" in str(LessonProposalForm(instance=Lesson(), state=brazil)["event"])


def test_a_lesson_may_be_from_an_event_beyond_those_that_are_listed(brazil, focal_point):
    first = make_event(name="First games", start="1990-01-01")
    for _ in range(101):
        make_event(start="2020-01-01")
    empty = LessonProposalForm(instance=Lesson(), state=brazil, reader=focal_point)
    assert "First games" not in str(empty["event"])
    form = bound(LessonProposalForm, LESSON | {"event": str(first.pk)}, state=brazil, reader=focal_point)
    assert form.errors == {}
    assert f'<option value="{first.pk}" selected>' in str(form["event"])


def test_a_co_host_may_propose_but_not_say_who_reads_it(brazil, mexico):
    event = make_event(host_state=mexico, other_hosts=[brazil], label=Label.AMBER, source="x", source_kind="computed")
    assert EventProposalForm.states_of(event) == {brazil.pk, mexico.pk}
    data = begun(EventProposalForm, event, brazil) | {"label": "0", "name_en": "Changed"}
    form = bound(EventProposalForm, data, instance=event, state=brazil)
    assert form.errors == {}
    record = form.save()
    assert (record.label, record.name_en, record.host_state) == (Label.AMBER, "Changed", mexico)


@pytest.mark.parametrize(("before", "after", "named"), [(2, 1, []), (3, 2, []), (3, 3, ["mexico"])])
def test_only_who_may_release_a_record_lets_more_people_read_it(
    brazil, mexico, alternate, focal_point, before, after, named
):
    lesson = make_lesson(state=brazil, label=before, event=None)
    data = begun(LessonProposalForm, lesson, brazil) | {"label": str(after)}
    data |= {"named_states": [str(mexico.pk) for _ in named]}
    said = "This would let more people read it than before: only the National Focal Point may do that."
    fresh = Lesson.objects.get
    assert refused(bound(LessonProposalForm, data, instance=fresh(), state=brazil, reader=alternate), "label") == [said]
    assert bound(LessonProposalForm, data, instance=fresh(), state=brazil, reader=focal_point).errors == {}
    data |= {"label": "3", "named_states": []}
    assert bound(LessonProposalForm, data, instance=fresh(), state=brazil, reader=alternate).errors == {}


def test_a_new_lesson_comes_out_as_it_was_written_and_is_validated(client, secretariat, brazil):
    event, theme = make_event(host_state=brazil), make_theme()
    more = {
        "context_pt": "Quatro portões.",
        "evidence": "Relatório\r\nhttps://example.org",
        "event": str(event.pk),
        "themes": [str(theme.pk)],
        "label": "0",
    }
    lesson = accepted(bound(LessonProposalForm, LESSON | more, state=brazil), secretariat)
    assert (lesson.slug, lesson.state, lesson.event) == ("abrir-os-portoes-cedo", brazil, event)
    assert (lesson.validated_by, lesson.validated is not None) == (secretariat, True)
    assert (lesson.title_pt, lesson.context_pt, list(lesson.themes.all())) == (
        "Abrir os portões cedo", "Quatro portões.", [theme],
    )  # fmt: skip
    Lesson.objects.filter(pk=lesson.pk).update(publication="published")
    assert "Abrir os portões cedo" in client.get("/pt-br/events/lessons/?q=portoes").content.decode()


@pytest.mark.parametrize(
    ("changed", "name", "message"),
    [
        ({"title_pt": ""}, "title_pt", "Give it in one language at least."),
        ({"what_happened_pt": ""}, "what_happened_pt", "Give it in one language at least."),
        ({"recommendation_pt": ""}, "recommendation_pt", "This field is required."),
        ({"kind": ""}, "kind", "This field is required."),
        ({"what_happened_pt": "x" * 5001}, "what_happened_pt",
         "Ensure this value has at most 5000 characters (it has 5001)."),
        ({"evidence": "<a href=x>"}, "evidence", "Plain text only: HTML markup is not accepted here."),
    ],
)  # fmt: skip
def test_a_lesson_is_refused_with_the_error_at_its_field(brazil, changed, name, message):
    assert refused(bound(LessonProposalForm, LESSON | changed, state=brazil), name) == [message]


def test_an_unsolved_challenge_needs_no_recommendation(brazil):
    form = bound(LessonProposalForm, LESSON | {"kind": "challenge", "recommendation_pt": ""}, state=brazil)
    assert form.errors == {}


def test_a_document_needs_one_file_and_a_title(secretariat, brazil):
    data = {"language": "es", "title_es": "Plan", "label": "0"}
    form = bound(DocumentProposalForm, data, state=brazil)
    assert refused(form, "__all__") == ["Add the file itself, on the page of this proposal."]
    document = make_document(title="x", state=brazil, publication="draft", label=Label.AMBER)
    document = accepted(bound(DocumentProposalForm, data, instance=document, state=brazil), secretariat)
    assert (document.title_es, document.label, document.effective_label) == ("Plan", Label.CLEAR, Label.CLEAR)
    document.is_alone = False
    form = bound(DocumentProposalForm, data, instance=document, state=brazil)
    assert "propose each other one" in refused(form, "__all__")[0]
