"""Open pages that are kept: what is kept, for whom, and that a write by anybody is seen at once by everybody."""

import datetime

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.freshness import content_version, watch
from core.labels import Label
from events.models import EventPlace, MajorEvent
from kms.content import content_tables
from members.actions import set_staff
from reference.models import MemberState
from tests.factories import (
    make_document,
    make_event,
    make_forum,
    make_instrument,
    make_mandate,
    make_series,
    make_state,
    make_theme,
    make_thread,
    make_treaty_action,
    make_user,
)
from tests.serving import portal_process

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def keeping(settings):
    """Pages are kept as in the real portal; the other tests run without."""
    local = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages-of-a-test"}
    settings.CACHES = settings.CACHES | {"pages": local}
    caches["pages"].clear()
    yield
    caches["pages"].clear()


def asked(client, address, **headers):
    """(The answer, the texts of its queries)."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, headers=headers)
    return response, [query["sql"] for query in captured]


KEPT = ["/en/", "/en/events/", "/en/events/games/", "/en/legislation/", "/en/legislation/law/", "/en/programme/",
        "/en/network/", "/en/network/peru/", "/en/themes/", "/en/themes/policing/", "/en/feeds/",
        "/en/events/?kind=sport", "/en/events/?kind=sport&sort=name", "/en/events/map/?kind=sport",
        "/en/events/calendar/", "/en/events/calendar/?month=2030-06", "/en/events/timeline/", "/en/events/series/",
        "/en/events/series/cup/", "/en/legislation/matrix/", "/en/legislation/treaties/"]  # fmt: skip


@pytest.mark.parametrize("address", KEPT)
def test_an_open_page_is_kept_and_costs_one_query_after_that(client, address):
    make_event(slug="games", kind="sport", host_state=make_state(slug="peru"), series=make_series(slug="cup"))
    make_instrument(slug="law", themes=[make_theme(slug="policing")])
    first, _ = asked(client, address)
    again, queries = asked(client, address)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert queries == ["SELECT token FROM kms_content_version"]
    assert [again[name] for name in ("Cache-Control", "Vary")] == ["public, no-cache", "Cookie"]
    assert again["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in again["Content-Security-Policy"]


def test_an_unchanged_page_is_not_sent_again(client):
    make_event(slug="games")
    first, _ = asked(client, "/en/events/games/")
    for known in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}'):
        again, _ = asked(client, "/en/events/games/", if_none_match=known)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert asked(client, "/en/events/games/", if_none_match='"other"')[0].status_code == 200


def test_lists_of_every_kind_keep_the_names_of_their_own_choices(client_for):
    member = client_for(make_user(state=make_state(slug="peru", name="Peru")))
    make_event(themes=[make_theme(slug="policing", name="Policing")])
    for _ in range(2):
        for address in ("/en/programme/", "/en/legislation/", "/en/events/", "/es/events/"):
            assert member.get(address).status_code == 200, address
        page = member.get("/en/events/").content.decode()
        assert '<option value="policing">' in page or 'value="policing">' in page


NOT_KEPT = ["/en/events/?q=games", "/en/events/?kind=nonsense", "/en/events/?nonsense=1", "/en/events/?kind=&state=",
            "/en/events/?sort=latest", "/en/events/?page=1", "/en/events/games/?x=1",
            "/en/events/calendar/?month=2030-6", "/en/events/calendar/?month=2030-99",
            "/en/legislation/matrix/?sub_region=nowhere",
            "/en/events/?kind=sport&" + "x" * 400]  # fmt: skip


@pytest.mark.parametrize("address", NOT_KEPT)
def test_free_text_and_odd_addresses_are_answered_and_not_kept(client, address):
    make_event(slug="games", kind="sport")
    first, queries = asked(client, address)
    again, more = asked(client, address)
    assert (first.status_code, again.status_code) == (200, 200)
    assert "ETag" not in again
    assert len(queries) >= len(more) > 1


def test_absent_pages_and_bad_numbers_are_not_kept(client):
    for address in ("/en/events/absent/", "/en/events/?page=7"):
        for _ in range(2):
            response, _ = asked(client, address)
            assert (response.status_code, "ETag" in response) == (404, False)


def test_a_member_never_gets_a_kept_page_and_leaves_none(client, client_for):
    make_event(slug="games", name="Open games")
    make_event(slug="secret", name="Secret games", label=Label.GREEN)
    member = client_for(make_user(state=make_state()))
    seen = member.get("/en/events/")
    assert "Secret games" in seen.content.decode()
    assert seen["Cache-Control"] == "private, no-store"
    for _ in range(2):
        assert "Secret games" not in client.get("/en/events/").content.decode()
    assert "Secret games" in member.get("/en/events/").content.decode()


def test_languages_and_queries_have_pages_of_their_own(client):
    make_event(slug="games", name_en="Games", name_es="Juegos", kind="sport")
    make_event(slug="summit", name_en="Summit", name_es="Cumbre", kind="summit")
    for _ in range(2):
        pages = {address: client.get(address).content.decode() for address in
                 ("/en/events/", "/es/events/", "/en/events/?kind=sport")}  # fmt: skip
        found = {address: [name for name in ("Games", "Juegos", "Summit", "Cumbre") if f">{name}<" in page]
                 for address, page in pages.items()}  # fmt: skip
        assert found == {
            "/en/events/": ["Games", "Summit"],
            "/es/events/": ["Juegos", "Cumbre"],
            "/en/events/?kind=sport": ["Games"],
        }


def test_pages_of_an_e_forum_say_at_once_that_it_closed(client, monkeypatch):
    now = timezone.now()
    forum = make_forum(label=Label.CLEAR, opens=now - datetime.timedelta(days=1), closes=now + datetime.timedelta(1))
    addresses = [forum.get_absolute_url(), "/en/community/"]
    before = [client.get(address).content for address in addresses]
    monkeypatch.setattr(timezone, "now", lambda: forum.closes)
    after = [client.get(address).content for address in addresses]
    assert [b"tag--past" in text for text in (*before, *after)] == [False, False, True, True]


def test_pages_of_other_forums_are_kept(client):
    thread = make_thread(forum=make_forum(label=Label.CLEAR))
    for address in (thread.forum.get_absolute_url(), thread.get_absolute_url(), "/en/community/"):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 1


def test_the_next_day_has_pages_of_its_own(client, monkeypatch):
    import datetime

    make_event(slug="games")
    first, _ = asked(client, "/en/events/games/")
    tomorrow = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)
    monkeypatch.setattr("core.caching.today", lambda: tomorrow)
    _, queries = asked(client, "/en/events/games/")
    assert len(queries) > 1


def _bulk():
    MajorEvent.objects.filter(slug="games").update(name_en="Changed")


def _plain_sql():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_majorevent SET name_en = 'Changed' WHERE slug = 'games'")


def _saved():
    event = MajorEvent.objects.get(slug="games")
    event.name_en = "Changed"
    event.save()


@pytest.mark.parametrize("write", [_saved, _bulk, _plain_sql])
def test_every_way_of_writing_is_seen_at_once(client, write):
    make_event(slug="games", name="Games")
    client.get("/en/events/games/")
    write()
    assert "<h1>Changed</h1>" in client.get("/en/events/games/").content.decode()


def _place():
    EventPlace.objects.create(event=MajorEvent.objects.get(), city="Quito")


def _label():
    MajorEvent.objects.update(label=Label.RED)


def _theme():
    MajorEvent.objects.get().themes.add(make_theme())


def _document():
    MajorEvent.objects.get().documents.add(make_document())


def _state():
    MemberState.objects.update(name_en="Elsewhere")


def _treaty():
    make_treaty_action()


def _mandate():
    make_mandate(state=MemberState.objects.first())


def _deleted():
    MajorEvent.objects.all().delete()


WRITES = [_place, _label, _theme, _document, _state, _treaty, _mandate, _deleted]


@pytest.mark.parametrize("write", WRITES, ids=[write.__name__.strip("_") for write in WRITES])
def test_a_write_to_any_table_of_content_is_a_new_version(write):
    make_event()
    before = content_version()
    write()
    assert content_version() != before


def test_what_no_open_page_shows_is_no_new_version(client_for):
    person = make_user(state=make_state())
    before = content_version()
    client_for(person)  # writes a session and the moment of the log-in
    assert content_version() == before
    set_staff(person, True, by=None)
    assert content_version() != before


def test_a_write_that_is_undone_leaves_the_version(client):
    make_event(slug="games", name="Games")
    client.get("/en/events/games/")
    before = content_version()
    with pytest.raises(RuntimeError), transaction.atomic():
        _saved()
        raise RuntimeError
    assert content_version() == before
    assert "<h1>Games</h1>" in client.get("/en/events/games/").content.decode()


def test_every_table_of_content_has_its_triggers_and_a_second_watch_changes_nothing():
    watch(content_tables())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT relname, COUNT(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE tgname LIKE 'kms_content_changed%' GROUP BY relname"
            )
        else:
            cursor.execute("SELECT tbl_name, COUNT(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name")
        found = dict(cursor.fetchall())
    expected = 2 if connection.vendor == "postgresql" else 3
    assert found == dict.fromkeys(content_tables(), expected)
    assert {"events_majorevent", "events_majorevent_themes", "members_mandate", "members_user"} <= set(found)
    assert [table for table in found if "historical" in table or "session" in table] == []


def test_two_processes_see_a_write_of_the_other_at_once(client):
    make_event(slug="games", name="Games")
    with portal_process() as ask:
        for _ in range(3):
            status, headers, text = ask("/en/events/games/")
            assert (status, "<h1>Games</h1>" in text) == (200, True)
        kept = headers["ETag"]
        assert ask("/en/events/games/", If_None_Match=kept)[0] == 304
        _saved()
        status, headers, text = ask("/en/events/games/", If_None_Match=kept)
        assert (status, "<h1>Changed</h1>" in text) == (200, True)
        MajorEvent.objects.update(label=Label.RED)
        assert ask("/en/events/games/", If_None_Match=headers["ETag"])[0] == 404
        assert "Changed" not in ask("/en/events/")[2]
