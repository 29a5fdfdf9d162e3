"""The page of a thread: its posts, what is new, how one gets about in it, what is marked as read, what stays unseen."""

import datetime
import re

import pytest
from django.utils import timezone

from community.models import Post, ReadState, Thanks, Thread, ThreadStep
from core.labels import Label
from notifications.actions import notify
from notifications.models import Notification
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

QUERIES = {"visitor": 3, "member": 6, "again": 5}
DAY = datetime.timedelta(days=1)
READS = ("SELECT", "EXECUTE")  # PostgreSQL runs what is kept by its name


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def numbers(text):
    return [int(number) for number in re.findall(r'<article class="post" id="post-(\d+)"', text)]


def article(text, number):
    return re.search(rf'<article class="post" id="post-{number}".*?</article>', text, re.S)[0]


def long_thread(posts, by, **fields):
    """A thread with so many posts, all by one person; written at once, one a day from 1 January 2020."""
    thread = make_thread(by=by, **fields)
    first = thread.posts.get()
    begin = datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.UTC)
    Post.objects.filter(pk=first.pk).update(created=begin)
    Post.objects.bulk_create(
        Post(thread=thread, number=n, author=by, state=by.state, standing=first.standing, text=f"Zx {n}",
             html=f"<p>Zx {n}</p>", created=begin + DAY * (n - 1))
        for n in range(2, posts + 1)
    )  # fmt: skip
    Thread.objects.filter(pk=thread.pk).update(last_number=posts)
    return Thread.objects.get(pk=thread.pk)


def test_thread_detail_shows_posts_with_their_authors_state_and_role(client_for, focal_point, other_focal_point):
    thread = make_thread(by=focal_point, title="Zx gates", text="How **high**?")
    make_post(thread=thread, by=other_focal_point, text="Two metres.")
    text = page(client_for(other_focal_point), thread.get_absolute_url())
    assert numbers(text) == [1, 2] and "Posts 1–2 of 2" in text
    first = article(text, 1)
    assert "focal_point <span" in first and "Brazil · National Focal Point" in first
    assert (
        "<strong>high</strong>" in first and f'href="/en/community/posts/{thread.posts.first().pk}/">Post 1<' in first
    )
    assert "Mexico · National Focal Point" in article(text, 2)


def test_thread_detail_names_authors_only_to_those_to_whom_they_show_it(
    client, client_for, partner, expert, focal_point
):
    forum = make_forum(label=Label.CLEAR)
    thread = make_thread(forum=forum, by=focal_point)
    make_post(thread=thread, by=make_user(organisation=make_organisation(code="Zx")))
    for reader in (client, client_for(partner), client_for(expert)):
        text = page(reader, thread.get_absolute_url())
        assert "A member <span" in article(text, 1) and "Brazil · National Focal Point" in article(text, 1)
        assert "focal_point" not in text
    make_post(thread=thread, by=expert)
    assert "expert <span" in article(page(client_for(expert), thread.get_absolute_url()), 2)  # his own
    focal_point.name_shown_to = "members"
    focal_point.save()
    assert "focal_point <span" in page(client_for(expert), thread.get_absolute_url())
    assert "focal_point" not in page(client, thread.get_absolute_url())


def test_thread_detail_of_an_author_whose_account_is_gone_still_says_for_whom_he_wrote(client_for, expert, focal_point):
    thread = make_thread(by=focal_point)
    Post.objects.update(author=None)
    assert "A member <span" in page(client_for(expert), thread.get_absolute_url())


def test_thread_detail_says_times_in_the_readers_zone(client, client_for, expert, focal_point):
    thread = make_thread(by=focal_point, forum=make_forum(label=Label.CLEAR))
    Post.objects.update(created=datetime.datetime(2026, 6, 12, 2, 30, tzinfo=datetime.UTC))
    assert 'datetime="2026-06-12T02:30:00+00:00"' in page(client, thread.get_absolute_url())
    expert.time_zone = "America/Lima"
    expert.save()
    text = page(client_for(expert), thread.get_absolute_url())
    assert "11 June 2026, 21:30</time>" in text and "Times are in America/Lima (UTC−5)." in text


