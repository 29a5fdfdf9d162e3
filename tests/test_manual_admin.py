"""Publications in the admin: who reads their editions follows from what is set there."""

import pytest
from django.urls import reverse

from core.labels import Label
from documents.actions import refresh_audience
from documents.models import Document
from tests.admin_pages import form_data
from tests.factories import make_chapter, make_document, make_edition, make_final, make_publication
from training.models import Edition, Publication, Term

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    """A final edition under TLP:CLEAR with a picture."""
    edition = make_edition()
    make_chapter(edition=edition, paragraphs=["Begin early."])
    picture = make_document(label=Label.CLEAR)
    edition.documents.add(picture)
    refresh_audience(picture)
    return make_final(edition)


def change(client, record, **values):
    """Send the admin's form of a record with some values changed."""
    address = reverse(f"admin:training_{record._meta.model_name}_change", args=[record.pk])
    return client.post(address, form_data(client.get(address), **values))


def reads(client, edition):
    """Whether a client reads an edition and its picture."""
    picture = edition.documents.get()
    return client.get(edition.get_absolute_url()).status_code, client.get(picture.get_absolute_url()).status_code


def test_label_of_an_edition_is_that_of_its_pictures(client, client_for, secretariat, edition):
    assert reads(client, edition) == (200, 200)
    assert change(client_for(secretariat), edition, label=Label.GREEN).status_code == 302
    assert reads(client, edition) == (404, 404)


def test_edition_is_never_open_to_more_people_than_its_publication(client_for, secretariat):
    work = make_publication(label=Label.GREEN)
    edition = make_edition(work=work, label=Label.AMBER)
    response = change(client_for(secretariat), edition, label=Label.CLEAR)
    assert "not open to more people than its publication" in response.content.decode()
    assert Edition.objects.get().label == Label.AMBER


def test_publication_takes_its_editions_and_their_pictures_along(client, client_for, secretariat, edition):
    staff = client_for(secretariat)
    assert change(staff, edition.work, label=Label.GREEN).status_code == 302
    assert reads(client, edition) == (404, 404)
    assert change(staff, edition.work, label=Label.CLEAR).status_code == 302
    assert reads(client, edition) == (200, 200)
    picked = {"action": "withdraw", "_selected_action": [edition.work.pk]}
    staff.post(reverse("admin:training_publication_changelist"), picked)
    assert Publication.objects.get().publication == "withdrawn"
    assert reads(client, edition) == (404, 404)
    assert Document.objects.visible_to(secretariat).count() == 1


def test_editions_are_begun_on_the_portal_and_not_published_in_the_admin(client_for, secretariat):
    draft = make_edition()
    staff = client_for(secretariat)
    assert staff.get(reverse("admin:training_edition_add")).status_code == 403
    listing = staff.get(reverse("admin:training_edition_changelist"))
    assert str(draft) in listing.content.decode() and 'name="action"' not in listing.content.decode()
    change(staff, draft, publication="published", status="final")
    draft.refresh_from_db()
    assert (draft.publication, draft.status) == ("draft", "drafting")


def test_glossary_is_kept_in_the_admin(client_for, secretariat):
    work, staff = make_publication(), client_for(secretariat)
    address = reverse("admin:training_term_add")
    values = {"work": work.pk, "term_en": "Perimeter", "definition_en": "A line around a venue."}
    assert staff.post(address, form_data(staff.get(address), **values)).status_code == 302
    assert Term.objects.get().term == "Perimeter"
