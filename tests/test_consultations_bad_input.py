"""Anything may stand in an address or a form of consultations: the answer is a page, a file or a refusal, never a
failure, and what was refused wrote nothing."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from consultations.matrix_filters import DisposedFilter
from tests.test_access_consultations_posts import SAID, body_of, world  # noqa: F401 - a fixture
from tests.test_access_http import clients, sessions  # noqa: F401 - fixtures
from tests.test_bad_input import HOSTILE, RAW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_cast")]
ANSWERED = {200, 302, 400, 403, 404, 409}
ASKED = {
    "consultation_list": ([], ["page"]),
    "matrix": ("open", [*DisposedFilter.base_filters, "page", "sort"]),
    "disposition_list": ("open", ["disposition", "kind", "state", "chapter", "standing", "page"]),
    "space_detail": ("space", ["status", "page"]),
    "comment_add": ("space", ["p", "chapter", "language"]),
    "comment_edit": ("draft", ["language"]),
    "comment_submit": ("space", ["comment"]),
    "form_return": ("space", ["chapter", "language"]),
    "comment_apply": ("accepted", ["p"]),
    "edition_compare": ("final", ["with", "all"]),
    "position_list": ("final", ["state", "page"]),
    "position_take": ("final", ["state"]),
    "adoption_record": ("final", ["state", "find"]),
}
FILES = {
    "matrix_export": ("open", ["csv"], ["q", "state", "chapter", "kind", "sort", "page", "nonsense"]),
    "form_export": ("space", ["xlsx"], ["chapter", "language"]),
    "position_export": ("final", ["csv"], ["page", "nonsense"]),
}
EVIL = ["\0", "9" * 30, "-1", "x" * 30_000, "\u202eabc", "<script>alert(1)</script>", "[]", "٢", ""]
WITHOUT_FIELDS = {"consultation_withdraw", "consultation_close", "comment_withdraw"}
OPENED_BY = {"space_detail": "focal_point", "form_return": "focal_point", "form_export": "focal_point"}


@pytest.fixture
def seen(clients):  # noqa: F811
    """The clients as browsers, which see a failure instead of raising it."""
    found = {}
    for name, client in clients.items():
        found[name] = Client(raise_request_exception=False)
        found[name].cookies = client.cookies
    return found


def reader_of(name):
    return OPENED_BY.get(name) or (SAID[name].whose if name in SAID else "secretariat")


@pytest.mark.parametrize("name", ASKED)
def test_no_value_of_a_parameter_fails(name, world, seen):  # noqa: F811
    about, parameters = ASKED[name]
    address = reverse(f"consultations:{name}", args=world[about] if about else [])
    client = seen[reader_of(name)]
    asked = [{parameter: value} for parameter in parameters for value in HOSTILE]
    answers = {str(query)[:60]: client.get(address, query).status_code for query in asked}
    answers |= {raw[:60]: client.get(f"{address}?{raw}").status_code for raw in RAW}
    assert {said: status for said, status in answers.items() if status not in ANSWERED} == {}


@pytest.mark.parametrize("name", FILES)
def test_no_query_of_a_file_fails(name, world, seen):  # noqa: F811
    about, rest, parameters = FILES[name]
    address = reverse(f"consultations:{name}", args=[*world[about], *rest])
    client = seen[reader_of(name)]
    asked = [{parameter: value} for parameter in parameters for value in HOSTILE[::3]]
    answers = {str(query)[:60]: client.get(address, query).status_code for query in asked}
    assert {said: status for said, status in answers.items() if status not in ANSWERED} == {}


@pytest.mark.parametrize("name", [name for name in SAID if name not in WITHOUT_FIELDS])
def test_no_value_of_a_field_fails(name, world, clients, seen):  # noqa: F811
    said = SAID[name]
    address = reverse(f"consultations:{name}", args=world[said.about])
    usual = body_of(said, address, clients)
    answers = {}
    for field in usual.keys() - {"csrfmiddlewaretoken"}:
        for value in EVIL:
            with transaction.atomic():
                answers[field, value[:20]] = seen[said.whose].post(address, usual | {field: value}).status_code
                transaction.set_rollback(True)
    assert answers
    assert {said: status for said, status in answers.items() if status not in ANSWERED} == {}


@pytest.mark.parametrize("key", [str(2**63), "9" * 40])
@pytest.mark.parametrize("name", ["consultation_detail", "matrix", "comment_detail", "comment_dispose", "space_detail"])
def test_key_that_cannot_be_is_not_found(name, key, seen, brazil):
    sample = reverse(f"consultations:{name}", args=[7, "brazil"] if name == "space_detail" else [7])
    reader = "focal_point" if name == "space_detail" else "secretariat"
    assert seen[reader].get(sample.replace("/7/", f"/{key}/")).status_code == 404


@pytest.mark.parametrize(
    ("name", "fields"), [("comment_edit", ["text", "proposed", "rationale"]), ("comment_dispose", ["observation"])]
)
def test_who_was_logged_out_meanwhile_gets_all_back_that_was_written(name, fields, client):
    address, written = reverse(f"consultations:{name}", args=[7]), {field: f"Zx <{field}>" for field in fields}
    answer = client.post(address, {"disposition": "not_accepted", "kind": "general"} | written)
    assert answer.status_code == 403 and "account/login" in answer.text
    assert all(f"Zx &lt;{field}&gt;</textarea>" in answer.text for field in fields)
    elsewhere = client.post(address, written, headers={"Sec-Fetch-Site": "cross-site"})
    assert not any(f"Zx &lt;{field}" in elsewhere.text for field in fields)
