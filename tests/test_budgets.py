"""Limits that hold over the whole starting content: queries, sizes, other hosts, and counts that keep their word."""

import re
from functools import cache
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from core.languages import localized
from events.filters import event_listing
from events.models import MajorEvent, Series
from legislation.filters import instrument_listing
from legislation.models import Instrument
from programme.filters import activity_listing
from programme.models import Activity
from reference.models import MemberState, Theme

MOST_QUERIES = 12
MOST_QUERIES_OF_A_RECORD = 19  # a dossier gathers from every part of the portal
MOST_HTML = 60_000
MOST_CSS = 40_000
MOST_JAVASCRIPT = 15_000
OTHERS = [code for code, _ in settings.LANGUAGES if code != "en"]
LISTS = [
    "events/",
    "events/?page=3",
    "events/map/",
    "events/map/?page=2",
    "events/calendar/?month=2026-06",
    "events/timeline/",
    "events/timeline/?sort=soonest&page=2",
    "events/series/",
    "events/lessons/",
    "legislation/",
    "legislation/?in_force_on=2014-06-12",
    "legislation/matrix/",
    "legislation/matrix/?sub_region=caribbean",
    "legislation/treaties/",
    "programme/",
    "programme/history/",
    "programme/partners/",
    "network/",
    "themes/",
]
PAGES = [*LISTS, "", "programme/about/", "about/", "contact/", "accessibility/", "data-protection/", "feeds/",
         "account/login/", "account/password/reset/", "nothing/"]  # fmt: skip


def read(address):
    """(The page, how many queries it took)."""
    with CaptureQueriesContext(connection) as captured:
        page = Client().get(address).content.decode()
    return page, len(captured)


read_once = cache(read)  # of the starting content, which no test of this file changes


def records():
    """Addresses of every record, of one kind after the other."""
    for model in (MajorEvent, Series, Instrument, Activity, MemberState, Theme):
        for record in model._default_manager.all():
            yield record.get_absolute_url()
    for treaty in Instrument.objects.treaties():
        yield f"{treaty.get_absolute_url()}treaty/"


@pytest.mark.parametrize("language", ["en", *(pytest.param(code, marks=pytest.mark.one_database) for code in OTHERS)])
@pytest.mark.parametrize("address", PAGES)
def test_open_page_keeps_its_limits(seeded, db, language, address):
    page, queries = read_once(f"/{language}/{address}")
    assert queries <= MOST_QUERIES
    assert len(page.encode()) < MOST_HTML
    assert (page.count("<h1>"), page.count(f'<html lang="{language}">')) == (1, 1)
    assert foreign(page) == []


@pytest.mark.one_database
def test_every_record_keeps_the_limits(seeded, db):
    addresses = list(records())
    found = {address: read(address) for address in addresses}
    assert len(addresses) == len(found) > 600
    assert {address: queries for address, (_, queries) in found.items() if queries > MOST_QUERIES_OF_A_RECORD} == {}
    sizes = {address: len(page.encode()) for address, (page, _) in found.items()}
    assert {address: size for address, size in sizes.items() if size >= MOST_HTML} == {}
    assert {address for address, (page, _) in found.items() if page.count("<h1>") != 1 or foreign(page)} == set()


def foreign(page):
    """What a browser would fetch from another host: sources and stylesheets, not links that people follow."""
    sources = re.findall(r'<(?:img|script|iframe|source|video|audio)[^>]*\bsrc="([^"]+)"', page)
    sources += re.findall(r'<link[^>]*rel="(?:stylesheet|icon|preload|preconnect)"[^>]*href="([^"]+)"', page)
    assert sources, "the page has no stylesheet"
    return [source for source in sources if not re.match(r"/(?!/)", source)]


@pytest.mark.one_database
def test_titles_of_the_open_pages_differ(seeded, db):
    titles = {address: re.search("<title>(.*?)</title>", read_once(f"/en/{address}")[0])[1] for address in PAGES
              if "?" not in address}  # fmt: skip
    assert len(set(titles.values())) == len(titles)


