"""The pages of forums: the list in its groups, and one forum with its threads; who sees what, in how many queries."""

import datetime
import re

import pytest
from django.utils import timezone

from community import moving
from community.models import Forum, Thread
from core.labels import Label
from notifications.actions import watch
from notifications.levels import Level
from tests.factories import (
    make_event,
    make_forum,
    make_post,
    make_state,
    make_sub_region,
    make_theme,
    make_thread,
    make_user,
)

LIST = "/en/community/"
LIST_QUERIES = {"visitor": 3, "member": 6}
FORUM_QUERIES = {"visitor": 3, "member": 5}
DAY = datetime.timedelta(days=1)


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def titles(text):
    return re.findall(r'<h3><a href="[^"]+">([^<]+)</a></h3>', text)


def open_forum(**fields):
    return make_forum(label=Label.CLEAR, **fields)


def test_forum_list_says_who_makes_forums_where_there_is_none(client, client_for, expert):
    said = "There is no forum for you to read yet"
    assert said in page(client, LIST) and "The secretariat makes the forums" in page(client, LIST)
    text = page(client_for(expert), LIST)
    assert said in text and "Ask the secretariat for one" in text


def test_forum_list_groups_forums_in_their_order(client_for, expert):
    now = timezone.now()
    make_forum(name="Zx late", order=9)
    make_forum(name="Zx early", order=1)
    make_forum(name="Zx crowds", theme=make_theme())
    make_forum(name="Zx south", sub_region=make_sub_region())
    make_forum(name="Zx weeks", opens=now - DAY, closes=now + DAY)
    text = page(client_for(expert), LIST)
    assert titles(text) == ["Zx early", "Zx late", "Zx crowds", "Zx south", "Zx weeks"]
    headings = re.findall(r'id="group-\d">([^<]+)<', text)
    assert headings == ["For everything", "By theme", "By sub-region", "E-forums, open for a time"]


def test_forum_list_says_when_an_e_forum_is_open_in_the_readers_time(client, client_for, expert):
    at = datetime.datetime(2031, 3, 1, 12, 0, tzinfo=datetime.UTC)
    open_forum(name="Zx weeks", opens=at, closes=at + DAY)
    text = page(client, LIST)
    assert "not open yet" in text and "1 March 2031, 12:00</time> UTC, closes" in text
    expert.time_zone = "America/Sao_Paulo"
    expert.save()
    text = page(client_for(expert), LIST)
    assert "1 March 2031, 09:00</time> UTC−3" in text and "America/Sao Paulo (UTC−3)" in text


def test_forum_list_shows_each_reader_what_he_may_know_of(
    client, client_for, partner, expert, focal_point, other_focal_point, secretariat, brazil
):
    open_forum(name="Zx open")
    make_forum(name="Zx partners")
    make_forum(name="Zx states", open_to_partners=False)
    make_forum(name="Zx amber", label=Label.AMBER)
    make_forum(name="Zx red", label=Label.RED, named_states=[brazil])
    make_forum(name="Zx draft", publication="draft")
    assert titles(page(client, LIST)) == ["Zx open"]
    assert titles(page(client_for(partner), LIST)) == ["Zx open", "Zx partners"]
    assert titles(page(client_for(expert), LIST)) == ["Zx open", "Zx partners", "Zx states"]
    assert titles(page(client_for(other_focal_point), LIST)) == ["Zx open", "Zx partners", "Zx states", "Zx amber"]
    assert titles(page(client_for(focal_point), LIST))[-1] == "Zx red"
    assert titles(page(client_for(secretariat), LIST))[-1] == "Zx draft"


def test_forum_list_tells_visitors_that_members_see_more_and_is_kept_without_a_form_that_posts(
    client, client_for, expert
):
    open_forum()
    text = page(client, LIST)
    assert "Members see more of them once they have logged in." in text
    assert "csrf" not in text and "What I have not read" not in text
    assert client.get(LIST)["Cache-Control"] == "public, no-cache"
    text = page(client_for(expert), LIST)
    assert "Members see more" not in text and "What I have not read" in text


def test_counts_of_the_list_hold_only_what_the_reader_may_read(client_for, expert, focal_point):
    forum = make_forum()
    make_post(thread=make_thread(forum=forum))
    make_post(thread=make_thread(forum=forum, label=Label.AMBER, by=focal_point), by=focal_point)
    assert "<span>1 conversation</span> <span>2 posts</span>" in page(client_for(expert), LIST)
    assert "<span>2 conversations</span> <span>4 posts</span>" in page(client_for(focal_point), LIST)


