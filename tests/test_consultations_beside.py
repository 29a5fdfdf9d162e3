"""Comments beside the paragraphs of a chapter, and the way to write one."""

import datetime

import pytest
from django.utils import timezone

from consultations.beside import MOST_BESIDE, beside_chapter
from consultations.models import Comment, Consultation
from core.labels import Label
from tests.factories import make_chapter, make_comment, make_consultation, make_edition, make_state, make_submitted
from training.models import EditionParagraph

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
READING, WRITING = 2, 7  # queries: for whoever reads comments, and for whoever may add one now


def chapter_with(n=2, *, label=Label.CLEAR):
    return make_chapter(edition=make_edition(label=label), paragraphs=[f"Zx paragraph {i}." for i in range(n)])


@pytest.fixture
def chapter():
    return chapter_with()


@pytest.fixture
def consultation(chapter):
    return make_consultation(edition=chapter.edition)


@pytest.fixture
def placed(consultation):
    return EditionParagraph.objects.for_writing().get(edition=consultation.edition, number="1.1")


def page(client, chapter, status=200):
    response = client.get(chapter.get_absolute_url())
    assert response.status_code == status, response
    return response.content.decode()


def test_comments_stand_beside_their_paragraph(client_for, focal_point, chapter, consultation, placed, brazil, mexico):
    mine = make_comment(consultation=consultation, state=brazil, placed=placed, text="Zx in work.")
    theirs = make_submitted(consultation=consultation, state=mexico, placed=placed, text="Zx said.", kind="technical")
    make_submitted(consultation=consultation, state=mexico, chapter=chapter, text="Zx on the chapter.")
    text = page(client_for(focal_point), chapter)
    part = text.partition('id="p1"')[2].partition('id="p2"')[0]
    assert f'<a href="{mine.get_absolute_url()}">BR</a> <small>General · draft</small>' in part
    assert f'<a href="{theirs.get_absolute_url()}">MX 1</a> <small>Technical</small>' in part
    assert "Zx in work." in part and "Zx said." in part and "Zx on the chapter." not in text


def test_whoever_writes_is_led_to_the_form_of_each_paragraph(client_for, expert, chapter, consultation, placed, brazil):
    text = page(client_for(expert), chapter)
    for serial in (1, 2):
        assert f'href="/en/manual/consultations/{consultation.pk}/spaces/brazil/add/?p={serial}"' in text
    assert text.count("/add/?p=") == text.count('>Comment<span class="sr"> p') == 2
    placed.kind, placed.level = "heading", 2
    placed.save()
    assert page(client_for(expert), chapter).count("/add/?p=") == 1


def test_nobody_else_sees_comments_or_the_way_to_write_one(
    client_for, visitor, partner, secretariat, other_focal_point, chapter, consultation, placed, brazil
):
    make_comment(consultation=consultation, state=brazil, placed=placed, text="Zx in work.")
    make_submitted(consultation=consultation, state=brazil, placed=placed, text="Zx said.")
    for person in (visitor, partner):
        text = page(client_for(person), chapter)
        assert "Zx said." not in text and "/add/?p=" not in text and "Zx in work." not in text
        assert beside_chapter(chapter, person) == {}
    text = page(client_for(secretariat), chapter)
    assert "Zx said." in text and "Zx in work." not in text and "/add/?p=" not in text
    text = page(client_for(other_focal_point), chapter)
    assert "Zx said." in text and "Zx in work." not in text and "spaces/mexico/add/" in text


def test_experts_see_the_comments_of_their_own_state_alone(expert, chapter, consultation, placed, brazil, mexico):
    make_submitted(consultation=consultation, state=brazil, placed=placed, text="Zx ours.")
    make_submitted(consultation=consultation, state=mexico, placed=placed, text="Zx theirs.")
    said = beside_chapter(chapter, expert)[1]
    assert "Zx ours." in said and "Zx theirs." not in said


def test_what_is_shown_after_the_closing_is_not_beside_before(other_focal_point, chapter, brazil):
    consultation = make_consultation(edition=chapter.edition, shown=Consultation.Shown.AFTER_CLOSING)
    placed = EditionParagraph.objects.for_writing().get(edition=consultation.edition, number="1.1")
    make_submitted(consultation=consultation, state=brazil, placed=placed, text="Zx later.")
    assert "Zx later." not in "".join(beside_chapter(chapter, other_focal_point).values())
    past = timezone.now() - DAY
    Consultation.objects.update(opens=past - DAY, closes=past, ends=past)
    assert "Zx later." in beside_chapter(chapter, other_focal_point)[1]