def test_thread_detail_is_absent_for_those_who_may_not_know_of_it(
    client, client_for, partner, expert, focal_point, other_focal_point, secretariat
):
    green = make_thread(by=focal_point, forum=make_forum(open_to_partners=False))
    red = make_thread(by=focal_point, label=Label.RED)
    addresses = [green.get_absolute_url(), green.posts.get().get_absolute_url()]
    for reader in (client, client_for(partner)):
        assert [reader.get(address).status_code for address in addresses] == [404, 404]
    assert page(client_for(expert), addresses[0])
    assert client_for(expert).get(red.get_absolute_url()).status_code == 404
    assert client_for(other_focal_point).get(red.posts.get().get_absolute_url()).status_code == 404
    for reader in (focal_point, secretariat):
        assert page(client_for(reader), red.get_absolute_url())
    assert client.get("/en/community/threads/nothing/").status_code == 404


def test_thread_detail_is_paged_by_number_both_ways(client_for, expert, focal_point):
    thread = long_thread(60, focal_point)
    client, address = client_for(expert), thread.get_absolute_url()
    first = page(client, address)
    assert numbers(first) == list(range(1, 26)) and "Posts 1–25 of 60" in first
    assert 'rel="next" href="?from=26"' in first and 'rel="prev"' not in first
    last = page(client, f"{address}?from=51")
    assert numbers(last) == list(range(51, 61))
    assert 'rel="prev" href="?from=26"' in last and 'rel="next"' not in last
    assert numbers(page(client, f"{address}?from=33")) == list(range(33, 58))
    assert numbers(page(client, f"{address}?from=2000000000")) == [60]


@pytest.mark.parametrize("query", ["from=x", "from=-1", "from=0", "from=99999999999999999999", "from=%00"])
def test_thread_detail_begins_at_the_first_post_where_the_number_is_none(client_for, expert, focal_point, query):
    thread = make_thread(by=focal_point)
    assert numbers(page(client_for(expert), f"{thread.get_absolute_url()}?{query}")) == [1]


def test_thread_detail_goes_to_a_day(client_for, expert, focal_point):
    thread = long_thread(60, focal_point)
    client, address = client_for(expert), thread.get_absolute_url()
    assert client.get(f"{address}?date=2020-02-01")["Location"] == f"{address}?from=26#post-32"
    assert client.get(f"{address}?date=2019-05-05")["Location"] == f"{address}#post-1"
    assert client.get(f"{address}?date=2031-01-01")["Location"] == f"{address}?from=51#post-60"
    for day in ("x", "2020-02-31", "0001-01-01"):
        text = page(client, f"{address}?date={day}")
        assert "field__error" in text and numbers(text)[0] == 1


def test_permalink_leads_to_the_page_of_the_post_wherever_it_stands_now(client_for, expert, focal_point):
    thread, other = long_thread(30, focal_point), make_thread(by=focal_point)
    post = thread.posts.get(number=30)
    client = client_for(expert)
    assert client.get(post.get_absolute_url())["Location"] == f"{thread.get_absolute_url()}?from=26#post-30"
    Post.objects.filter(pk=post.pk).update(thread=other, number=2)
    assert client.get(post.get_absolute_url())["Location"] == f"{other.get_absolute_url()}#post-2"
    assert client.get("/en/community/posts/0/").status_code == 404


def test_thread_detail_marks_what_is_new_and_notes_what_was_shown(client_for, expert, focal_point):
    thread = long_thread(30, focal_point)
    client, address = client_for(expert), thread.get_absolute_url()
    assert "New since your last visit" not in page(client, address)
    assert ReadState.objects.get(person=expert).number == 25
    assert client.get(f"{address}?unread")["Location"] == f"{address}?from=26#post-26"
    text = page(client, f"{address}?from=26")
    assert text.index("New since your last visit") < text.index('id="post-26"')
    assert ReadState.objects.get(person=expert).number == 30
    page(client, address)
    assert ReadState.objects.get(person=expert).number == 30  # looking back leaves nothing unread again
    assert client.get(f"{address}?unread")["Location"] == f"{address}?from=26#post-30"


def test_own_posts_are_not_new(client_for, expert, focal_point):
    thread = make_thread(by=focal_point)
    client = client_for(expert)
    page(client, thread.get_absolute_url())
    make_post(thread=thread, by=expert)
    assert "New since" not in page(client, thread.get_absolute_url())
    make_post(thread=thread, by=expert)
    make_post(thread=thread, by=focal_point)
    text = page(client, thread.get_absolute_url())
    assert text.index('id="post-3"') < text.index("New since your last visit") < text.index('id="post-4"')