def test_last_activity_of_the_list_is_of_what_the_reader_may_read(client_for, expert, focal_point):
    forum = make_forum()
    thread, hidden = make_thread(forum=forum), make_thread(forum=forum, label=Label.AMBER, by=focal_point)
    for row, year in ((thread, 2020), (hidden, 2021)):
        Thread.objects.filter(pk=row.pk).update(last_posted=datetime.datetime(year, 5, 4, tzinfo=datetime.UTC))
    assert "4 May 2020" in page(client_for(expert), LIST) and "2021" not in page(client_for(expert), LIST)
    assert "4 May 2021" in page(client_for(focal_point), LIST)


def test_forum_list_counts_conversations_with_new_posts_but_not_muted_ones(client_for, expert, focal_point):
    forum = make_forum()
    threads = [make_thread(forum=forum, by=focal_point) for _ in range(3)]
    client = client_for(expert)
    assert "3 with new posts" in page(client, LIST)
    page(client, threads[0].get_absolute_url())
    assert "2 with new posts" in page(client, LIST)
    watch(expert, ("thread", threads[1].pk), Level.MUTED)
    assert "1 with new posts" in page(client, LIST)
    assert "with new posts" not in page(client_for(focal_point), LIST)  # his own


@pytest.mark.parametrize("rows", [1, 3])
def test_forum_list_needs_the_same_queries_for_one_row_and_for_three(
    client, client_for, focal_point, rows, django_assert_num_queries
):
    for _ in range(rows):
        make_post(thread=make_thread(forum=open_forum()))
    reader = client_for(focal_point)
    with django_assert_num_queries(LIST_QUERIES["visitor"]):
        assert len(titles(page(client, LIST))) == rows
    with django_assert_num_queries(LIST_QUERIES["member"]):
        page(reader, LIST)


def test_forum_list_with_a_record_leads_to_a_conversation_about_it(client, client_for, expert):
    forum, event = make_forum(), make_event(name="Zx games")
    hidden = make_event(name="Zx secret", label=Label.AMBER)
    text = page(client_for(expert), f"{LIST}?about=event:{event.pk}")
    assert "It will be about “Zx games”" in text
    assert f'href="{forum.get_absolute_url()}new/?about=event:{event.pk}"' in text
    for about in (f"event:{hidden.pk}", "event:0", "user:1", "event:%00", "event:" + "9" * 50, ""):
        text = page(client_for(expert), f"{LIST}?about={about}")
        assert f'href="{forum.get_absolute_url()}"' in text and "Zx secret" not in text
    assert "Zx games" not in page(client, f"{LIST}?about=event:{event.pk}")


def test_forum_list_with_a_record_leaves_out_where_one_cannot_begin_now(client_for, expert, alternate):
    now, event = timezone.now(), make_event()
    make_forum(name="Zx always")
    make_forum(name="Zx now", opens=now - DAY, closes=now + DAY)
    make_forum(name="Zx over", closes=now - DAY)
    make_forum(name="Zx soon", opens=now + DAY)
    make_forum(name="Zx ours", participants=[expert])
    make_forum(name="Zx theirs", participants=[alternate])
    client = client_for(expert)
    assert set(titles(page(client, f"{LIST}?about=event:{event.pk}"))) == {"Zx always", "Zx now", "Zx ours"}
    assert len(titles(page(client, LIST))) == 6


def test_forum_detail_shows_threads_by_their_last_post_pinned_ones_first(client_for, expert, focal_point):
    forum = make_forum(description="Zx what for", rules="Zx rule one")
    first = make_thread(forum=forum, title="Zx first", by=focal_point)
    make_thread(forum=forum, title="Zx second", by=focal_point)
    pinned = make_thread(forum=forum, title="Zx pinned", by=focal_point)
    Thread.objects.filter(pk=pinned.pk).update(is_pinned=True, is_locked=True, last_posted=timezone.now() - DAY)
    make_post(thread=first, by=expert)
    text = page(client_for(expert), forum.get_absolute_url())
    assert titles(text) == ["Zx pinned", "Zx first", "Zx second"]
    assert "Zx what for" in text and "Zx rule one" in text
    assert '<span class="tag">Pinned</span> <span class="tag">Locked</span>' in text
    assert "Begun by Brazil · National Focal Point" in text and "<span>2 posts</span>" in text
    for reader, name in ((expert, "expert"), (focal_point, "expert"), (make_user(state=expert.state), "A member")):
        # the expert shows his name to counterparts only, and knows it himself
        assert f"Last post by {name} (Brazil)" in page(client_for(reader), forum.get_absolute_url())
    assert text.count("TLP:GREEN") == 1  # of the forum; no thread is narrower


