"""Pages accept the methods that they serve, and no other."""

import pytest
from django.urls import reverse

from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_lesson,
    make_treaty_action,
)
from tests.test_access_http import (
    MEMBERS_PAGES,
    OPEN_PAGES,
    RECORD_PAGES,
    REDIRECTS,
    address_of,
    lay_out_pages,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(monkeypatch):
    lay_out_pages()
    monkeypatch.setattr("kms.health.queue_answers", lambda: True)


def addresses_of(pages):
    return [(name, reverse(name, args=arguments)) for name, arguments in pages.items()]


def read_only_addresses():
    """Every address of our own views, with arguments."""
    event, instrument, activity = make_event(slug="a"), make_instrument(slug="a"), make_activity(slug="a")
    make_treaty_action(instrument=instrument)
    of = {"event": event, "instrument": instrument, "activity": activity, "document": make_document()}
    of["lesson"] = make_lesson(slug="a")
    rows = [(name, address_of(name, of[kind])) for name, (kind, *_) in RECORD_PAGES.items()]
    return [
        *rows,
        *addresses_of(OPEN_PAGES),
        *addresses_of(MEMBERS_PAGES),
        *((name, reverse(name)) for name in REDIRECTS),
    ]


@pytest.mark.parametrize("name", ["visitor", "focal_point", "secretariat"])
def test_pages_that_are_only_read_refuse_every_other_method(name, client_for, request, portal):
    client, answers = client_for(request.getfixturevalue(name)), {}
    for page, address in read_only_addresses():
        for method in ("post", "put", "patch", "delete", "options", "trace"):
            answers[page, method] = getattr(client, method)(address).status_code
    assert answers == dict.fromkeys(answers, 405)


def test_pages_that_are_read_answer_head_like_get(client_for, secretariat, portal):
    client = client_for(secretariat)
    answers = {page: client.head(address).status_code for page, address in read_only_addresses()}
    assert answers == {page: 302 if page in REDIRECTS else 200 for page in answers}


def test_methods_of_apis_are_refused_before_any_view_is_asked(client_for, administrator, settings):
    client = client_for(administrator)
    paths = ["/en/account/login/", "/admin/", "/admin/login/", "/no/such/page", f"{settings.STATIC_URL}css/kms.css"]
    answers = {
        (path, method): getattr(client, method)(path).status_code
        for path in paths
        for method in ("trace", "put", "patch", "delete")
    }
    assert answers == dict.fromkeys(answers, 405)
