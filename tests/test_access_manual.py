"""Every page of the manual's editions × every role, over HTTP; the table of rights says what each answers."""

import sys

import pytest
from django.urls import reverse

from core.labels import Label
from members.access import Role, Scope
from tests.factories import make_chapter, make_edition, make_final, make_publication
from tests.manual_addresses import MANUAL_READ, MANUAL_WRITE, WRITE
from tests.test_access_http import (
    ABSENT,
    CAST,
    DRAFT,
    RECORDS,
    WITHDRAWN,
    answer_of,
    authors,  # noqa: F401 - fixtures
    cell,
    clients,  # noqa: F401
    expected,
    marker,
    sessions,  # noqa: F401
)
from training.models import ChapterLoad, Edition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_cast")]
LEADS_ON = {"training:paragraph_detail", "consultations:chapter_compare"}
QUERIES = {"training:paragraph_translate": "?language=es"}


def make_text(variant, mexico, people):
    """An edition with one chapter of two paragraphs, of a publication that everybody may know of."""
    label, publication, named, author = RECORDS[variant]
    work = make_publication(slug=variant.replace("-", "x"))
    edition = make_edition(work=work, label=label, name=marker(variant))
    make_chapter(edition=edition, title=marker(variant), paragraphs=[marker(variant), "Go on."])
    if publication != DRAFT:
        make_final(edition)
    seen_as = {"publication": WITHDRAWN} if publication == WITHDRAWN else {}
    Edition.objects.filter(pk=edition.pk).update(author=people.get(author), **seen_as)
    edition.named_states.set([mexico] if named else [])
    return work


def address_of(name, arguments, work):
    return reverse(name, args=[work.slug if work else "no-such-manual", *arguments])


@pytest.mark.parametrize("name", MANUAL_READ)
def test_page_of_an_edition_answers_each_role_as_the_table_says(name, clients, mexico, authors):  # noqa: F811
    works = {variant: make_text(variant, mexico, authors) for variant in RECORDS}
    answers, wanted = {}, {}
    for variant in [*RECORDS, ABSENT]:
        address = address_of(name, MANUAL_READ[name], works.get(variant))
        for person, client in clients.items():
            found = answer_of(client.get(address), address, marker(variant))
            status = expected(person, variant, False, None)
            opened = status == 200
            answers[person, variant] = found
            wanted[person, variant] = (302, False) if opened and name in LEADS_ON else (status, opened)
    assert answers == wanted


@pytest.mark.parametrize("name", MANUAL_WRITE)
def test_page_on_which_an_edition_is_written_opens_for_those_who_write(name, clients, secretariat):  # noqa: F811
    work = make_publication(slug="draft")
    chapter = make_chapter(edition=make_edition(work=work, label=Label.CLEAR), title="Zx", paragraphs=["One.", "Two."])
    load = ChapterLoad.objects.create(
        edition=chapter.edition, chapter=chapter, language="en", title="Zx", by=secretariat,
        blocks=[{"kind": "text", "level": 0, "text": "One.", "figure": None}],
    )  # fmt: skip
    answers, wanted = {}, {}
    for about, there in ((work, 200), (None, 404)):
        arguments = MANUAL_WRITE[name]
        address = address_of(name, arguments, about) if arguments else reverse(name, args=[load.pk if about else 0])
        for person, client in clients.items():
            role = CAST[person][0]
            response = client.get(address + QUERIES.get(name, ""))
            refused = "login" if role == Role.VISITOR else 403
            answers[person, there] = answer_of(response, response.wsgi_request.get_full_path(), "")[0]
            may, its_own = cell(WRITE, role) == Scope.ANY, bool(arguments) or person == "secretariat"
            wanted[person, there] = refused if not may else there if its_own else 404
    assert answers == wanted


def test_matrix_of_the_manual_is_as_large_as_it_says():
    read = len(MANUAL_READ) * (len(RECORDS) + 1) * len(CAST)
    written = len(MANUAL_WRITE) * 2 * len(CAST)
    sys.stdout.write(f"manual: {read} of reading, {written} of writing\n")
    assert (read, written) == (880, 360)