def test_forum_detail_marks_narrower_threads_and_hides_them_from_others(client_for, expert, focal_point):
    forum = make_forum()
    make_thread(forum=forum, title="Zx amber", label=Label.AMBER, by=focal_point)
    address = forum.get_absolute_url()
    assert "Zx amber" in page(client_for(focal_point), address)
    assert "TLP:AMBER" in page(client_for(focal_point), address)
    text = page(client_for(expert), address)
    assert "Zx amber" not in text and "Nobody has begun a conversation here yet" in text


def test_forum_detail_is_absent_for_those_who_may_not_know_of_it(client, client_for, partner, expert):
    states, amber = make_forum(open_to_partners=False), make_forum(label=Label.AMBER)
    for address in (states.get_absolute_url(), f"{LIST}{states.slug}.atom"):
        assert client.get(address).status_code == 404
        assert client_for(partner).get(address).status_code == 404
        assert client_for(expert).get(address).status_code == 200
    assert client_for(expert).get(amber.get_absolute_url()).status_code == 404
    assert client.get(f"{LIST}nothing/").status_code == 404


def test_forum_detail_leads_to_the_first_unread_post(client_for, expert, focal_point):
    thread = make_thread(by=focal_point)
    make_post(thread=thread, by=focal_point)
    client = client_for(expert)
    address = thread.forum.get_absolute_url()
    assert f'href="{thread.get_absolute_url()}?unread">2 new posts</a>' in page(client, address)
    page(client, thread.get_absolute_url())
    assert "?unread" not in page(client, address)


def test_forum_detail_offers_to_begin_a_conversation_or_says_why_not(client, client_for, expert, alternate):
    now = timezone.now()
    forum = open_forum()
    button = "Begin a conversation"
    assert button in page(client_for(expert), forum.get_absolute_url())
    text = page(client, forum.get_absolute_url())
    assert button not in text and "Members answer here." in text and "csrf" not in text
    closed = make_forum(opens=now - 2 * DAY, closes=now - DAY, closed_notice="Zx thanks to all")
    text = page(client_for(expert), closed.get_absolute_url())
    assert button not in text and "This forum is closed" in text and "Zx thanks to all" in text
    coming = make_forum(opens=now + DAY, closed_notice="Zx later")
    text = page(client_for(expert), coming.get_absolute_url())
    assert button not in text and "This forum is not open yet." in text and "Zx later" not in text
    assert '<span class="tag tag--upcoming">not open yet</span> <span>opens <time ' in text and "&lt;" not in text
    some = make_forum(participants=[alternate])
    assert "Only its participants write" in page(client_for(expert), some.get_absolute_url())
    assert button in page(client_for(alternate), some.get_absolute_url())


