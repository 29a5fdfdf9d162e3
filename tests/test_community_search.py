"""Finding what was written: search, what is unread, feeds, the conversations on a record's own page, My desk."""

import re
import time
import xml.etree.ElementTree as ET

import pytest

from community import searching
from community.models import Post, ReadState, Thread
from community.reading import mark_all_read
from core.labels import Label
from notifications.actions import watch
from notifications.levels import Level
from tests.factories import (
    make_activity,
    make_event,
    make_forum,
    make_instrument,
    make_lesson,
    make_post,
    make_state,
    make_thread,
    make_user,
)

SEARCH, UNREAD, READ = "/en/community/search/", "/en/community/unread/", "/en/community/unread/read/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SEARCH_QUERIES, UNREAD_QUERIES = 7, 4


def page(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def found(text):
    return re.findall(r'<p class="line">(.*?)</p>', text)


def test_search_finds_words_in_posts_and_titles_and_marks_them(client_for, expert, focal_point):
    thread = make_thread(by=focal_point, title="Zx gates", text="We open the *gates* at six, as in Bogotá.")
    post = make_post(thread=thread, by=focal_point, text="Two metres.")
    client = client_for(expert)
    text = page(client, SEARCH, q="bogota")
    assert "We open the gates at six, as in <mark>Bogotá.</mark>" in text
    assert f'<a href="{thread.posts.first().get_absolute_url()}">' in text and "Two metres" not in text
    text = page(client, SEARCH, q="zx")
    assert f'<a href="{thread.get_absolute_url()}">Zx gates</a>' in text
    text = page(client, SEARCH, q="METRES two")
    assert "<mark>Two</mark> <mark>metres.</mark>" in text and post.get_absolute_url() in text
    assert "Nothing holds all these words" in page(client, SEARCH, q="metres bogota")


def test_search_is_bounded_and_escapes_what_it_shows(client_for, expert, focal_point):
    make_thread(by=focal_point, text='<b onclick="x">steward</b> & ' + "word " * 200)
    client = client_for(expert)
    text = page(client, SEARCH, q="steward")
    assert "<b onclick" not in text and "&lt;b" in text and " …</p>" in text
    for words in ("", "x", "%", "_ -"):
        assert found(page(client, SEARCH, q=words)) == []
    assert "Write one word or more" in page(client, SEARCH)
    assert "There is a problem" in page(client, SEARCH, q="x" * 101)
    assert "There is a problem" in page(client, SEARCH, q="steward", forum="nothing")
    assert client.get(SEARCH, {"q": "steward", "before": "x"}).status_code == 404
    assert client.get(SEARCH, {"q": "steward", "before": "9" * 30}).status_code == 404


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Offer: **gates**.", "Offer: <mark>gates.</mark>"),
        ("a*b _gates_!", "a*b <mark>gates!</mark>"),
        ("x" + "*" * 19_990 + "x gates", "x <mark>gates</mark>"),
    ],
)
def test_part_of_a_post_is_shown_without_marks_around_its_words(text, shown):
    begun = time.monotonic()
    assert searching.snippet(text, ["gates"]) == shown
    assert time.monotonic() - begun < 0.5


def test_search_shows_nothing_that_the_reader_may_not_read(
    client, client_for, partner, expert, focal_point, other_focal_point, secretariat
):
    forum = make_forum(open_to_partners=False)
    make_thread(forum=forum, by=focal_point, title="Zxgreen", text="zxword")
    make_thread(forum=forum, by=focal_point, title="Zxamber", text="zxword", label=Label.AMBER)
    make_thread(forum=forum, by=focal_point, title="Zxred", text="zxword", label=Label.RED)
    hidden = make_thread(forum=forum, by=focal_point, title="Zxhidden", text="zxword")
    Post.objects.filter(thread=hidden).update(status="hidden")
    titles = {
        reader: sorted(set(re.findall("Zx[a-z]+", page(reading, SEARCH, q="zxword"))))
        for reader, reading in {
            "visitor": client, "partner": client_for(partner), "expert": client_for(expert),
            "mexico": client_for(other_focal_point), "brazil": client_for(focal_point),
            "secretariat": client_for(secretariat),
        }.items()
    }  # fmt: skip
    assert titles == {
        "visitor": [], "partner": [], "expert": ["Zxgreen"], "mexico": ["Zxamber", "Zxgreen"],
        "brazil": ["Zxamber", "Zxgreen", "Zxhidden", "Zxred"],
        "secretariat": ["Zxamber", "Zxgreen", "Zxhidden", "Zxred"],
    }  # fmt: skip
    assert forum.name not in page(client, SEARCH)  # nor among the choices


