"""Every page of a consultation × every role, over HTTP: the table of rights and whose space it is say what it says."""

import sys

import pytest
from django.urls import reverse

from consultations.models import Adoption, Comment, Position
from core.labels import Label
from members.access import Action, Role, Scope
from tests.consultation_addresses import (
    COMMENT_PAGES,
    CONSULTATION_ACTS,
    CONSULTATION_MEMBERS,
    CONSULTATION_READ,
    EDITION,
    KEY,
    PARAGRAPH,
)
from tests.factories import (
    make_chapter,
    make_comment,
    make_consultation,
    make_edition,
    make_final,
    make_paragraph,
    make_publication,
    make_submitted,
)
from tests.test_access_http import (
    ABSENT,
    BRAZIL,
    CAST,
    DRAFT,
    MEXICO,
    RECORDS,
    WRITES_FOR,
    answer_of,
    authors,  # noqa: F401 - fixtures
    cell,
    clients,  # noqa: F401
    may_know_of,
    sessions,  # noqa: F401
)
from training.models import Edition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_cast")]
EDITIONS = ["clear", "green", "amber", "red-naming-mexico", "draft"]  # all others: test_access_manual
ITS_OWN = {"consultations:position_history", "consultations:adoption_history"}


def make_consulted(variant, brazil, mexico, people):
    """An open consultation on the second edition of a standard, which is final."""
    label, publication, named, author = RECORDS[variant]
    work = make_publication(slug=variant.replace("-", "x"), kind="standard")
    first = make_chapter(edition=make_edition(work=work), paragraphs=["Zx one."]).edition
    make_final(first)
    edition = make_final(make_edition(work=work, label=label, based_on=first))
    consultation = make_consultation(edition=edition)
    make_submitted(consultation=consultation, placed=edition.placed.get(), state=mexico)
    Position.objects.create(edition=edition, state=brazil, kind="endorses")
    Adoption.objects.create(edition=edition, state=brazil, level="planned")
    seen_as = {"publication": publication} if publication == DRAFT else {}
    Edition.objects.filter(pk=edition.pk).update(author=people.get(author), **seen_as)
    edition.named_states.set([mexico] if named else [])
    return consultation


def address_of(name, what, rest, consultation):
    """Where the page of a consultation is, or of one that is not there."""
    if what == EDITION:
        slug, number = (consultation.edition.work.slug, 2) if consultation else ("no-such-standard", 2)
        return reverse(name, args=[slug, number, *rest])
    key = consultation.pk if consultation else 0
    return reverse(name, args=[key, *{KEY: [], PARAGRAPH: [1]}.get(what, ["brazil"]), *rest])


def expected(name, person, variant, what, action):
    """A status, or "login". What needs Brazil's space, or speaks for it, is for Brazil's people."""
    role, states = CAST[person]
    if action and role == Role.VISITOR:
        return "login"
    if action not in (None, "member") and cell(action, role) == Scope.NONE:
        return 403
    if variant == ABSENT or not may_know_of(person, variant, False):
        return 404
    if what == "space" and WRITES_FOR.get(person) != BRAZIL:
        return 404
    if name in ITS_OWN and cell(action, role) != Scope.ANY and BRAZIL not in states:
        return 403
    return 200


PAGES = {
    **{name: (*asked, None) for name, asked in CONSULTATION_READ.items()},
    **{name: (*asked, "member") for name, asked in CONSULTATION_MEMBERS.items()},
    **CONSULTATION_ACTS,
}


@pytest.mark.parametrize("name", PAGES)
def test_page_of_a_consultation_answers_each_role_as_the_table_says(name, clients, brazil, mexico, authors):  # noqa: F811
    made = {variant: make_consulted(variant, brazil, mexico, authors) for variant in EDITIONS}
    what, rest, action = PAGES[name]
    answers, wanted = {}, {}
    for variant in [*EDITIONS, ABSENT]:
        address = address_of(name, what, rest, made.get(variant))
        for person, client in clients.items():
            answers[person, variant] = answer_of(client.get(address), address, "")[0]
            wanted[person, variant] = expected(name, person, variant, what, action)
    assert {k: (v, wanted[k]) for k, v in answers.items() if v != wanted[k]} == {}