def test_stylesheet_and_scripts_keep_their_limits():
    assert len((settings.BASE_DIR / "static/css/kms.css").read_bytes()) < MOST_CSS
    scripts = list((settings.BASE_DIR / "static/js").glob("*.js"))
    assert 0 < sum(len(script.read_bytes()) for script in scripts) < MOST_JAVASCRIPT


OUR_SCRIPTS = ["/static/js/theme.js", "/static/js/kms.js"]
PASSKEY_SCRIPTS = [f"/static/{path}.js" for path in ("mfa/js/webauthn-json", "mfa/js/webauthn", "account/js/onload")]


@pytest.mark.one_database
def test_open_pages_load_one_stylesheet_and_only_our_scripts(seeded, db):
    for address in PAGES:
        page, _ = read_once(f"/en/{address}")
        assert re.findall(r'rel="stylesheet" href="([^"]+)"', page) == ["/static/css/kms.css"], address
        scripts = OUR_SCRIPTS + (PASSKEY_SCRIPTS if address == "account/login/" else [])
        assert re.findall(r'<script src="([^"]+)"', page) == scripts, address
        assert len(re.findall(r'<script(?! type="application/(?:ld\+)?json")', page)) == len(scripts), address
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=", page) == [], address


def test_stylesheet_and_scripts_name_no_other_host():
    for path in [settings.BASE_DIR / "static/css/kms.css", *(settings.BASE_DIR / "static/js").glob("*.js")]:
        text = path.read_text()
        assert (
            re.findall(r"https?://(?!www\.w3\.org/)[^\s\"')]+|@import|url\((?![\"']?(?:data:|\.\./|/static/|#))", text)
            == []
        )


QUERIES = {
    "events/": ["", "kind=sport", "state=brazil&when=past", "q=copa", "sub_region=caribbean", "series=fifa-world-cup"],
    "legislation/": ["", "level=national", "state=brazil", "in_force_on=2014-06-12", "status=repealed", "q=ley",
                     "in_force_on=2014-06-12&in_force=unknown"],
    "programme/": ["", "kind=training", "when=past"],
}  # fmt: skip


LISTINGS = {"events/": event_listing, "legislation/": instrument_listing, "programme/": activity_listing}


def listed(path, query):
    """The list that the page at this address shows to a visitor, without the page around it."""
    request = RequestFactory().get(f"/en/{path}?{query}")
    request.user = AnonymousUser()
    return LISTINGS[path](request)


@pytest.mark.parametrize(("path", "query"), [(path, query) for path, all_ in QUERIES.items() for query in all_])
def test_each_choice_leaves_as_many_rows_as_it_says(seeded, db, path, query):
    address = f"/en/{path}?{query}"
    listing = Client().get(address).context["listing"]
    assert listing.errors == []
    kept = {name: str(value) for name, value in listing.values.items()}
    promised, found = {}, {}
    for group in listing.groups:
        for choice in group.choices:
            followed = urlencode({**kept, group.name: choice.value})
            promised[followed] = choice.count
            found[followed] = listed(path, followed).total
    assert found == promised
    assert len(found) > 10


@pytest.mark.parametrize("path", QUERIES)
def test_pages_of_a_list_hold_every_row_once(seeded, db, path):
    seen, address = [], f"/en/{path}"
    while address:
        listing = Client().get(address).context["listing"]
        seen += [row.pk for row in listing.page]
        address = listing.next_url
    assert len(seen) == len(set(seen)) == listing.total > 0


@pytest.mark.parametrize("path", QUERIES)
def test_a_seeded_name_is_found_by_its_own_words(seeded, db, path):
    row = next(iter(Client().get(f"/en/{path}").context["listing"].page))
    words = localized(row, "title" if hasattr(row, "title_en") else "name")[0][:80]
    assert row.pk in [found.pk for found in Client().get(f"/en/{path}?q={quote(words)}").context["listing"].page]