def test_search_is_paged_by_key_and_looks_further_back(client_for, expert, focal_point, monkeypatch):
    thread = make_thread(by=focal_point, text="zx 0")
    for n in range(1, 30):
        make_post(thread=thread, by=focal_point, text=f"zx {n}")
    client = client_for(expert)
    text = page(client, SEARCH, q="zx")
    assert found(text) == [f"<mark>zx</mark> {n}" for n in range(29, 4, -1)]
    older = re.search(r'rel="next" href="([^"]+)"', text)[1].replace("&amp;", "&")
    text = page(client, SEARCH + older)
    assert found(text) == [f"<mark>zx</mark> {n}" for n in range(4, -1, -1)] and 'rel="next"' not in text
    monkeypatch.setattr(searching, "WINDOW", 10)
    text = page(client, SEARCH, q="zx", forum=thread.forum.slug)
    assert len(found(text)) == 10 and f"forum={thread.forum.slug}" in text
    text = page(client, SEARCH, q="zxnever")
    assert "Nothing among the latest posts" in text and "Look further back" in text


def test_search_keeps_to_a_forum_and_to_a_record(client_for, expert, focal_point):
    event = make_event(name="Zx games")
    one = make_thread(by=focal_point, title="One", text="zxword", about=("event", event))
    make_thread(by=focal_point, title="Two", text="zxword")
    client = client_for(expert)
    assert len(found(page(client, SEARCH, q="zxword"))) == 2
    text = page(client, SEARCH, q="zxword", forum=one.forum.slug)
    assert len(found(text)) == 1 and "One" in text
    text = page(client, SEARCH, about=f"event:{event.pk}")
    assert "About: Zx games" in text and one.get_absolute_url() in text and "Two" not in text
    assert len(found(page(client, SEARCH, q="zxword", about=f"event:{event.pk}"))) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_search_needs_the_same_queries_for_one_row_and_for_three(
    client_for, focal_point, other_focal_point, rows, django_assert_num_queries
):
    for _ in range(rows):
        make_thread(by=other_focal_point, title="Zxword", text="zxword")
    client = client_for(focal_point)
    with django_assert_num_queries(SEARCH_QUERIES):
        assert len(found(page(client, SEARCH, q="zxword"))) == 2 * rows


def test_unread_page_lists_what_waits_and_marks_it_read(client, client_for, expert, focal_point):
    thread, other = make_thread(by=focal_point, title="Zx one"), make_thread(by=focal_point, title="Zx two")
    muted = make_thread(by=focal_point, title="Zx muted")
    watch(expert, ("thread", muted.pk), Level.MUTED)
    make_thread(by=focal_point, title="Zx amber", label=Label.AMBER)
    reader = client_for(expert)
    text = page(reader, UNREAD)
    assert re.findall(r">(Zx \w+)<", text) == ["Zx two", "Zx one"] and thread.forum.name in text
    response = reader.post(READ, {"forum": thread.forum.slug}, follow=True)
    assert "1 conversation is marked as read." in response.content.decode()
    assert re.findall(r">(Zx \w+)<", page(reader, UNREAD)) == ["Zx two"]
    response = reader.post(READ, follow=True)
    assert response.redirect_chain[-1][0] == UNREAD and "You have read everything" in response.content.decode()
    assert "Nothing was left to read." in reader.post(READ, follow=True).content.decode()
    assert ReadState.objects.get(person=expert, thread=other).number == 1
    assert client.get(UNREAD)["Location"].startswith("/en/account/login/")
    assert client.post(READ)["Location"].startswith("/en/account/login/")


def test_marking_as_read_refuses_what_is_no_forum_of_the_readers(client_for, expert):
    secret = make_forum(label=Label.AMBER)
    client = client_for(expert)
    for slug in ("nothing", secret.slug, "\x00"):
        assert client.post(READ, {"forum": slug}).status_code == 400
    assert client.get(READ).status_code == 405
    assert client.get(UNREAD, {"before": "x"}).status_code == 404


def test_unread_page_behind_the_last_conversation_is_the_first_one(client_for, expert):
    client = client_for(expert)
    assert "You have read everything" in page(client, f"{UNREAD}?before=1-1")
    make_thread(title="Zx one")
    assert "Zx one" in page(client, f"{UNREAD}?before=1-1")


def test_marking_all_as_read_never_lowers_what_is_read_meanwhile(expert, monkeypatch):
    began, unopened = make_thread(), make_thread()
    make_post(thread=began)
    ReadState.objects.create(person=expert, thread=began, number=1)
    create = ReadState.objects.bulk_create

    def meanwhile(states, **options):
        monkeypatch.undo()
        for thread in (began, unopened):
            number = make_post(thread=thread).number
            ReadState.objects.update_or_create(person=expert, thread=thread, defaults={"number": number})
        return create(states, **options)

    monkeypatch.setattr(ReadState.objects, "bulk_create", meanwhile)
    assert mark_all_read(Thread.objects.visible_to(expert), by=expert) == 2
    assert dict(ReadState.objects.values_list("thread", "number")) == {began.pk: 3, unopened.pk: 2}


