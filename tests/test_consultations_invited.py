"""States that are not asked, or not any more, and editions of which none is: nothing is written, nobody held back."""

import datetime
import uuid

import pytest

from consultations import commenting, consulting
from consultations.models import Comment, Consultation
from consultations.reminders import remind
from consultations.waiting import waiting_for
from moderation.refusals import Refused
from tests.factories import make_chapter, make_comment, make_consultation, make_final
from training.models import Edition

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
SUPERSEDED = "A later edition has taken the place of this one."
WORDS = {"text": "Zx not asked.", "kind": "general", "language": "en"}


@pytest.fixture
def edition():
    return make_chapter(paragraphs=["Begin early."]).edition


def asking(consultation, by, **changes):
    """The consultation, after something else is asked."""
    asked = {**consulting.asked_in(consultation), "chapters": list(consultation.chapters.all())}
    return consulting.edit_consultation(consultation=consultation, by=by, **{**asked, **changes})


def test_comment_add_keeps_no_draft_of_a_state_that_is_not_asked(client_for, other_focal_point, edition, brazil):
    consultation = make_consultation(edition=edition, states=[brazil])
    url = f"/en/manual/consultations/{consultation.pk}/spaces/mexico/add/"
    text = client_for(other_focal_point).post(url, WORDS | {"token": uuid.uuid4()}).content.decode()
    assert "Mexico is not among the States that are asked." in text and "Zx not asked." in text
    assert not Comment.objects.exists()


def test_comment_edit_keeps_no_words_of_a_state_that_is_not_asked(edition, other_focal_point, brazil, mexico):
    consultation = make_consultation(edition=edition, states=[brazil])
    comment = make_comment(consultation=consultation, state=mexico, text="Zx before.")
    with pytest.raises(Refused, match="not among the States"):
        commenting.edit_comment(comment=comment, by=other_focal_point, version=1, keep=True, **WORDS)


def test_comment_of_a_state_that_is_not_asked_holds_back_no_other_change(edition, secretariat, brazil, mexico):
    other = make_chapter(edition=edition, paragraphs=["Count them."])
    consultation = make_consultation(edition=edition, states=[brazil], chapters=[edition.chapters.first()])
    make_comment(consultation=consultation, state=mexico, chapter=other)
    for changes in ({"closes": consultation.closes + DAY}, {"title_en": "Zx again"}):
        states = list(consultation.states.all())
        consultation = asking(consultation, secretariat, states=states, **changes)
    assert consultation.title_en == "Zx again"


def test_state_that_has_begun_to_comment_stays_asked(edition, secretariat, brazil, mexico):
    consultation = make_consultation(edition=edition, states=[brazil, mexico])
    make_comment(consultation=consultation, state=mexico)
    with pytest.raises(Refused, match="A State stays|a State stays"):
        asking(consultation, secretariat, states=[brazil])


def test_longer_time_of_a_state_that_is_not_asked_any_more_is_gone(edition, secretariat, brazil, mexico):
    consultation = make_consultation(edition=edition, states=[brazil, mexico])
    for state, days in ((brazil, 5), (mexico, 20)):
        given = {"state": state, "closes": consultation.closes + days * DAY, "reason": "Zx"}
        consulting.extend(consultation=consultation, by=secretariat, **given)
    consultation = asking(Consultation.objects.for_detail().get(), secretariat, states=[brazil])
    assert [row.state for row in consultation.extensions.all()] == [brazil]
    assert consultation.ends == consultation.closes + 5 * DAY
    consultation = asking(consultation, secretariat, states=[])
    assert consultation.extensions.count() == 1


def test_edition_that_was_superseded_takes_no_comments(client, client_for, focal_point, edition, brazil):
    consultation, place = make_consultation(edition=make_final(edition)), {"state": brazil, "by": focal_point}
    url = f"/en/manual/consultations/{consultation.pk}/"
    assert waiting_for(focal_point) and SUPERSEDED not in client_for(focal_point).get(url).content.decode()
    comment = commenting.draft_comment(consultation=consultation, **place, **WORDS)
    Edition.objects.update(status="superseded")
    consultation = Consultation.objects.for_detail().get()
    for act, more in (
        (commenting.draft_comment, WORDS),
        (commenting.submit_comments, {"versions": {comment.pk: 1}}),
        (commenting.give_answer, {"kind": "agrees"}),
    ):
        with pytest.raises(Refused, match=SUPERSEDED):
            act(consultation=consultation, **place, **more)
    kept = commenting.edit_comment(
        comment=comment, by=focal_point, version=1, keep=True, **WORDS | {"text": "Zx kept."}
    )
    assert kept.text == "Zx kept." and not waiting_for(focal_point) and remind() == 0
    assert SUPERSEDED in client_for(focal_point).get(url).content.decode()
    assert SUPERSEDED in client.get(url).content.decode()
