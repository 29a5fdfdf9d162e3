"""Each kind of record from a State's draft to the published page."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.labels import Label
from documents.models import Document
from events.models import Lesson
from legislation.models import Instrument
from moderation import actions
from moderation.kinds import KINDS
from moderation.refusals import Invalid
from tests.factories import make_event, make_instrument, make_lesson, make_theme
from tests.files import pdf
from tests.proposing import accepted, as_texts, change_of, page, submitted
from tests.test_proposal_forms import INSTRUMENT, LESSON


def begun(kind, form, person):
    token = uuid.uuid4()
    about = KINDS[kind]
    return actions.create(about=about, state=person.state, token=token, data=as_texts(form), by=person)[0]


def test_a_lesson_goes_from_an_experts_draft_to_its_page(client, expert, focal_point, secretariat, brazil):
    theme, event = make_theme(), make_event(host_state=brazil)
    form = LESSON | {"label": "0", "themes": [str(theme.pk)], "event": str(event.pk)}
    lesson = accepted(submitted(begun("lesson", form, expert), focal_point), secretariat)
    assert Lesson.objects.get() == lesson
    assert (lesson.author, lesson.state, lesson.publication) == (expert, brazil, "published")
    assert (lesson.validated_by, lesson.validated is not None) == (secretariat, True)
    entry = lesson.history.get()
    assert (entry.history_user, [row.theme for row in entry.themes.all()]) == (focal_point, [theme])
    assert "As submitted by Brazil on" in client.get(lesson.get_absolute_url()).content.decode()
    assert lesson.get_absolute_url() in client.get(event.get_absolute_url()).content.decode()
    page = client.get(f"/pt-br/events/lessons/{lesson.slug}/").content.decode()
    assert "Abrir os portões cedo" in page


def test_a_change_of_a_lesson_is_validated_anew_and_stays_its_states(client, focal_point, secretariat, brazil):
    lesson = make_lesson(state=brazil, slug="gates")
    accepted(
        submitted(change_of(lesson, focal_point, kind="lesson", what_happened_en="Nine."), focal_point), secretariat
    )
    lesson.refresh_from_db()
    assert (lesson.what_happened_en, lesson.validated_by) == ("Nine.", secretariat)
    said = client.get("/en/events/lessons/gates/").content.decode()
    assert "As submitted by Brazil on" in said and "edited by the secretariat" not in said


def test_a_lesson_without_an_answer_is_not_submitted(expert, focal_point):
    with pytest.raises(Invalid) as invalid:
        submitted(begun("lesson", LESSON | {"recommendation_pt": ""}, expert), focal_point)
    assert list(invalid.value.form.errors) == ["recommendation_pt"]
    assert Lesson.objects.count() == 0


def test_a_law_goes_from_a_draft_to_its_page_and_tells_who_checked_it(client, focal_point, secretariat, brazil):
    old = make_instrument(state=brazil, slug="old")
    form = INSTRUMENT | {"checked": "on", "repeals": [str(old.pk)]}
    law = accepted(submitted(begun("instrument", form, focal_point), focal_point), secretariat)
    assert Instrument.objects.get(slug="ley-de-seguridad-en-estadios") == law
    entry = law.history.get()
    assert (entry.history_user, entry.verified_by, law.verified_by) == (focal_point, focal_point, focal_point)
    assert law.relations.get().history.get().history_user == focal_point
    assert "by its State" in client.get(law.get_absolute_url()).content.decode()
    assert law.get_absolute_url() in client.get("/en/legislation/old/").content.decode()


def test_an_events_places_are_in_the_name_of_who_submitted_them(focal_point, secretariat, brazil):
    event = make_event(host_state=brazil, cities=["Rio"], source="x", source_kind="computed")
    accepted(submitted(change_of(event, focal_point, cities="Rio: Maracanã\nRecife"), focal_point), secretariat)
    assert [str(place) for place in event.places.all()] == ["Maracanã, Rio", "Recife"]
    assert {place.history.latest("history_id").history_user for place in event.places.all()} == {focal_point}
    event.refresh_from_db()
    assert "recife" in event.search_text


def test_a_document_goes_from_a_file_to_a_download(client, client_for, focal_point, secretariat, brazil):
    draft = begun("document", {"language": "es", "title_es": "Plan", "official": "on", "label": "0"}, focal_point)
    with pytest.raises(Invalid):
        submitted(draft, focal_point)
    upload = SimpleUploadedFile("plan.pdf", pdf())
    assert client_for(focal_point).post(page("document_add", draft), {"file": upload}).status_code == 302
    document = accepted(submitted(draft, focal_point), secretariat)
    assert Document.objects.get() == document
    assert (document.title_es, document.official, document.state, document.publication) == (
        "Plan",
        True,
        brazil,
        "published",
    )
    assert (document.label, document.effective_label) == (Label.CLEAR, Label.CLEAR)
    assert client.get(document.get_absolute_url()).status_code == 200
    assert "Plan" in client.get(brazil.get_absolute_url()).content.decode()