def test_marking_all_as_read_costs_the_same_for_one_and_for_three(expert, django_assert_num_queries):
    assert not Thread.objects.visible_to(expert)  # what he may do is known from here on
    for n in (1, 3):
        threads = [make_thread() for _ in range(n)]
        with django_assert_num_queries(3 + 2):  # with the transaction's two
            assert mark_all_read(Thread.objects.visible_to(expert), by=expert) == n
        assert {state.number for state in ReadState.objects.filter(thread__in=threads)} == {1}


@pytest.mark.parametrize("rows", [1, 3])
def test_unread_page_needs_the_same_queries_for_one_row_and_for_three(
    client_for, focal_point, other_focal_point, rows, django_assert_num_queries
):
    for _ in range(rows):
        make_thread(by=other_focal_point)
    client = client_for(focal_point)
    with django_assert_num_queries(UNREAD_QUERIES):
        assert page(client, UNREAD).count("1 new post<") == rows


def test_feed_of_a_forum_holds_what_its_reader_may_read(client, client_for, expert, focal_point):
    forum = make_forum(label=Label.CLEAR, name="Zx forum")
    thread = make_thread(forum=forum, by=focal_point, title="Zx <gates> & more", text="Zx words")
    make_thread(forum=forum, by=focal_point, title="Zx green", label=Label.GREEN)
    address = f"/en/community/{forum.slug}.atom"
    response = client.get(address)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    [entry] = ET.fromstring(response.content).findall("a:entry", ATOM)
    assert entry.find("a:title", ATOM).text == "Zx <gates> & more, post 1"
    assert entry.find("a:summary", ATOM).text == "Zx words"
    assert entry.find("a:link", ATOM).get("href").endswith(thread.posts.get().get_absolute_url())
    assert len(ET.fromstring(client_for(expert).get(address).content).findall("a:entry", ATOM)) == 2
    assert client.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert "focal_point" not in response.content.decode()


def records():
    return {
        "event": make_event(),
        "instrument": make_instrument(),
        "activity": make_activity(),
        "lesson": make_lesson(),
    }


@pytest.mark.parametrize("kind", ["event", "instrument", "activity", "lesson"])
def test_page_of_a_record_shows_the_conversations_about_it(client, client_for, expert, focal_point, kind):
    record = records()[kind]
    address = record.get_absolute_url()
    reader = client_for(expert)
    text = page(reader, address)
    begin = f'href="/en/community/?about={kind}:{record.pk}"'
    assert "Nobody has begun a conversation about this yet." in text and begin in text
    assert "No conversation about this is open to everybody." in page(client, address)
    for n in range(6):
        make_thread(by=focal_point, about=(kind, record), title=f"Zx talk {n}")
    make_thread(by=focal_point, about=(kind, record), title="Zx amber", label=Label.AMBER)
    text = page(reader, address)
    assert re.findall(r">(Zx [\w ]+)<", text) == [f"Zx talk {n}" for n in (5, 4, 3, 2, 1)]
    assert f'href="{SEARCH}?about={kind}:{record.pk}"' in text and begin in text
    visitors = page(client, address)
    assert "Zx" not in visitors and begin not in visitors and "csrf" not in visitors


def test_dossier_is_as_confidential_as_the_conversations_on_it(client, client_for, expert, focal_point):
    event = make_event()
    make_thread(by=focal_point, about=("event", event))
    assert 'href="#discussion">Discussion <span class="n">1</span>' in page(
        client_for(expert), event.get_absolute_url()
    )
    assert client_for(expert).get(event.get_absolute_url()).context["audience"].label == Label.GREEN
    assert client.get(event.get_absolute_url()).context["audience"].label == Label.CLEAR


def test_desk_asks_to_read_what_one_watches_or_wrote_in(client_for, expert, focal_point):
    mine, watched = make_thread(by=expert, title="Zx mine"), make_thread(by=focal_point, title="Zx watched")
    make_thread(by=focal_point, title="Zx other")
    make_post(thread=mine, by=focal_point)
    make_post(thread=mine, by=make_user(state=make_state()))
    client = client_for(expert)
    text = page(client, "/en/desk/")
    assert "Read 2 new posts in “Zx mine”" in text and f"{mine.get_absolute_url()}?unread" in text
    watch(expert, ("thread", watched.pk))
    assert "Read 3 new posts in 2 conversations" in page(client, "/en/desk/")
    watch(expert, ("thread", mine.pk), Level.MUTED)
    assert "Read 1 new post in “Zx watched”" in page(client, "/en/desk/")
    client.get(watched.get_absolute_url())
    assert "Read 1 new post" not in page(client, "/en/desk/")