def test_looking_without_reading_writes_nothing(client, client_for, expert, focal_point):
    thread = make_thread(by=focal_point, forum=make_forum(label=Label.CLEAR))
    assert client_for(expert).head(thread.get_absolute_url()).status_code == 200
    assert client_for(expert).get(thread.get_absolute_url(), headers={"Sec-Purpose": "prefetch"}).status_code == 200
    page(client, thread.get_absolute_url())
    assert ReadState.objects.filter(person=expert).count() == 0
    assert ReadState.objects.exclude(person=focal_point).count() == 0


def test_opening_a_thread_reads_what_one_was_told_of_it(client_for, expert, focal_point):
    thread, other = make_thread(by=focal_point), make_thread(by=focal_point)
    for subject in (("thread", thread.pk), ("post", thread.posts.get().pk), ("thread", other.pk)):
        notify(to=[expert], kind="post_added", subject=subject, label=Label.GREEN, by=focal_point)
    page(client_for(expert), thread.get_absolute_url())
    assert list(Notification.objects.filter(read=None).values_list("subject_key", flat=True)) == [other.pk]
    expert.refresh_from_db()
    assert expert.unread_notifications == 1


def test_hidden_post_is_a_line_and_only_its_author_and_moderators_read_it(
    client_for, expert, focal_point, other_focal_point, secretariat
):
    thread = make_thread(by=focal_point)
    post = make_post(thread=thread, by=other_focal_point, text="Zx secret words")
    Post.objects.filter(pk=post.pk).update(status="hidden")
    text = page(client_for(expert), thread.get_absolute_url())
    assert numbers(text) == [1, 2] and "Zx secret" not in text
    assert "The moderators hid this post." in article(text, 2)
    for reader in (other_focal_point, secretariat):
        text = page(client_for(reader), thread.get_absolute_url())
        assert "Zx secret words" in text and "The moderators hid this post." in text


def test_waiting_post_is_shown_to_its_author_and_to_moderators(client_for, expert, focal_point, secretariat):
    forum = make_forum(is_moderated=True)
    thread = make_thread(forum=forum, by=secretariat)
    make_post(thread=thread, by=expert, text="Zx waiting words")
    text = page(client_for(expert), thread.get_absolute_url())
    assert "Zx waiting words" in text and "This post waits for the moderators" in text and numbers(text) == [1]
    assert "Zx waiting words" in page(client_for(secretariat), thread.get_absolute_url())
    assert "Zx waiting words" not in page(client_for(focal_point), thread.get_absolute_url())


def test_thread_detail_shows_what_a_post_answers_and_when_it_was_edited(client, client_for, expert, focal_point):
    thread = make_thread(by=focal_point, forum=make_forum(label=Label.CLEAR))
    first = thread.posts.get()
    make_post(thread=thread, by=expert, quoted=first)
    Post.objects.filter(number=2).update(edited=datetime.datetime(2026, 5, 6, 7, 8, tzinfo=datetime.UTC))
    for reader in (client, client_for(expert)):
        second = article(page(reader, thread.get_absolute_url()), 2)
        assert f'<a href="{first.get_absolute_url()}">answers post 1</a>' in second
        assert "edited <time" in second and "6 May 2026, 07:08" in second
    assert "/history/" in second and "/history/" not in page(client, thread.get_absolute_url())


def test_thread_detail_offers_what_the_reader_may_do_with_each_post(client, client_for, expert, focal_point):
    thread = make_thread(by=focal_point, forum=make_forum(label=Label.CLEAR))
    own = make_post(thread=thread, by=expert)
    text = page(client_for(expert), thread.get_absolute_url())
    others, mine = article(text, 1), article(text, 2)
    for act in ("Thank", "Answer", "Report"):
        assert act in others
    assert "Edit" not in others and f"{own.get_absolute_url()}edit/" in mine
    assert "Answer" in mine and "Report" not in mine and "Thank" not in mine
    text = page(client, thread.get_absolute_url())
    assert "post__acts" not in text and "csrf" not in text


def test_thanks_are_counted_and_can_be_taken_back(client_for, expert, focal_point):
    thread = make_thread(by=focal_point)
    post = thread.posts.get()
    client = client_for(expert)
    assert client.post(f"{post.get_absolute_url()}thanks/", {"on": "1"}).status_code == 302
    assert Thanks.objects.get().person == expert
    text = article(page(client, thread.get_absolute_url()), 1)
    assert "1 member thanked" in text and "Take the thanks back" in text
    text = article(page(client_for(focal_point), thread.get_absolute_url()), 1)
    assert "1 member thanked" in text and "<button" not in text


