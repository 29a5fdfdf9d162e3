"""Every form of the manual × every role: who writes publications gets it done, nobody else writes a row."""

import sys

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from core.labels import Label
from events.models import Lesson
from members.access import Role, Scope
from tests.factories import make_chapter, make_edition, make_final, make_lesson, make_publication
from tests.manual_addresses import MANUAL_WRITE, WRITE
from tests.test_access_http import CAST, cell, clients, sessions  # noqa: F401 - fixtures
from tests.test_access_posts import posted_by_each
from training.models import EditionParagraph

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_cast")]
READ_ONLY = {"training:chapter_write", "training:paragraph_history"}
# What is filled into the form of a page, beside what stands in it.
SAID = {
    "training:edition_start": {"name": "Zx edition"},
    "training:edition_write": {"title": "Zx chapter"},
    "training:edition_finalise": {},
    "training:chapter_load": {"text": "Zx text.", "title": "Zx chapter"},
    "training:chapter_edit": {"title_en": "Zx chapter"},
    "training:chapter_move": {"order": "2"},
    "training:chapter_remove": {},
    "training:paragraph_add": {"text": "Zx text."},
    "training:paragraph_edit": {"text": "Zx text."},
    "training:paragraph_translate": {"text": "Zx texto."},
    "training:paragraph_split": {"text": "Zx one.\n\nZx two."},
    "training:paragraph_merge": {},
    "training:paragraph_move": {"after": lambda: EditionParagraph.objects.get(order=3).pk},
    "training:paragraph_kind": {"kind": "box"},
    "training:paragraph_remove": {},
    "training:paragraph_evidence": {"lessons": lambda: Lesson.objects.get().pk},
}
QUERIES = {
    "training:paragraph_translate": "?language=es",
    "training:paragraph_move": "?chapter=1",
    "training:paragraph_evidence": "?q=zx",
}
GIVES_BACK = {name for name, said in SAID.items() if {"text", "title"} & said.keys()}  # to who is not logged in


@pytest.fixture
def work(db):
    """A publication with a draft: a chapter of three paragraphs, and one without any."""
    work = make_publication(slug="zx-manual")
    edition = make_edition(work=work, label=Label.CLEAR)
    make_chapter(edition=edition, title="One", paragraphs=["Zx one. Zx two.", "Second.", "Third."])
    make_chapter(edition=edition, title="Empty")
    make_lesson(title="Zx lesson")
    return work


def address_of(name, work):
    if name == "training:edition_start":
        return reverse(name, args=[work.slug])
    arguments = list(MANUAL_WRITE[name])
    if name == "training:chapter_remove":
        arguments = [1, 2]
    return reverse(name, args=[work.slug, *arguments]) + QUERIES.get(name, "")


def form_on(page):
    """The fields of the page's own form that is posted, as a browser sends it untouched."""
    soup = BeautifulSoup(page.content, "html.parser")
    form = next(form for form in soup.main.find_all("form") if form.get("method", "").lower() == "post")
    found = {}
    for field in form.find_all(["input", "textarea", "select"]):
        kind, name = field.get("type"), field.get("name")
        if not name or kind in ("submit", "file") or (kind in ("radio", "checkbox") and not field.has_attr("checked")):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            found[name] = chosen["value"] if chosen else ""
        else:
            found[name] = field.get("value", "") if field.name == "input" else field.text.removeprefix("\n")
    return found | {button["name"]: button["value"] for button in form.find_all("button", attrs={"name": True})[:1]}


@pytest.mark.parametrize("name", SAID)
def test_post_is_done_for_who_writes_publications_and_for_nobody_else(name, work, clients):  # noqa: F811
    address = address_of(name, work)
    said = {field: value() if callable(value) else value for field, value in SAID[name].items()}
    body = form_on(clients["secretariat"].get(address)) | said
    answers = posted_by_each(clients, address, body)
    wanted = {}
    for person, (role, _) in CAST.items():
        away = 403 if name in GIVES_BACK else "login"
        may = cell(WRITE, role) == Scope.ANY
        wanted[person] = (302, True) if may else (away if role == Role.VISITOR else 403, False)
    assert answers == wanted


def test_marking_a_chapter_as_read_is_for_those_who_read_it(work, clients):  # noqa: F811
    make_final(work.editions.get())
    address = reverse("training:chapter_mark_read", args=[work.slug, 1, 1])
    answers = posted_by_each(clients, address, {"read": "1"})
    members = {name for name, (role, _) in CAST.items() if role != Role.VISITOR}
    assert answers == {name: (302, True) if name in members else ("login", False) for name in CAST}


def test_every_form_of_the_manual_is_posted_to():
    assert {name for name in MANUAL_WRITE if name not in READ_ONLY} == SAID.keys() - {"training:edition_start"} | {
        "training:load_confirm"  # in tests/test_manual_loading.py
    }


def test_matrix_of_the_manuals_forms_is_as_large_as_it_says():
    cells = (len(SAID) + 1) * len(CAST)
    sys.stdout.write(f"POST: {cells} of the manual\n")
    assert cells == 170
