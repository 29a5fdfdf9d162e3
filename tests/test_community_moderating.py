"""What moderators do to posts and threads: numbers stay whole, counters right, readers and permalinks as they were."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from community import moderating, moving
from community.actions import Words, add_post
from community.models import Post, ReadState, Thread
from community.moving import Chosen
from community.reading import mark_seen
from core.labels import Label
from documents.models import Document
from moderation.flags import decide
from moderation.models import Decision
from moderation.refusals import Refused
from notifications.actions import watch
from notifications.models import Notification, Watch
from tests.factories import (
    make_document,
    make_event,
    make_forum,
    make_organisation,
    make_post,
    make_state,
    make_thread,
    make_user,
)

pytestmark = pytest.mark.django_db


def now(row):
    return type(row).objects.get(pk=row.pk)


def texts(thread):
    """{number: text} of the posts of a thread that are out."""
    return dict(Post.objects.in_thread(thread).numbered().values_list("number", "text"))


def counters(forum):
    """How many threads and posts of a forum are out."""
    out = Thread.objects.in_forum(forum).filter(publication="published")
    return out.count(), sum(out.values_list("last_number", flat=True))


def talk(n, **fields):
    """A thread of n posts, with the texts 1 … n."""
    thread = make_thread(text="1", **fields)
    for number in range(2, n + 1):
        make_post(thread=thread, text=str(number))
    return now(thread)


def act(post, name, by, note="Because."):
    return decide(kind="post", key=post.pk, name=name, note=note, by=by)


def with_file(post, **fields):
    """A document that hangs on a post as attach() hangs it."""
    document = make_document(label=post.thread.label, **fields)
    post.documents.add(document)
    post.thread.documents.add(document)
    return document


# Posts


def test_post_that_waits_comes_out_with_the_next_number_and_who_watches_is_told(partner, secretariat, expert):
    thread = talk(2, forum=make_forum(is_moderated=True), by=secretariat)
    assert texts(thread) == {1: "1"}
    waiting = Post.objects.waiting().get()
    file = with_file(waiting, publication="draft")
    watch(expert, ("thread", thread.pk))
    act(waiting, "let_out", secretariat, note="")
    assert (texts(thread), counters(thread.forum)) == ({1: "1", 2: "2"}, (1, 2))
    assert (now(file).publication, now(thread).last_author) == ("published", waiting.author)
    told = set(Notification.objects.values_list("person", "kind"))
    assert {(expert.pk, "post_added"), (waiting.author_id, "post_let_out")} <= told


def test_first_post_of_a_partner_is_refused_and_stays_with_him(partner, secretariat):
    post = Post.objects.get(thread=make_thread(by=partner))
    assert post.status == "waiting"
    act(post, "refused", secretariat)
    assert (now(post).status, now(post).number) == ("refused", None)
    assert list(Post.objects.visible_to(partner)) == [post]
    assert not Post.objects.visible_to(make_user(state=make_state())).exists()
    act(post, "let_out", secretariat)  # after all
    assert (now(post).status, now(post).number) == ("published", 1)


def test_hidden_post_keeps_its_number_and_loses_its_words_and_files(secretariat, expert):
    thread = talk(3, by=expert)
    last = Post.objects.get(thread=thread, number=3)
    file, gone = with_file(last), with_file(last, publication="withdrawn")
    act(last, "hidden", secretariat)
    assert (now(last).status, now(last).number, now(file).publication) == ("hidden", 3, "withdrawn")
    assert (now(thread).last_number, now(thread).last_author) == (3, Post.objects.get(thread=thread, number=2).author)
    assert not Post.objects.readable_by(expert).filter(pk=last.pk).exists()
    assert Post.objects.readable_by(last.author).filter(pk=last.pk).exists()
    act(last, "restored", secretariat)
    assert (now(last).status, now(file).publication, now(gone).publication) == ("published", "published", "withdrawn")
    assert (now(thread).last_author, counters(thread.forum)) == (last.author, (1, 3))


def test_thread_whose_every_post_is_hidden_names_nobody_as_the_last(secretariat, expert):
    thread = talk(1, by=expert)
    act(Post.objects.get(), "hidden", secretariat)
    assert (now(thread).last_author, now(thread).last_state, now(thread).last_number) == (None, None, 1)


@pytest.mark.parametrize(("status", "name"), [
    ("published", "let_out"), ("published", "refused"), ("published", "restored"), ("hidden", "hidden"),
    ("waiting", "hidden"), ("waiting", "restored"), ("waiting", "warned"),
])  # fmt: skip
def test_act_that_makes_no_sense_any_more_is_refused(secretariat, status, name):
    post = Post.objects.get(thread=make_thread())
    Post.objects.filter(pk=post.pk).update(status=status, number=None if status == "waiting" else 1)
    with pytest.raises(Refused):
        act(post, name, secretariat)
    assert (now(post).status, Decision.objects.count(), Notification.objects.count()) == (status, 0, 0)


def test_nothing_comes_out_in_a_hidden_thread(secretariat):
    thread = make_thread(forum=make_forum(is_moderated=True))
    moderating.set_hidden(thread=thread, on=True, by=secretariat, note="No.")
    with pytest.raises(Refused, match="hidden"):
        act(Post.objects.get(), "let_out", secretariat)
    assert now(thread).last_number == 0


# Threads


def test_thread_is_pinned_locked_and_renamed_with_a_trace(secretariat, expert):
    thread = make_thread(by=expert, title="Barriers")
    moderating.set_pinned(thread=thread, on=True, by=secretariat)
    moderating.set_pinned(thread=thread, on=True, by=secretariat)
    moderating.set_locked(thread=thread, on=True, by=secretariat, note="Answered.")
    moderating.rename(thread=thread, title="Barriers of gates", by=secretariat, note="Clearer.")
    after = now(thread)
    assert (after.is_pinned, after.is_locked, after.title, after.slug) == (True, True, "Barriers of gates", thread.slug)
    assert after.search_text == "barriers of gates"
    assert list(thread.steps.values_list("kind", "detail")) == [
        ("pinned", ""), ("locked", ""), ("renamed", "Barriers → Barriers of gates"),
    ]  # fmt: skip
    told = Notification.objects.filter(person=expert, kind="thread_changed", subject_kind="decision")
    assert [Decision.objects.get(pk=row.subject_key).note for row in told.order_by("pk")] == ["Answered.", "Clearer."]


def test_hidden_thread_is_gone_with_its_files_and_comes_back(secretariat, expert):
    thread = talk(2, by=expert)
    file = with_file(Post.objects.get(thread=thread, number=2))
    moderating.set_hidden(thread=thread, on=True, by=secretariat, note="No.")
    assert not Thread.objects.visible_to(expert).exists()
    assert not Document.objects.visible_to(expert).exists()
    assert counters(thread.forum) == (0, 0)
    moderating.set_hidden(thread=thread, on=False, by=secretariat)
    assert list(Document.objects.visible_to(expert)) == [file]
    assert (list(Thread.objects.visible_to(expert)), counters(thread.forum)) == ([thread], (1, 2))


def test_label_is_never_wider_than_the_forum_or_the_record(secretariat):
    thread = make_thread(forum=make_forum(label=Label.CLEAR), about=("event", make_event(label=Label.GREEN)))
    assert moving.widest(thread) == Label.GREEN
    with pytest.raises(Refused, match="wider"):
        moving.relabel(thread=thread, label=Label.CLEAR, by=secretariat, widens=True)
    assert now(thread).label == Label.GREEN


def test_narrower_label_takes_the_files_along_and_a_wider_one_has_to_be_said(secretariat, focal_point, expert):
    thread = make_thread(by=focal_point)
    file = with_file(Post.objects.get())
    moving.relabel(thread=thread, label=Label.AMBER, by=secretariat, note="Names.")
    assert (now(thread).label, now(file).effective_label) == (Label.AMBER, Label.AMBER)
    assert not Thread.objects.visible_to(expert).exists()
    with pytest.raises(Refused, match="others could read it"):
        moving.relabel(thread=thread, label=Label.GREEN, by=secretariat)
    assert not Thread.objects.visible_to(expert).exists()
    moving.relabel(thread=thread, label=Label.GREEN, by=secretariat, widens=True)
    assert Thread.objects.visible_to(expert).exists()


def test_red_thread_names_its_states(secretariat, focal_point, other_focal_point, mexico):
    thread = make_thread(by=focal_point)
    moving.relabel(thread=thread, label=Label.RED, by=secretariat)
    assert not Thread.objects.visible_to(other_focal_point).exists()
    with pytest.raises(Refused):
        moving.relabel(thread=thread, label=Label.RED, named=[mexico], by=secretariat)
    moving.relabel(thread=thread, label=Label.RED, named=[mexico], by=secretariat, widens=True)
    assert list(Thread.objects.visible_to(other_focal_point)) == [thread]


def test_moved_thread_becomes_as_narrow_as_its_new_forum(secretariat, focal_point, expert):
    old, new = make_forum(), make_forum(label=Label.AMBER)
    thread = talk(3, forum=old, by=focal_point)
    talk(2, forum=old), talk(1, forum=new, by=focal_point)
    file = with_file(Post.objects.get(thread=thread, number=3))
    moving.move(thread=thread, forum=new, by=secretariat, note="Its place.")
    after = now(thread)
    assert (after.forum, after.label, after.slug) == (new, Label.AMBER, thread.slug)
    assert (counters(old), counters(new)) == ((1, 2), (2, 4))
    assert now(file).effective_label == Label.AMBER
    assert not Thread.objects.visible_to(expert).filter(pk=thread.pk).exists()
    moving.move(thread=thread, forum=old, by=secretariat, note="Back.")
    assert (now(thread).label, counters(old), counters(new)) == (Label.AMBER, (2, 5), (1, 1))


def test_move_into_a_forum_of_partners_has_to_be_said(secretariat, partner):
    closed, opened = make_forum(open_to_partners=False), make_forum()
    thread = make_thread(forum=closed)
    file = with_file(Post.objects.get())
    Document.objects.filter(pk=file.pk).update(open_to_partners=False)
    with pytest.raises(Refused, match="others could read it"):
        moving.move(thread=thread, forum=opened, by=secretariat)
    assert not Thread.objects.visible_to(partner).exists()
    moving.move(thread=thread, forum=opened, by=secretariat, widens=True)
    assert list(Document.objects.visible_to(partner)) == [file]


def test_move_between_red_forums_keeps_the_named_states_within(secretariat, brazil, mexico):
    peru = make_state()
    old = make_forum(label=Label.RED, named_states=[brazil, mexico])
    new = make_forum(label=Label.RED, named_states=[mexico, peru])
    thread = make_thread(forum=old, by=secretariat)
    assert set(thread.named_states.all()) == {brazil, mexico}
    moving.move(thread=thread, forum=new, by=secretariat, widens=True)
    assert set(thread.named_states.all()) == {mexico}


# Merging


def test_merged_posts_stand_at_the_end_with_new_numbers(secretariat, expert, focal_point):
    source, target = talk(3, by=expert), talk(2, by=focal_point)
    file = with_file(Post.objects.get(thread=source, number=2))
    waiting = make_post(thread=source, by=make_user(organisation=make_organisation()))
    assert waiting.status == "waiting"
    pinned = dict(Post.objects.values_list("pk", "text"))
    watch(expert, ("thread", source.pk)), watch(focal_point, ("thread", source.pk))
    watch(focal_point, ("thread", target.pk))
    moving.merge(source=source, target=target, by=secretariat, note="The same.")
    assert texts(target) == {1: "1", 2: "2", 3: "1", 4: "2", 5: "3"}
    assert (now(target).last_number, now(source).last_number) == (5, 0)
    assert (now(source).merged_into, now(source).publication) == (target, "withdrawn")
    assert (counters(source.forum), counters(target.forum)) == ((0, 0), (1, 5))
    assert dict(Post.objects.values_list("pk", "text")) == pinned
    assert now(waiting).thread == target
    assert (list(source.documents.all()), list(target.documents.all())) == ([], [file])
    assert not Watch.objects.on([("thread", source.pk)]).exists()
    watchers = list(Watch.objects.on([("thread", target.pk)]).values_list("person", flat=True))
    assert {expert.pk, focal_point.pk} < set(watchers)
    assert len(watchers) == len(set(watchers))
    told = Notification.objects.filter(kind="thread_changed").values_list("person", flat=True)
    assert set(told) == {expert.pk, focal_point.pk}


def test_who_had_read_all_of_the_target_has_read_of_the_source_what_he_had(secretariat):
    source, target = talk(4), talk(3)
    people = {name: make_user(state=make_state()) for name in ("all", "part", "source only", "target only", "none")}
    reads = {"all": (3, 2), "part": (2, 4), "source only": (None, 4), "target only": (3, None)}
    for name, (of_target, of_source) in reads.items():
        for thread, number in ((target, of_target), (source, of_source)):
            if number:
                mark_seen(thread, number, seen=None, by=people[name])
    moving.merge(source=source, target=target, by=secretariat)
    found = {state.person_id: state.number for state in ReadState.objects.all()}
    assert found == {people["all"].pk: 5, people["part"].pk: 2, people["target only"].pk: 3}


def test_merging_makes_the_target_as_narrow_as_the_source(secretariat, focal_point, expert):
    source, target = make_thread(label=Label.AMBER, by=focal_point), make_thread(by=focal_point)
    moving.merge(source=source, target=target, by=secretariat)
    assert (now(target).label, Thread.objects.visible_to(expert).exists()) == (Label.AMBER, False)


def test_merging_that_opens_posts_to_somebody_has_to_be_said(secretariat, focal_point, expert, partner):
    amber, by_expert = make_thread(label=Label.AMBER, by=focal_point), make_thread(by=expert)
    with pytest.raises(Refused, match="others could read it"):  # who began the other reads it under AMBER too
        moving.merge(source=amber, target=by_expert, by=secretariat)
    closed, opened = make_thread(forum=make_forum(open_to_partners=False)), make_thread(by=focal_point)
    with pytest.raises(Refused, match="others could read it"):
        moving.merge(source=closed, target=opened, by=secretariat)
    assert not Thread.objects.filter(merged_into__isnull=False).exists()


def test_threads_that_cannot_be_one_stay_two(secretariat, focal_point):
    one, red = make_thread(by=focal_point), make_thread(label=Label.RED, by=focal_point)
    hidden = moderating.set_hidden(thread=make_thread(), on=True, by=secretariat)
    for source, target in ((one, one), (one, red), (red, one), (one, hidden), (hidden, one)):
        with pytest.raises(Refused):
            moving.merge(source=source, target=target, by=secretariat, widens=True)
    assert Thread.objects.filter(merged_into=None).count() == 3


def test_what_went_into_a_thread_follows_it_into_the_next(secretariat):
    first, second, third = talk(1), talk(1), talk(1)
    moving.merge(source=first, target=second, by=secretariat)
    moving.merge(source=second, target=third, by=secretariat)
    assert (now(first).merged_into, now(second).merged_into, now(third).last_number) == (third, third, 3)
    with pytest.raises(Refused, match="another"):
        moderating.rename(thread=first, title="New", by=secretariat)
    with pytest.raises(Refused, match="joined"):
        add_post(thread=first, words=Words(text="Late.", token=uuid.uuid4()), by=secretariat)


def test_target_that_is_about_nothing_takes_over_what_the_source_is_about(secretariat):
    event = make_event()
    source, target = make_thread(about=("event", event)), make_thread()
    moving.merge(source=source, target=target, by=secretariat)
    assert now(target).event == event


# Splitting


def test_split_closes_the_numbers_in_both(secretariat, expert, focal_point):
    thread = talk(7, by=expert, title="Barriers")
    file = with_file(Post.objects.get(thread=thread, number=4))
    stays = with_file(Post.objects.get(thread=thread, number=2))
    quoting = make_post(thread=thread, text="8", quoted=Post.objects.get(thread=thread, number=3))
    watch(focal_point, ("thread", thread.pk))
    new = moving.split(
        thread=thread, chosen=Chosen.of([3, 4, 6]), title="Gates", by=secretariat, note="Another matter."
    )
    assert texts(thread) == {1: "1", 2: "2", 3: "5", 4: "7", 5: "8"}
    assert texts(new) == {1: "3", 2: "4", 3: "6"}
    assert (now(thread).last_number, now(new).last_number, counters(thread.forum)) == (5, 3, (2, 8))
    assert (new.author, new.state, new.label, new.slug) == (expert, thread.state, 1, f"gates-{new.pk}")
    assert (list(new.documents.all()), list(thread.documents.all())) == ([file], [stays])
    assert now(quoting).quoted == Post.objects.get(thread=new, number=1)
    watched = Watch.objects.filter(person=focal_point).values_list("subject_key", flat=True)
    assert set(watched) == {thread.pk, new.pk}


def test_split_keeps_what_each_had_read(secretariat):
    thread = talk(6)
    people = {number: make_user(state=make_state()) for number in (1, 2, 3, 5, 6)}
    for number, person in people.items():
        mark_seen(thread, number, seen=None, by=person)
    new = moving.split(thread=thread, chosen=Chosen.of([2, 5]), title="Gates", by=secretariat)
    read = {(state.person_id, state.thread_id): state.number for state in ReadState.objects.all()}
    assert {number: read.get((person.pk, thread.pk)) for number, person in people.items()} == {
        1: 1,
        2: 1,
        3: 2,
        5: 3,
        6: 4,
    }
    assert {number: read.get((person.pk, new.pk)) for number, person in people.items()} == {
        1: None, 2: 1, 3: 1, 5: 2, 6: 2,
    }  # fmt: skip


def test_page_that_was_shown_before_a_split_is_noted_as_far_as_the_thread_goes_now(secretariat):
    thread, reader, other = talk(4), make_user(state=make_state()), make_user(state=make_state())
    mark_seen(thread, 1, seen=None, by=other)
    moving.split(thread=thread, chosen=Chosen.of([3, 4]), title="Gates", by=secretariat)
    mark_seen(thread, 4, seen=None, by=reader)
    mark_seen(thread, 4, seen=1, by=other)
    assert list(ReadState.objects.filter(thread=thread).values_list("number", flat=True)) == [2, 2]


@pytest.mark.parametrize("numbers", [[], [1, 2, 3], [4], [0], [3, 4]])
def test_split_of_nothing_of_everything_or_of_what_is_not_there_is_refused(secretariat, numbers):
    thread = talk(3)
    with pytest.raises(Refused):
        moving.split(thread=thread, chosen=Chosen.of(numbers), title="Gates", by=secretariat)
    assert (texts(thread), Thread.objects.count()) == ({1: "1", 2: "2", 3: "3"}, 1)


def test_split_off_posts_merged_again_are_where_they_were(secretariat):
    thread = talk(5)
    new = moving.split(thread=thread, chosen=Chosen.of([4, 5]), title="Gates", by=secretariat)
    moving.merge(source=new, target=thread, by=secretariat)
    assert texts(thread) == {number: str(number) for number in range(1, 6)}


def test_permalinks_of_posts_survive(secretariat, expert, client_for):
    source, target = talk(3, by=expert), talk(2)
    keys = list(Post.objects.in_thread(source).order_by("number").values_list("pk", flat=True))
    client = client_for(expert)
    moving.merge(source=source, target=target, by=secretariat)
    new = moving.split(thread=target, chosen=Chosen.of([5]), title="Gates", by=secretariat)
    into, out = target.get_absolute_url(), new.get_absolute_url()
    found = [client.get(reverse("community:post_detail", args=[key]))["Location"] for key in keys]
    assert found == [f"{into}#post-3", f"{into}#post-4", f"{out}#post-1"]


def test_address_of_a_merged_thread_leads_on(secretariat, expert, client_for):
    source, target = make_thread(), make_thread()
    moving.merge(source=source, target=target, by=secretariat)
    assert client_for(expert).get(source.get_absolute_url())["Location"] == target.get_absolute_url()
    moving.relabel(thread=target, label=Label.AMBER, by=secretariat)
    assert client_for(expert).get(source.get_absolute_url()).status_code == 404


def test_long_silence_is_told_by_what_is_not_hidden(secretariat):
    thread = talk(2)
    day = timezone.now() - timezone.timedelta(days=3)
    Post.objects.filter(thread=thread, number=1).update(created=day)
    act(Post.objects.get(thread=thread, number=2), "hidden", secretariat)
    assert now(thread).last_posted == day