def test_locked_thread_says_so_and_offers_no_answer(client_for, expert, focal_point):
    thread = make_thread(by=focal_point)
    Thread.objects.filter(pk=thread.pk).update(is_locked=True)
    text = page(client_for(expert), thread.get_absolute_url())
    assert '<span class="tag">Locked</span>' in text and "This conversation is locked" in text
    assert "?quote=" not in text and "<textarea" not in text


def test_thread_detail_names_what_it_is_about_where_the_reader_may_know_of_it(client_for, expert, focal_point):
    event = make_event(name="Zx games")
    thread = make_thread(by=focal_point, about=("event", event))
    client = client_for(expert)
    assert f'<a href="{event.get_absolute_url()}">Zx games</a> (Event)' in page(client, thread.get_absolute_url())
    type(event).objects.filter(pk=event.pk).update(label=Label.AMBER)
    assert "Zx games" not in page(client, thread.get_absolute_url())


def test_acts_of_moderators_stand_between_the_posts_without_their_details(client_for, expert, focal_point):
    thread = long_thread(30, focal_point)
    at = datetime.datetime(2020, 1, 3, tzinfo=datetime.UTC)
    ThreadStep.objects.create(thread=thread, kind="renamed", at=at, detail="Zx old title")
    ThreadStep.objects.create(thread=thread, kind="pinned", at=timezone.now())
    client, address = client_for(expert), thread.get_absolute_url()
    text = page(client, address)
    assert text.index('id="post-2"') < text.index("The moderators: renamed") < text.index('id="post-3"')
    assert "Zx old title" not in text and "pinned" not in text
    text = page(client, f"{address}?from=26")
    assert "renamed" not in text and text.index('id="post-30"') < text.index("The moderators: pinned")


def test_attachments_are_shown_to_those_who_may_read_them(client_for, expert, focal_point):
    thread = make_thread(by=focal_point)
    post = thread.posts.get()
    shown, hidden = make_document(title="Zx plan", label=Label.GREEN), make_document(title="Zx list", label=Label.AMBER)
    post.documents.set([shown, hidden])
    Post.objects.update(document_count=2)
    text = page(client_for(expert), thread.get_absolute_url())
    assert f'<a href="{shown.get_absolute_url()}">Zx plan</a>' in text and "Zx list" not in text
    assert "Zx list" in page(client_for(focal_point), thread.get_absolute_url())


def test_mentions_are_named_to_those_who_may_know_the_name(client_for, expert, focal_point, other_focal_point):
    thread = make_thread(by=focal_point, text=f"Ask @MEX-{other_focal_point.pk} <script>alert(1)</script>")
    text = article(page(client_for(focal_point), thread.get_absolute_url()), 1)
    assert '<span class="mention" title="@MEX-' in text and "@other_focal_point</span>" in text
    assert "<script>alert" not in text
    text = page(client_for(expert), thread.get_absolute_url())
    assert "@a member</span>" in text and "other_focal_point" not in text


@pytest.mark.parametrize("posts", [1, 3])
def test_thread_detail_needs_the_same_queries_for_one_post_and_for_three(
    client, client_for, focal_point, other_focal_point, posts, django_assert_num_queries
):
    thread = make_thread(by=focal_point, forum=make_forum(label=Label.CLEAR))
    for _ in range(posts - 1):
        make_post(thread=thread, by=make_user(state=make_state()))
    reader = client_for(other_focal_point)
    with django_assert_num_queries(QUERIES["visitor"]):
        assert len(numbers(page(client, thread.get_absolute_url()))) == posts
    with django_assert_num_queries(QUERIES["member"]) as made:
        page(reader, thread.get_absolute_url())
    writes = [sql["sql"] for sql in made.captured_queries if not sql["sql"].startswith(READS)]
    assert len(writes) == 1
    with django_assert_num_queries(QUERIES["again"]) as made:
        page(reader, thread.get_absolute_url())
    assert all(sql["sql"].startswith(READS) for sql in made.captured_queries)


def test_visitors_page_is_kept_and_sets_no_cookie(client, focal_point):
    thread = long_thread(30, focal_point, forum=make_forum(label=Label.CLEAR))
    for query in ("", "?from=26"):
        response = client.get(thread.get_absolute_url() + query)
        assert response["Cache-Control"] == "public, no-cache" and not response.cookies
    assert "ETag" not in client.get(thread.get_absolute_url() + "?from=27")