def test_withdrawn_comments_are_not_beside_and_hidden_ones_are_marked(
    focal_point, other_focal_point, chapter, consultation, placed, brazil
):
    make_comment(consultation=consultation, state=brazil, placed=placed, status="withdrawn", text="Zx taken back.")
    make_submitted(consultation=consultation, state=brazil, placed=placed, is_hidden=True, text="Zx rude.")
    ours, others = (beside_chapter(chapter, user)[1] for user in (focal_point, other_focal_point))
    assert "Zx taken back." not in ours and "Zx rude." in ours and "hidden by the moderators" in ours
    assert "Zx rude." not in others


def test_the_way_to_write_is_there_where_the_state_may_comment_now(focal_point, chapter, consultation, brazil, mexico):
    def offers():
        return "add/" in "".join(beside_chapter(chapter, focal_point).values())

    assert offers()
    consultation.states.set([mexico])
    assert not offers()
    consultation.states.set([brazil])
    assert offers()
    consultation.chapters.set([make_chapter(edition=make_edition(), paragraphs=["Zx"])])
    assert not offers()
    consultation.chapters.set([chapter])
    assert offers()
    past = timezone.now() - DAY
    Consultation.objects.update(opens=past - DAY, closes=past, ends=past)
    assert not offers()
    coming = timezone.now() + DAY
    Consultation.objects.update(opens=coming, closes=coming + DAY, ends=coming + DAY)
    assert beside_chapter(chapter, focal_point) == {}


def test_two_consultations_at_a_time_are_told_apart(focal_point, chapter, consultation, brazil):
    make_consultation(edition=chapter.edition, title="Zx second")
    said = beside_chapter(chapter, focal_point)[1]
    assert said.count("/add/?p=1") == 2 and "Zx second" in said


def test_what_was_written_is_escaped_and_short(focal_point, chapter, consultation, placed, brazil):
    make_comment(consultation=consultation, state=brazil, placed=placed, text="<script>alert(1)</script>" + "x" * 500)
    said = beside_chapter(chapter, focal_point)[1]
    assert "<script>" not in said and "x" * 100 not in said and "…" in said


def test_many_comments_on_one_paragraph_are_counted(focal_point, chapter, consultation, placed, brazil):
    for _n in range(MOST_BESIDE + 3):
        make_comment(consultation=consultation, state=brazil, placed=placed)
    said = beside_chapter(chapter, focal_point)[1]
    assert said.count("<li>") == MOST_BESIDE + 1 and "and 3 more" in said


@pytest.mark.parametrize("n", [1, 3])
def test_beside_asks_the_database_the_same_for_more_rows(
    focal_point, secretariat, django_assert_num_queries, brazil, mexico, n
):
    chapter = chapter_with(n)
    consultation = make_consultation(edition=chapter.edition, chapters=[chapter], states=[brazil, mexico])
    for placed in EditionParagraph.objects.for_writing().of(chapter.edition):
        for _comment in range(n):
            make_submitted(consultation=consultation, state=brazil, placed=placed)
    for person, queries in ((secretariat, READING), (focal_point, WRITING)):
        beside_chapter(chapter, person)
        with django_assert_num_queries(queries):
            beside_chapter(chapter, person)


def test_beside_asks_once_where_nothing_is_consulted_on(focal_point, django_assert_num_queries):
    chapter = chapter_with(1)
    beside_chapter(chapter, focal_point)
    with django_assert_num_queries(1):
        assert beside_chapter(chapter, focal_point) == {}


def test_beside_is_quick_for_a_long_chapter(focal_point, consultation, placed):
    states = [make_state() for _n in range(5)]
    rows = [
        Comment(consultation=consultation, state=states[n % 5], placed=placed, chapter=placed.chapter, text="Zx.",
                language="en", status="submitted", serial=n + 1, submitted=timezone.now())
        for n in range(500)
    ]  # fmt: skip
    Comment.objects.bulk_create(rows)
    said = beside_chapter(placed.chapter, focal_point)[1]
    assert f"and {500 - MOST_BESIDE} more" in said and len(said) < 5000
