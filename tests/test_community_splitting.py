"""Splitting a thread: the new one is read by those who read the old one, whoever wrote its first post."""

import datetime

import pytest

from community import moving
from community.models import Post, Thread
from core.labels import Label
from members.models import Mandate, User
from moderation.models import Decision
from tests.factories import make_post, make_thread

pytestmark = pytest.mark.django_db


def split(thread, *numbers, by):
    return moving.split(thread=thread, chosen=moving.Chosen.of(numbers), title="Gates", by=by, note="Another matter.")


def as_now(person):
    return User.objects.get(pk=person.pk)


def test_split_opens_nothing_to_whose_mandate_ended(secretariat, focal_point, other_focal_point):
    thread = make_thread(by=other_focal_point, label=Label.AMBER)
    make_post(thread=thread, by=focal_point, text="Mine.")
    make_post(thread=thread, by=other_focal_point, text="Zx of others.")
    year = {"since": datetime.date(2025, 1, 1), "until": datetime.date(2026, 1, 2)}
    Mandate.objects.filter(person=focal_point).update(**year)
    gone = as_now(focal_point)
    assert not Thread.objects.visible_to(gone).exists()
    new = split(thread, 2, 3, by=secretariat)
    assert (new.author, new.state) == (other_focal_point, thread.state)
    assert not Thread.objects.visible_to(gone).exists()
    assert not Post.objects.visible_to(gone).readable_by(gone).filter(text="Zx of others.").exists()


def test_split_under_red_keeps_its_readers(secretariat, focal_point, other_focal_point, mexico):
    thread = make_thread(by=focal_point, label=Label.RED, named_states=[mexico])
    make_post(thread=thread, by=other_focal_point)
    new = split(thread, 2, by=secretariat)
    for person in (focal_point, other_focal_point):
        assert Thread.objects.visible_to(person).filter(pk=new.pk).exists()


def test_split_is_told_to_who_began_the_thread_and_who_wrote_the_first_post(secretariat, expert, focal_point):
    thread = make_thread(by=expert)
    make_post(thread=thread, by=focal_point)
    new = split(thread, 2, by=secretariat)
    told = Decision.objects.of(("thread", new.pk)).values_list("author", flat=True)
    assert set(told) == {expert.pk, focal_point.pk}
