"""A gate whose SQL is kept lets through exactly what the gate itself does, whoever asked before."""

import itertools

import pytest

from community.lists import threads_of
from community.models import Forum, Thread
from community.opening import forum_of, thread_of
from core.labels import Label
from tests.factories import make_forum, make_mandate, make_organisation, make_state, make_thread, make_user

CAST = ["visitor", "partner", "expert", "alternate", "focal_point", "other_focal_point", "secretariat", "administrator"]


@pytest.fixture
def readers(request, brazil, mexico):
    """The whole cast, others with the same rights, and somebody who speaks for two States."""
    people = [request.getfixturevalue(name) for name in CAST]
    two = make_mandate(person=make_user(state=brazil), state=brazil, role="alternate").person
    make_mandate(person=two, state=mexico, role="alternate")
    more = [make_user(organisation=make_organisation()), make_user(state=mexico), two]
    return [*people, *more, make_mandate(state=make_state()).person]


@pytest.fixture
def threads(expert, partner, focal_point, secretariat, brazil, mexico):
    """Threads under each label and by different authors in forums of each kind, also hidden and waiting ones."""
    forums = [make_forum(label=label) for label in Label]
    forums += [make_forum(label=Label.RED, named_states=[brazil]), make_forum(open_to_partners=False)]
    forums += [make_forum(publication="withdrawn")]
    authors = itertools.cycle([expert, partner, focal_point, secretariat])
    made = []
    for forum, label in itertools.product(forums, Label):
        if label >= forum.label:
            made.append(make_thread(forum=make_forum(), by=next(authors)))
            Thread.objects.filter(pk=made[-1].pk).update(forum=forum, label=label)
            if label == Label.RED:
                made[-1].named_states.set([mexico])
    Thread.objects.filter(pk__in=[thread.pk for thread in made[::5]]).update(last_number=0)
    Thread.objects.filter(pk__in=[thread.pk for thread in made[1::7]]).update(publication="withdrawn")
    return made


def test_kept_gate_lets_everybody_through_as_the_gate_does(readers, threads):
    answers, wanted = {}, {}
    for (n, reader), thread in itertools.product(enumerate(readers), threads):
        answers[n, thread.pk] = thread_of(thread.slug, reader) is not None
        wanted[n, thread.pk] = Thread.objects.visible_to(reader).filter(pk=thread.pk).exists()
    assert answers == wanted
    assert {True, False} == set(wanted.values()) and len(threads) > 15


def test_kept_gate_of_forums_lets_everybody_through_as_the_gate_does(readers, threads):
    forums = list(Forum.objects.all())
    answers = {
        (n, forum.pk): forum_of(forum.slug, reader) == forum for n, reader in enumerate(readers) for forum in forums
    }
    wanted = {
        (n, forum.pk): Forum.objects.visible_to(reader).filter(pk=forum.pk).exists()
        for n, reader in enumerate(readers)
        for forum in forums
    }
    assert answers == wanted and {True, False} == set(wanted.values())


def test_first_page_of_a_forum_holds_what_the_gate_lets_through(readers, threads):
    forum = make_forum()
    Thread.objects.update(forum=forum)
    for reader in readers:
        rows = threads_of(forum, reader, {})[1].rows
        seen = Thread.objects.visible_to(reader).in_forum(forum).pinned_first()[:25]
        assert [row["pk"] for row in rows] == [thread.pk for thread in seen]


def test_kept_thread_is_the_thread(db, focal_point, expert, django_assert_num_queries):
    thread = make_thread(by=focal_point, label=Label.AMBER, forum=make_forum(name="Zx"))
    plain = Thread.objects.visible_to(focal_point).for_reader(focal_point).get(pk=thread.pk)
    found = thread_of(thread.slug, focal_point)
    assert found == plain and found.forum == plain.forum and str(found.forum) == "Zx"
    assert found.get_deferred_fields() == {"search_text"}
    with django_assert_num_queries(0):
        columns = [field.attname for field in Thread._meta.concrete_fields if field.name != "search_text"]
        assert [getattr(found, name) for name in columns] == [getattr(plain, name) for name in columns]
        for name in ("seen", "draft", "watch_level", "is_for_some", "has_steps"):
            assert getattr(found, name) == getattr(plain, name)
        assert (found.forum.stage, found.forum.description_es) == (plain.forum.stage, plain.forum.description_es)
    assert thread_of(thread.slug, expert) is None and thread_of("nothing", focal_point) is None


def test_what_looks_like_a_mark_is_a_text_like_others(db, focal_point):
    assert thread_of("\ue0000", focal_point) is None
    assert thread_of(f"'; -- {make_thread(by=focal_point).slug}", focal_point) is None
