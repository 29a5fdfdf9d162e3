"""Every form of consultations × every role: whose it is gets it done, nobody else writes a row."""

import datetime
import sys
import uuid
from dataclasses import dataclass

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations.models import Comment
from core.labels import Label
from members.access import Action, Role, Scope
from tests.consultation_addresses import COMMENT_PAGES, CONSULTATION_ACTS
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
from tests.test_access_http import BRAZIL, CAST, WRITES_FOR, cell, clients, sessions  # noqa: F401 - fixtures
from tests.test_access_manual_posts import form_on
from tests.test_access_posts import posted_by_each

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_cast")]
DRAFTING, SPEAKING, CONSULT = Action.DRAFT_COMMENT, Action.SUBMIT_COMMENT, Action.CONSULT
POSITION, READING = Action.TAKE_POSITION, Action.READ_COMMENTS
WHEN = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Said:
    """What is posted: at which address of the `world`, with what beside the fields that the page of `whose` gives."""

    about: str
    action: str
    body: dict
    whose: str = "secretariat"
    hidden_from_others: bool = False  # a 404, not a 403, for those who may do it on what is theirs
    gives_back: bool = False  # to who is not logged in
    has_page: bool = True


LATER = (timezone.now() + datetime.timedelta(days=90)).strftime(WHEN)
OURS = {"whose": "focal_point", "hidden_from_others": True}
SAID = {
    "consultation_open": Said("drafted", CONSULT, {"title_en": "Zx"}),
    "consultation_edit": Said("alone", CONSULT, {"closes": LATER}),
    "consultation_extend": Said("open", CONSULT, {"closes": LATER, "reason": "Zx floods"}),
    "consultation_withdraw": Said("quiet", CONSULT, {}),
    "consultation_close": Said("over", CONSULT, {}),
    "disposition_list": Said("open", CONSULT, {"disposition": "noted", "picked": "theirs"}),
    "comment_dispose": Said("submitted", CONSULT, {"disposition": "noted"}),
    "comment_apply": Said("accepted", CONSULT, {"text": "Zx later."}, gives_back=True),
    "comment_add": Said("space", DRAFTING, {"text": "Zx words", "kind": "general"}, gives_back=True, **OURS),
    "comment_edit": Said("draft", DRAFTING, {"text": "Zx other words"}, gives_back=True, **OURS),
    "comment_remove": Said("draft", DRAFTING, {}, **OURS),
    "comment_note": Said("draft", DRAFTING, {"text": "Zx"}, gives_back=True, has_page=False, **OURS),
    "comment_submit": Said("space", SPEAKING, {"comments": "ours"}, **OURS),
    "answer_give": Said("quiet space", SPEAKING, {"kind": "agrees"}, **OURS),
    "comment_withdraw": Said("submitted", SPEAKING, {}, whose="focal_point"),
    "comment_endorse": Said("other", SPEAKING, {"state": "brazil", "on": "1"}, whose="focal_point", has_page=False),
    "comment_flag": Said("other", READING, {"category": "spam", "text": "Zx"}, gives_back=True),
    "position_take": Said("final", POSITION, {"kind": "endorses"}, whose="focal_point"),
    "adoption_record": Said(
        "final", POSITION, {"level": "planned", "text": "Zx"}, whose="focal_point", gives_back=True
    ),
}
ELSEWHERE = {"form_return"}  # a file is sent: tests/test_consultations_forms.py


