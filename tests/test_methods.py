"""Pages accept the methods that they serve, and no other."""

import pytest
from django.urls import reverse

from core.labels import Label
from tests.factories import (
    make_activity,
    make_chapter,
    make_document,
    make_edition,
    make_event,
    make_final,
    make_forum,
    make_instrument,
    make_lesson,
    make_need,
    make_publication,
    make_thread,
    make_treaty_action,
)
from tests.manual_addresses import MANUAL_READ
from tests.test_access_http import (
    ACTION_PAGES,
    LINKS,
    MEMBERS_PAGES,
    OPEN_PAGES,
    POST_ONLY,
    PROPOSAL_PAGES,
    RECORD_PAGES,
    REDIRECTS,
    RULES,
    Brazil,
    address_about,
    address_of,
    lay_out_pages,
    named,
    proposal_of,
)
from tests.test_access_manual_posts import SAID
from tests.test_access_posts import POSTS

PDFS = {"training:edition_pdf", "training:chapter_pdf"}  # a member asks for one that is not there yet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_cast")]


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    """One that answers."""
    monkeypatch.setattr("kms.health.queue_answers", lambda: True)


@pytest.fixture(scope="module")
def portal(written_cast, django_db_blocker):
    """{name: an address} of all our own pages."""
    with django_db_blocker.unblock():
        return lay_out(written_cast)


def lay_out(cast):
    lay_out_pages()
    people = {name: cast[name] for name in ("expert", "focal_point")}
    made = proposal_of("submitted", **people, secretariat=cast["secretariat"])
    of_brazil = Brazil(people["expert"].state, {**people, "alternate": cast["alternate"]})
    without_record = {
        **OPEN_PAGES,
        **MEMBERS_PAGES,
        **{name: arguments for name, (arguments, _) in ACTION_PAGES.items()},
    }
    return {
        **addresses_of_records(),
        **addresses_of_manual(),
        **{name: reverse(name.split()[0], args=arguments) for name, arguments in without_record.items()},
        **{name: reverse(name) for name in REDIRECTS},
        **{name: of_brazil.address(name) for name in (*RULES, *LINKS)},
        **{name: address_about(name, *made) for name in PROPOSAL_PAGES},
    }


def addresses_of_records():
    event, instrument, activity = make_event(slug="a"), make_instrument(slug="a"), make_activity(slug="a")
    make_treaty_action(instrument=instrument)
    of = {"event": event, "instrument": instrument, "activity": activity, "document": make_document()}
    of |= {"lesson": make_lesson(slug="a"), "need": make_need(event=event)}
    of |= {"forum": make_forum(slug="a", label=Label.CLEAR)}
    of |= {"thread": make_thread(forum=of["forum"]), "publication": make_publication(slug="a")}
    return {name: address_of(name, of[kind]) for name, (kind, *_) in RECORD_PAGES.items()}


def addresses_of_manual():
    work = make_publication(slug="b")
    make_final(make_chapter(edition=make_edition(work=work), paragraphs=["One.", "Two."]).edition)
    return {name: reverse(name, args=[work.slug, *arguments]) for name, arguments in MANUAL_READ.items()}


def is_read_only(name):
    return name.split()[0] not in named(POSTS, SAID) | PDFS


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["visitor", "focal_point", "secretariat"])
def test_pages_that_are_only_read_refuse_every_other_method(name, client_for, request, portal):
    client, answers = client_for(request.getfixturevalue(name)), {}
    for page, address in portal.items():
        for method in ("post", "put", "patch", "delete", "options", "trace"):
            if is_read_only(page) or method != "post":
                answers[page, method] = getattr(client, method)(address).status_code
    assert answers == dict.fromkeys(answers, 405)
    assert sum(method == "post" for _, method in answers) == 99


@pytest.mark.one_database
@pytest.mark.parametrize("name", POST_ONLY)
def test_what_is_only_posted_refuses_every_other_method(name, client_for, secretariat):
    client, address = client_for(secretariat), reverse(name, args=POST_ONLY[name])
    methods = ("get", "head", "put", "patch", "delete", "options", "trace")
    assert {method: getattr(client, method)(address).status_code for method in methods} == dict.fromkeys(methods, 405)


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["visitor", "partner", "expert", "focal_point", "secretariat", "administrator"])
def test_pages_answer_head_like_get(name, client_for, request, portal):
    client = client_for(request.getfixturevalue(name))
    answers = {page: client.head(address).status_code for page, address in portal.items()}
    assert answers == {page: client.get(address).status_code for page, address in portal.items()}


def test_methods_of_apis_are_refused_before_any_view_is_asked(client_for, administrator, settings):
    client = client_for(administrator)
    paths = ["/en/account/login/", "/admin/", "/admin/login/", "/no/such/page", f"{settings.STATIC_URL}css/kms.css"]
    answers = {
        (path, method): getattr(client, method)(path).status_code
        for path in paths
        for method in ("trace", "put", "patch", "delete")
    }
    assert answers == dict.fromkeys(answers, 405)
