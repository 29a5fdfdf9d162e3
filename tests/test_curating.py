"""Curating in the admin: finding, two curators at a time, reverting, publishing in bulk, treaties of many actions."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from core.labels import Label
from documents.actions import refresh_audience
from events.models import CooperationNeed, MajorEvent
from programme.models import Page
from tests.admin_pages import form_data, save
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_lesson,
    make_need,
    make_page,
    make_state,
    make_theme,
    make_treaty,
    make_treaty_action,
)

pytestmark = pytest.mark.django_db

REFUSED = "Nothing was saved: this record was saved after you opened it."
MAKERS = [make_event, make_need, make_lesson, make_instrument, make_activity, make_document, make_page]


def address(record, page="change", *more):
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=[record.pk, *more])


def changelist(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def version(record, **fields):
    """The address of the form of the newest version of a record that held these fields."""
    return address(record, "simple_history", record.history.filter(**fields).latest("history_date", "history_id").pk)


@pytest.fixture
def curator(client_for, secretariat):
    return client_for(secretariat)


# Finding


def found(curator, model, term):
    return list(curator.get(changelist(model), {"q": term}).context["cl"].queryset)


@pytest.mark.parametrize("term", ["bogota", "Bogotá", "BOGOTÁ cumbre", '"Cumbre de Bogotá"', "bogotá 'cumbre'"])
def test_search_finds_with_and_without_accents(curator, term):
    event = make_event(name="Cumbre de Bogotá")
    make_event(name="Quito")
    law = make_instrument(original_title="Cumbre de Bogotá")
    activity = make_activity(title="Cumbre de Bogotá")
    need = make_need(event=event, need="Radios")
    action = make_treaty_action(instrument=make_treaty(original_title="Cumbre de Bogotá"))
    assert found(curator, MajorEvent, term) == [event]
    assert set(found(curator, type(law), term)) == {law, action.instrument}
    assert found(curator, type(activity), term) == [activity]
    assert found(curator, CooperationNeed, term) == [need]
    assert found(curator, type(action), term) == [action]


def test_search_by_name_keeps_the_accents_as_they_are_stored(curator):
    need, state = make_need(need="Intérpretes"), make_state(name="Perú")
    action = make_treaty_action(state=state)
    assert found(curator, CooperationNeed, "Intérpretes") == [need]
    assert found(curator, type(action), "Perú") == [action]
    assert found(curator, type(state), "Perú") == [state]
    assert found(curator, CooperationNeed, "Quito") == []


def test_every_word_of_a_search_counts(curator):
    make_event(name="Cumbre de Bogotá")
    assert found(curator, MajorEvent, "Bogotá Quito") == []


def test_autocomplete_finds_with_accents(curator):
    event = make_event(name="Cumbre de Bogotá")
    asked = {"app_label": "programme", "model_name": "activity", "field_name": "event", "term": "Bogotá"}
    answer = curator.get("/admin/autocomplete/", asked).json()
    assert [result["id"] for result in answer["results"]] == [str(event.pk)]


# Two curators


def refused(response):
    return response.status_code == 200 and REFUSED in response.content.decode()


@pytest.mark.parametrize("maker", MAKERS)
def test_save_over_somebody_elses_is_refused_and_loses_nothing(curator, administrator, client_for, maker):
    record = maker()
    text = next(name for name in ("summary_en", "need_en", "title_en") if hasattr(record, name))
    opened = curator.get(address(record))
    save(client_for(administrator), address(record), **{text: "Second"})
    versions = record.history.count()
    response = curator.post(address(record), form_data(opened, **{text: "Zx my own words"}))
    record.refresh_from_db()
    assert (refused(response), getattr(record, text), record.history.count()) == (True, "Second", versions)
    assert "Zx my own words" in response.content.decode()
    # Sending the same form again is refused again.
    assert refused(curator.post(address(record), form_data(response)))


@pytest.mark.parametrize("value", [None, "", "zx", "2030-01-01", "\u0663" * 400])
def test_save_without_the_moment_of_opening_is_refused(curator, value):
    event = make_event(name="First")
    form = form_data(curator.get(address(event)), name_en="Second", opened=value)
    assert refused(curator.post(address(event), form))
    event.refresh_from_db()
    assert event.name == "First"


def test_curator_saves_and_goes_on(curator):
    event = make_event()
    for name in ("Second", "Third"):
        save(curator, address(event), name_en=name, _continue="1")
    event.refresh_from_db()
    assert event.name == "Third"


def test_saving_says_nothing_of_the_hidden_field(curator):
    event = make_event()
    save(curator, address(event))
    assert admin.models.LogEntry.objects.latest("pk").get_change_message() == "No fields changed."


def test_form_shows_the_moment_once_and_the_empty_one_none(curator):
    for record in [maker() for maker in MAKERS]:
        assert curator.get(address(record)).content.decode().count('name="opened"') == 1
        assert 'name="opened"' not in curator.get(f"{changelist(record)}add/").content.decode()


def test_page_is_added(curator):
    add = reverse("admin:programme_page_add")
    save(curator, add, title_en="Zx", slug="zx", body_en="<p>Zx</p>")
    assert Page.objects.get(slug="zx").title == "Zx"


def test_rows_below_are_kept_out_with_the_refused_form(curator):
    event = make_event(cities=["Quito"])
    opened = curator.get(address(event))
    event.save()
    form = form_data(opened, **{"places-0-city": "Cuenca"})
    assert refused(curator.post(address(event), form))
    assert [place.city for place in event.places.all()] == ["Quito"]


def test_revert_over_somebody_elses_save_is_refused(curator):
    event = make_event(name="First")
    opened = curator.get(version(event, name_en="First"))
    event.name = "Second"
    event.save()
    assert refused(curator.post(version(event, name_en="First"), form_data(opened)))
    event.refresh_from_db()
    assert event.name == "Second"


# Reverting


def test_revert_brings_the_lists_back(curator):
    policing, borders, host = make_theme(), make_theme(), make_state()
    plan = make_document(title="Plan")
    event = make_event(name="First", host_state=make_state())
    event.themes.set([policing])
    event.other_hosts.set([host])
    event.documents.set([plan])
    event.save()
    lists = {"themes": [borders.pk], "other_hosts": [], "documents": []}
    save(curator, address(event), name_en="Second", **lists)
    old = version(event, name_en="First")
    shown = curator.get(old).context["adminform"].form
    assert [list(shown[name].value()) for name in lists] == [[policing.pk], [host.pk], [plan.pk]]
    save(curator, old)
    event.refresh_from_db()
    assert [list(getattr(event, name).all()) for name in ("themes", "other_hosts", "documents")] == [
        [policing],
        [host],
        [plan],
    ]
    assert event.name == "First"


@pytest.mark.parametrize("maker", [make_instrument, make_activity, make_need, make_document])
def test_revert_brings_the_named_states_back(curator, maker):
    state = make_state()
    record = maker(label=Label.RED)
    record.named_states.set([state])
    record.save()
    save(curator, address(record), label=int(Label.AMBER), named_states=[])
    save(curator, version(record, label=Label.RED))
    record.refresh_from_db()
    assert (record.label, list(record.named_states.all())) == (Label.RED, [state])


def test_list_of_an_old_version_leaves_out_what_is_deleted(curator):
    kept, gone = make_theme(), make_theme()
    event = make_event(name="First", themes=[kept, gone])
    event.save()
    gone.delete()
    old = version(event, name_en="First")
    save(curator, old)
    assert list(event.themes.all()) == [kept]


def test_revert_that_takes_a_document_off_does_not_open_it(curator, client):
    event = make_event(name="First", label=Label.AMBER)
    event.save()
    plan = make_document()
    save(curator, address(event), name_en="Second", documents=[plan.pk])
    assert client.get(plan.get_absolute_url()).status_code == 404
    save(curator, version(event, name_en="First"))
    plan.refresh_from_db()
    refresh_audience(plan)
    assert (list(event.documents.all()), plan.publication) == ([], "withdrawn")
    assert client.get(plan.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("maker", "tables"),
    [
        (make_event, "cooperation needs, places"),
        (make_instrument, "relations, treaty actions"),
        (make_activity, "participations"),
        (make_need, None),
    ],
)
def test_old_version_says_what_a_revert_leaves_alone(curator, maker, tables):
    record = maker()
    page = curator.get(version(record)).content.decode()
    said = escape(f"not part of a revert and stay as they are today: {tables}.")
    assert (said in page, "not part of a revert" in page) == (bool(tables), bool(tables))


def test_refused_revert_of_a_deleted_record_is_a_form(curator):
    event = make_event(name="First")
    old, key = version(event), event.pk
    page = curator.get(old)
    MajorEvent.objects.filter(pk=key).delete()
    form = form_data(page, name_en="", opened=None)
    assert curator.post(old, form).status_code == 200


def test_revert_brings_a_deleted_record_back(curator):
    event = make_event(name="First")
    old, key = version(event), event.pk
    event.delete()
    save(curator, old)
    assert MajorEvent.objects.get(pk=key).name == "First"


# Addresses


@pytest.mark.parametrize("key", ["abc", "9" * 40, "1%00", "_5F", "٣"])
def test_history_that_cannot_be_is_not_found(curator, key):
    for model in (MajorEvent, Page, type(make_theme())):
        response = curator.get(changelist(model) + f"{key}/history/")
        assert (model.__name__, response.status_code) == (model.__name__, 404)


# Publishing in bulk


@pytest.mark.parametrize(("action", "state"), [("publish", "published"), ("withdraw", "withdrawn")])
def test_needs_are_published_and_withdrawn_in_bulk(curator, secretariat, action, state):
    needs = [make_need(publication="draft"), make_need(publication="draft")]
    form = {"action": action, "_selected_action": [need.pk for need in needs]}
    response = curator.post(changelist(CooperationNeed), form, follow=True)
    assert f"2 records are now {state}." in response.content.decode()
    assert {need.publication for need in CooperationNeed.objects.all()} == {state}
    assert {need.history.latest("history_id").history_user for need in needs} == {secretariat}


@pytest.mark.parametrize("maker", [make_event, make_lesson, make_instrument, make_activity, make_document])
def test_records_are_still_withdrawn_in_bulk(curator, maker):
    record = maker()
    curator.post(changelist(record), {"action": "withdraw", "_selected_action": [record.pk]})
    record.refresh_from_db()
    assert record.publication == "withdrawn"


# Treaties


def treaty_of(states):
    treaty = make_treaty()
    for state in states:
        make_treaty_action(instrument=treaty, state=state)
    return treaty


def test_treaty_of_many_actions_opens_with_few_queries(curator):
    states = [make_state() for _ in range(30)]
    counts = []
    for treaty in (treaty_of(states[:3]), treaty_of(states)):
        curator.get(address(treaty))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = curator.get(address(treaty))
        counts.append(len(asked))
        assert f"{treaty.treaty_actions.count()} treaty actions</a>" in page.content.decode()
    assert counts[0] == counts[1] <= 40


def test_treaty_leads_to_its_own_actions(curator):
    state = make_state()
    treaty, other = treaty_of([state]), treaty_of([state])
    link = f"{reverse('admin:legislation_treatyaction_changelist')}?instrument__id__exact={treaty.pk}"
    page = curator.get(address(treaty)).content.decode()
    assert f'<a href="{link}">1 treaty action</a>' in page
    assert list(curator.get(link).context["cl"].queryset) == list(treaty.treaty_actions.all())
    add = f"{reverse('admin:legislation_treatyaction_add')}?instrument={treaty.pk}"
    assert f'<a href="{add}">' in page
    save(curator, add, state=state.pk, kind="signature", date="2001-02")
    assert (treaty.treaty_actions.count(), other.treaty_actions.count()) == (2, 1)
    assert curator.get(reverse("admin:legislation_instrument_add")).status_code == 200