@pytest.fixture
def world(brazil, mexico, expert):
    """{what: arguments of its address}."""
    work = make_publication(slug="zx-standard", kind="standard")
    chapter = make_chapter(edition=make_edition(work=work, label=Label.CLEAR))
    placed = make_paragraph(chapter=chapter)
    asked = make_consultation(edition=chapter.edition)
    past = {"opens": timezone.now() - datetime.timedelta(days=9), "closes": timezone.now() - datetime.timedelta(days=1)}
    over, quiet = make_consultation(edition=chapter.edition, **past), make_consultation(edition=chapter.edition)
    about = {"consultation": asked, "state": brazil, "placed": placed, "author": expert}
    found = {"draft": make_comment(**about), "submitted": make_submitted(**about)}
    found |= {"other": make_submitted(consultation=asked, state=mexico, placed=placed)}
    found |= {"accepted": make_submitted(base="Begin early.", proposed="Begin late.", **about)}
    Comment.objects.filter(pk=found["accepted"].pk).update(disposition="accepted")
    make_edition(work=work, label=Label.CLEAR, based_on=chapter.edition)
    drafted = make_chapter(edition=make_edition(work=make_publication(slug="zx-draft")), paragraphs=["One."]).edition
    standard = make_publication(slug="zx-final", kind="standard")
    make_final(make_chapter(edition=make_edition(work=standard), paragraphs=["One."]).edition)
    return {
        **{name: [row.pk] for name, row in found.items()},
        "open": [asked.pk],
        "alone": [make_consultation().pk],
        "over": [over.pk],
        "quiet": [quiet.pk],
        "space": [asked.pk, "brazil"],
        "quiet space": [quiet.pk, "brazil"],
        "drafted": [drafted.work.slug, 1],
        "final": ["zx-final", 1],
    }


CHOSEN = {
    "theirs": lambda: Comment.objects.get(state__iso3="MEX").pk,
    "ours": lambda: f"{Comment.objects.drafts().get().pk}:1",
}


def body_of(said, address, clients):  # noqa: F811
    filled = form_on(clients[said.whose].get(address)) if said.has_page else {"token": str(uuid.uuid4())}
    filled.pop("finding", None)  # the button that only looks for laws
    return filled | {name: CHOSEN[value]() if value in CHOSEN else value for name, value in said.body.items()}


def expected(said, person):
    role = CAST[person][0]
    if role == Role.VISITOR:
        return (403 if said.gives_back else "login"), False
    if cell(said.action, role) == Scope.NONE:
        return 403, False
    ours, on_theirs = WRITES_FOR.get(person) == BRAZIL, said.about == "other"
    if said.hidden_from_others and not ours:
        return 404, False
    if said.action == READING:  # of a comment of Mexico, whose Focal Point does not report it
        knows = cell(READING, role) == Scope.ANY
        if person == "other_focal_point":
            return 200, False
        return (302, True) if knows else (404, False)
    if said.about == "draft" and person == "ended_mandate" and said.has_page:  # an expert; a note he may write
        return 403, False
    if said.about == "submitted" and said.action == SPEAKING and not ours or on_theirs and not ours:
        return 403, False
    return 302, True


@pytest.mark.parametrize("name", SAID)
def test_post_is_done_for_whose_it_is_and_for_nobody_else(name, world, clients):  # noqa: F811
    said = SAID[name]
    address = reverse(f"consultations:{name}", args=world[said.about])
    answers = posted_by_each(clients, address, body_of(said, address, clients))
    wanted = {person: expected(said, person) for person in CAST}
    assert {person: (found, wanted[person]) for person, found in answers.items() if found != wanted[person]} == {}


def test_every_form_of_consultations_is_posted_to():
    only_read = {
        "consultations:" + name
        for name in (
            "proposal_compare", "matrix", "matrix_export", "statistics", "space_detail", "form_export",
            "position_history", "adoption_history", "comment_detail",
        )
    }  # fmt: skip
    asked = {f"consultations:{name}" for name in [*SAID, *ELSEWHERE] if name not in {"comment_note", "comment_endorse"}}
    assert {*CONSULTATION_ACTS, *COMMENT_PAGES} - only_read == asked


def test_matrix_of_forms_of_consultations_is_as_large_as_it_says():
    cells = len(SAID) * len(CAST)
    sys.stdout.write(f"POST: {cells} of consultations\n")
    assert cells == 190