# Comments of Brazil, as they stand; who knows of each.
OWN_SPACE = {"expert", "alternate", "focal_point", "ended_mandate"}
STAFF = {"secretariat", "administrator"}
COMMENTS = {
    "draft": OWN_SPACE,
    "submitted": OWN_SPACE | STAFF | {"other_focal_point"},
    "not shown yet": OWN_SPACE | STAFF,
    "withdrawn": OWN_SPACE | STAFF,
    "hidden": OWN_SPACE | STAFF,
}


@pytest.fixture
def comments(brazil, expert):
    """{how it stands: a comment of Brazil, written by its expert}."""
    chapter = make_chapter(edition=make_edition(label=Label.GREEN))
    placed = make_paragraph(chapter=chapter)
    shown = make_consultation(edition=chapter.edition)
    later = make_consultation(edition=chapter.edition, shown="after_closing")
    about = {"state": brazil, "placed": placed, "author": expert, "text": "Zx words zx"}
    found = {name: make_submitted(consultation=shown, **about) for name in ("submitted", "withdrawn", "hidden")}
    found |= {"draft": make_comment(consultation=shown, **about)}
    found |= {"not shown yet": make_submitted(consultation=later, **about)}
    Comment.objects.filter(pk=found["withdrawn"].pk).update(status="withdrawn")
    Comment.objects.filter(pk=found["hidden"].pk).update(is_hidden=True)
    return found


# Where an act does not fit how the comment stands: what its page answers those who might do it otherwise.
ELSE = {
    "consultations:comment_flag": {"draft": 404},
    "consultations:comment_edit": dict.fromkeys(["submitted", "not shown yet", "hidden"], 302),
    "consultations:comment_remove": dict.fromkeys(["submitted", "not shown yet", "withdrawn", "hidden"], 302),
    "consultations:comment_withdraw": dict.fromkeys(["draft", "withdrawn"], 302),
    "consultations:comment_dispose": {"withdrawn": 404},
    "consultations:comment_apply": {"withdrawn": 404},
}


def known_to(person, standing):
    return person in COMMENTS[standing]


def judged(name, person, standing):
    """What the page of an act on a comment that is known answers: 200, or 403 where it is not this person's to do."""
    action, role = COMMENT_PAGES[name], CAST[person][0]
    if action == Action.DRAFT_COMMENT and person == "ended_mandate":
        return 403  # an expert edits what he wrote
    if action in (Action.DRAFT_COMMENT, Action.SUBMIT_COMMENT) and WRITES_FOR.get(person) != BRAZIL:
        return 403
    return ELSE.get(name, {}).get(standing, 200) if cell(action, role) != Scope.NONE else 403


@pytest.mark.parametrize("name", COMMENT_PAGES)
def test_page_of_a_comment_answers_each_role_as_its_standing_says(name, clients, comments):  # noqa: F811
    answers, wanted = {}, {}
    for standing, comment in comments.items():
        address = reverse(name, args=[comment.pk])
        for person, client in clients.items():
            role, action = CAST[person][0], COMMENT_PAGES[name]
            found, has_words = answer_of(client.get(address), address, "Zx words zx")
            if role == Role.VISITOR or cell(action, role) == Scope.NONE:
                status = "login" if role == Role.VISITOR else 403
            else:
                status = judged(name, person, standing) if known_to(person, standing) else 404
            answers[person, standing] = (found, has_words and found in (403, 404, "login"))
            wanted[person, standing] = (status, False)
    assert {k: (v, wanted[k]) for k, v in answers.items() if v != wanted[k]} == {}


def test_matrix_of_consultations_is_as_large_as_it_says():
    pages = len(PAGES) * (len(EDITIONS) + 1) * len(CAST)
    said = len(COMMENT_PAGES) * len(COMMENTS) * len(CAST)
    sys.stdout.write(f"consultations: {pages} of pages, {said} of comments\n")
    assert (pages, said) == (1620, 350)
    assert MEXICO in CAST["other_focal_point"][1]
