"""Anything may stand in an address: the answer is the page with the bad filter named, a 400 or a 404."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as strictness
from hypothesis import strategies as st

from community.forms import ThreadForm
from community.moderating_forms import LabelForm
from core.inputs import RowsField
from events.filters import EventFilter, LessonFilter
from legislation.filters import InstrumentFilter
from legislation.proposals import OtherTexts
from programme.filters import ActivityFilter
from reference.models import MemberState
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_page,
    make_series,
    make_state,
    make_theme,
    make_treaty_action,
)

LISTS = {
    "/en/events/": list(EventFilter.base_filters),
    "/en/events/map/": [],
    "/en/events/calendar/": [],
    "/en/events/timeline/": [],
    "/en/events/lessons/": list(LessonFilter.base_filters),
    "/en/legislation/": list(InstrumentFilter.base_filters),
    "/en/programme/": list(ActivityFilter.base_filters),
}
OWN = ["page", "sort"]
PARAMETERS = [(address, name) for address, names in LISTS.items() for name in [*names, *OWN]]
REFUSED = {400, 404}
HOSTILE = [
    "\0",
    "a\0b",
    str(10**9),
    str(10**400),
    "-1",
    "1e9",
    "NaN",
    "2014-02-30",
    "0000-00-00",
    "9999-99-99",
    "2014-06-12T25:00",
    "٢٠١٤",
    "²",
    "İ",
    "ﬁ",
    "\u202e",
    "🎉" * 40,
    "' OR 1=1 --",
    '"; DROP TABLE events_majorevent; --',
    "%' AND search_text LIKE '%",
    "_%\\",
    "{{ 7 * 7 }}",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "x" * 5000,
    " ",
    "\r\nSet-Cookie: a=b",
    "[]",
    "{}",
    "None",
    "sport,summit",
]
RAW = [
    "kind=%FF%FE",
    "q=%C3%28",
    "q=%ED%A0%80",
    "q=%ED%A0%BD%ED%B8%80",
    "%FF=%FF",
    "q=%00%00",
    "state=%F0%9F%8E%89",
    "&&&===&?",
    "q=%",
    "q=%zz",
    "page=1&page=0",
    "kind=sport&kind=summit",
    "sort[]=name",
    "year_from=%2B2014",
    "in_force_on=2014%2D06%2D12%00",
    "q=" + "x" * 100_000,
    "&".join(f"a{n}=1" for n in range(5000)),
]


@pytest.fixture(scope="module")
def hostile_client():
    """A client that sees what a browser would, failures included."""
    return Client(raise_request_exception=False)


@pytest.fixture(scope="module")
def written(own_database, django_db_blocker):
    with django_db_blocker.unblock():
        write_rows()


@pytest.fixture
def rows(written, db):
    """One record of every kind, under the slug `one`."""


def write_rows():
    for slug in ("about", "programme", "programme-history", "programme-partners"):
        make_page(slug=slug)
    theme = make_theme(slug="one")
    event = make_event(slug="one", series=make_series(slug="one"), themes=[theme], host_state=make_state(slug="one"))
    make_activity(slug="one", event=event)
    make_treaty_action(instrument=make_instrument(slug="one", level="international", events=[event]))


def pages():
    """Addresses of every open page, under the slug `one`."""
    with translation.override("en"):
        lists = ["events:event_list", "events:series_list", "legislation:instrument_list", "programme:activity_list",
                 "kms:home", "kms:country_list", "kms:theme_list", "kms:about", "kms:styleguide", "account_login",
                 "programme:programme_about", "programme:programme_history", "programme:programme_partners",
                ]  # fmt: skip
        details = ["events:event_detail", "events:series_detail", "legislation:instrument_detail", "kms:theme_detail",
                   "legislation:treaty_detail", "programme:activity_detail", "kms:country_detail"]  # fmt: skip
        return [reverse(name) for name in lists] + [reverse(name, args=["one"]) for name in details]


def judge(response, name=None):
    """The page, with the filter named where it was refused, or a plain refusal; returns what it was."""
    assert response.status_code in {200, *REFUSED}, response.status_code
    page = response.content.decode()
    if response.status_code in REFUSED:
        assert ("There is no such page" in page, "could not be read" in page).count(True) == 1
        return "refused"
    listing = response.context["listing"]
    if not listing.errors:
        return "taken"
    labels = [label for label, _ in listing.errors]
    assert all(reason for _, reason in listing.errors)
    assert name is None or labels == [listing.form.fields[name].label]
    assert "Not every filter could be used." in page
    return "named"


@pytest.mark.parametrize(("address", "name"), PARAMETERS)
def test_no_value_of_a_parameter_fails(hostile_client, rows, address, name):
    answers = {value: judge(hostile_client.get(address, {name: value}), name) for value in HOSTILE}
    assert set(answers.values()) <= {"taken", "named", "refused"}
    assert (answers["\0"], answers["x" * 5000]) == {
        "page": ("refused", "refused"),
        "sort": ("taken", "taken"),
    }.get(name, ("named", "named"))


@pytest.mark.parametrize("raw", RAW, ids=[raw[:20] for raw in RAW])
@pytest.mark.parametrize("address", LISTS)
def test_no_query_string_fails(hostile_client, rows, address, raw):
    judge(hostile_client.get(f"{address}?{raw}"))


@pytest.mark.parametrize("address", pages())
def test_no_page_fails_over_a_query_string(hostile_client, rows, address):
    plain = hostile_client.get(address)
    assert plain.status_code == 200
    for raw in RAW:
        response = hostile_client.get(f"{address}?{raw}")
        assert response.status_code in {200, *REFUSED}, raw
        assert "<h1>" in response.content.decode(), raw


@pytest.mark.parametrize(("address", "name"), PARAMETERS)
def test_no_text_at_all_fails(hostile_client, rows, address, name):
    @strictness(
        max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(value=st.text(max_size=120) | st.integers().map(str) | st.dates().map(str))
    def answered(value):
        judge(hostile_client.get(address, {name: value.encode("utf-8", "surrogatepass")}), name)

    answered()


@pytest.mark.parametrize("slug", ["x" * 5000, "%00", "%FF", "🎉", "a%2Fb", "..", "a b", "-", "_", "A", "1", "one%0A"])
@pytest.mark.parametrize(
    "shape",
    ["/en/events/{}/", "/en/events/series/{}/", "/en/legislation/{}/", "/en/legislation/{}/treaty/",
     "/en/programme/{}/", "/en/network/{}/", "/en/themes/{}/", "/{}/events/", "/sitemap-{}.xml", "/{}"],
)  # fmt: skip
def test_no_address_fails(hostile_client, rows, shape, slug):
    response = hostile_client.get(shape.format(slug))
    assert response.status_code in {301, 302, *REFUSED}, response.status_code
    if response.status_code in REFUSED:
        assert "<h1>" in response.content.decode()


@pytest.mark.parametrize("slug", ["x" * 5000, "%00", "%FF", "..", "one%0A"])
def test_history_of_what_cannot_be_is_not_found(rows, client_for, secretariat, slug):
    client = client_for(secretariat)
    answers = [client.get(f"/en/{part}/{slug}/history/").status_code for part in ("events", "legislation", "programme")]
    assert answers == [404] * 3


@pytest.mark.parametrize("page", ["0", "-1", str(10**9), "x", "", "\0", "٣"])
def test_history_has_no_page_that_cannot_be(rows, client_for, secretariat, page):
    response = client_for(secretariat).get("/en/events/one/history/", {"page": page})
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-1", "bytes=9-1", "bytes=" + "9" * 18 + "-", "bytes=a-b",
                                    "bytes=0-1,2-3", "bytes=-", "lines=1-2", "\0", "bytes=" + "1" * 5000])  # fmt: skip
def test_no_range_of_a_download_fails(hostile_client, db, header):
    document = make_document()
    response = hostile_client.get(document.get_absolute_url(), headers={"Range": header})
    assert response.status_code in {200, 206, 416}
    if response.status_code == 200:
        assert len(b"".join(response.streaming_content)) == document.size


@pytest.mark.parametrize("accept", ["", "x" * 5000, "\0", "zz", "*", "en;q=abc", "pt-BR,pt;q=0.9", "🎉"])
def test_no_language_that_a_browser_asks_for_fails(hostile_client, db, accept):
    response = hostile_client.get("/", headers={"Accept-Language": accept})
    assert response.status_code == 302
    assert response.url.strip("/") in dict(settings.LANGUAGES)


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "\0", "x" * 5000]
)
def test_log_in_leads_to_no_other_host(client, secretariat, next_page):
    response = client.post(
        "/en/account/login/",
        {"login": secretariat.email, "password": "correct horse battery staple", "next": next_page},
    )
    assert response.status_code in {200, 302}
    if response.status_code == 302:
        assert response.url.startswith("/") and not response.url.startswith("//")


@pytest.mark.parametrize("field", ["login", "password"])
@pytest.mark.parametrize("value", ["\0", "x" * 5000, "x" * 300 + "@example.org", "🎉", "' OR 1=1 --", ""])
def test_log_in_refuses_any_text_with_a_reason(hostile_client, db, field, value):
    data = {"login": "somebody@example.org", "password": "wrong"} | {field: value}
    response = hostile_client.post("/en/account/login/", data)
    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()


@pytest.mark.parametrize("key", ["9" * 20, str(2**63), "9" * 5000, "-1", "1.0", "²", "\0", "", "x"])
def test_key_that_cannot_be_is_no_choice_among_rows(db, key):
    field, state = RowsField(MemberState.objects.all(), required=False), make_state()
    assert list(field.clean([str(state.pk)])) == [state]
    assert not field.clean([])
    with pytest.raises(ValidationError):
        field.clean([str(state.pk), key])


def test_forms_choose_rows_by_keys_that_can_be():
    fields = [LabelForm.base_fields["states"], ThreadForm.base_fields["named_states"], OtherTexts()]
    assert all(isinstance(field, RowsField) for field in fields)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", ["/en/", "/en/events/", "/healthz", "/en/account/login/", "/admin/"])
def test_methods_that_no_page_serves_are_refused(hostile_client, db, method, address):
    assert getattr(hostile_client, method)(address).status_code == 405


@pytest.mark.parametrize("address", ["/en/events/", "/en/legislation/", "/en/programme/", "/en/", "/robots.txt"])
def test_reading_pages_do_not_take_a_post(hostile_client, db, address):
    assert hostile_client.post(address, {"q": "x"}).status_code == 405


def test_a_foreign_host_is_refused(hostile_client, db):
    response = hostile_client.get("/en/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