def test_forum_detail_is_paged_by_key_both_ways(client_for, expert, focal_point):
    forum = make_forum()
    thread = make_thread(forum=forum, by=focal_point)
    rows = [
        Thread(forum=forum, title=f"Zx {n:02}", slug=f"zx-{n}", label=1, publication="published", last_number=1)
        for n in range(60)
    ]
    for n, row in enumerate(rows):
        row.last_posted = timezone.now() - DAY * (n // 2 + 1)  # two at each moment
    Thread.objects.bulk_create(rows)
    Thread.objects.filter(pk=thread.pk).update(is_pinned=True)
    client, address = client_for(expert), forum.get_absolute_url()
    seen, query, pages = [], "", []
    while True:
        text = page(client, address + query)
        pages.append(titles(text))
        seen += pages[-1]
        older = re.search(r'rel="next" href="([^"]+)"', text)
        if older is None:
            break
        query = older[1].replace("&amp;", "&")
    assert [len(found) for found in pages] == [25, 25, 11]
    assert seen == ["Barriers", *sorted(seen[1:], key=lambda title: (int(title[3:]) // 2, -int(title[3:])))]
    assert len(set(seen)) == 61
    newer = re.search(r'rel="prev" href="([^"]+)"', text)[1]
    middle = page(client, address + newer)
    assert titles(middle) == pages[1]
    newer = re.search(r'rel="prev" href="([^"]+)"', middle)[1]
    assert titles(page(client, address + newer)) == pages[0]


def test_forum_detail_pages_through_more_pinned_threads_than_a_page_holds(client_for, expert):
    forum = make_forum()
    now = timezone.now()
    alike = {"forum": forum, "label": 1, "publication": "published", "last_number": 1}
    rows = [Thread(**alike, title=f"Zx {n:02}", slug=f"zx-{n}", is_pinned=n < 30) for n in range(40)]
    for n, row in enumerate(rows):
        row.last_posted = now - DAY * n
    Thread.objects.bulk_create(rows)
    client, address = client_for(expert), forum.get_absolute_url()
    first = page(client, address)
    older = re.search(r'rel="next" href="([^"]+)"', first)[1]
    second = page(client, address + older)
    assert titles(first) + titles(second) == [f"Zx {n:02}" for n in range(40)]


@pytest.mark.parametrize("query", ["before=x", "before=1-1-1", "after=-1", "before=" + "9" * 40, "after=p9-%00"])
def test_forum_detail_refuses_a_place_that_cannot_be(client_for, expert, query):
    assert client_for(expert).get(f"{make_forum().get_absolute_url()}?{query}").status_code == 404


def test_forum_detail_finds_words_in_titles(client_for, expert, focal_point):
    forum = make_forum()
    make_thread(forum=forum, title="Zx Bogotá gates", by=focal_point)
    make_thread(forum=forum, title="Zx drones", by=focal_point)
    address = f"{forum.get_absolute_url()}?q="
    client = client_for(expert)
    assert titles(page(client, address + "bogota+zx")) == ["Zx Bogotá gates"]
    assert "No title holds these words" in page(client, address + "balloons")
    assert len(titles(page(client, address + "%00%22%3Cb"))) == 2 or "No title" in page(client, address + "%22%3Cb")
    text = page(client, address + "x" * 101)
    assert "There is a problem" in text and len(titles(text)) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_forum_detail_needs_the_same_queries_for_one_row_and_for_three(
    client, client_for, focal_point, rows, django_assert_num_queries
):
    forum = open_forum()
    for _ in range(rows):
        make_post(thread=make_thread(forum=forum))
    reader = client_for(focal_point)
    with django_assert_num_queries(FORUM_QUERIES["visitor"]):
        assert len(titles(page(client, forum.get_absolute_url()))) == rows
    with django_assert_num_queries(FORUM_QUERIES["member"]):
        page(reader, forum.get_absolute_url())


def test_long_names_and_markup_of_titles_are_shown_as_text(client_for, expert, focal_point):
    thread = make_thread(by=focal_point)
    Thread.objects.filter(pk=thread.pk).update(title='<b onclick="x">' + "W" * 140)
    text = page(client_for(expert), thread.forum.get_absolute_url())
    assert "&lt;b onclick=&quot;x&quot;&gt;WWW" in text and "<b onclick" not in text


def test_partners_forum_says_that_partners_read_along_and_others_that_they_do_not(client_for, expert):
    assert "Partners read along." in page(client_for(expert), make_forum().get_absolute_url())
    assert "Without partners." in page(client_for(expert), make_forum(open_to_partners=False).get_absolute_url())


def test_forum_of_a_state_that_nobody_named_is_not_shown(client_for, other_focal_point):
    make_forum(label=Label.RED, named_states=[make_state()])
    assert Forum.objects.visible_to(other_focal_point).count() == 0
    assert titles(page(client_for(other_focal_point), LIST)) == []


def test_sitemap_names_open_forums_and_conversations_and_no_others(client, secretariat):
    opened, members = open_forum(slug="zx-open"), make_forum(slug="zx-members")
    threads = [make_thread(forum=forum, title=title) for forum, title in ((opened, "Zx in"), (members, "Zx out"))]
    hidden = make_thread(forum=opened, title="Zx narrow", label=Label.GREEN)
    gone = make_thread(forum=opened, title="Zx gone")
    moving.merge(source=gone, target=threads[0], by=secretariat)
    named = {name: client.get(f"/sitemap-{name}.xml").content.decode() for name in ("pages", "forums", "threads")}
    assert f"<loc>http://testserver{LIST}</loc>" in named["pages"]
    assert [forum.get_absolute_url() in named["forums"] for forum in (opened, members)] == [True, False]
    found = [thread.slug in named["threads"] for thread in (*threads, hidden, gone)]
    assert found == [True, False, False, False]
