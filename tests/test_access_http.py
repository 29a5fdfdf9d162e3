"""Every address × every role over HTTP, with the answer computed from the table of rights.

The cast looks at records of Brazil with every label, and at drafts. What a cell must answer follows from TABLE and
from the rules of docs/architecture.md; nothing here asks the gate it tests.
"""

import datetime
import uuid
from urllib.parse import quote, unquote

import pytest
from django.contrib import admin
from django.urls import get_resolver, reverse

from core.labels import Label
from documents.actions import refresh_audience
from members.access import READING, ROLES, TABLE, Action, Role, Scope
from members.management.commands.access_table import addresses
from members.models import Labelled
from reference.querysets import today
from tests.factories import (
    PASSWORD,
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_lesson,
    make_mandate,
    make_page,
    make_series,
    make_state,
    make_theme,
    make_treaty_action,
    make_user,
)

pytestmark = pytest.mark.django_db
LOGIN, REAUTHENTICATE = "/en/account/login/", "/en/account/reauthenticate/"
BRAZIL, MEXICO = "BRA", "MEX"

# Who asks: (role, the States this person speaks for today).
CAST = {
    "visitor": (Role.VISITOR, ()),
    "partner": (Role.PARTNER, ()),
    "expert": (Role.EXPERT, ()),
    "alternate": (Role.ALTERNATE, (BRAZIL,)),
    "focal_point": (Role.FOCAL_POINT, (BRAZIL,)),
    "other_focal_point": (Role.FOCAL_POINT, (MEXICO,)),
    "secretariat": (Role.SECRETARIAT, ()),
    "administrator": (Role.ADMINISTRATOR, ()),
    "ended_mandate": (Role.EXPERT, ()),
    "deactivated": (Role.VISITOR, ()),  # with a session that was open before
}
DRAFT, WITHDRAWN = Labelled.Publication.DRAFT, Labelled.Publication.WITHDRAWN
# What is asked for: label, publication, States named, who wrote it. All of it is Brazil's where it has an owner.
RECORDS = {
    "clear": (Label.CLEAR, "published", (), None),
    "green": (Label.GREEN, "published", (), None),
    "amber": (Label.AMBER, "published", (), None),
    "red": (Label.RED, "published", (), None),
    "red-naming-mexico": (Label.RED, "published", (MEXICO,), None),
    "amber-by-partner": (Label.AMBER, "published", (), "partner"),
    "red-by-expert": (Label.RED, "published", (), "expert"),
    "draft": (Label.CLEAR, DRAFT, (), None),
    "draft-by-focal-point": (Label.CLEAR, DRAFT, (), "focal_point"),
    "withdrawn": (Label.CLEAR, WITHDRAWN, (), None),
}
ABSENT = "absent"
# Pages of one record: what makes it, whether Brazil owns it, and the action that the page needs beyond reading.
RECORD_PAGES = {
    "events:event_detail": ("event", True, None),
    "events:event_history": ("event", True, Action.READ_HISTORY),
    "events:lesson_detail": ("lesson", True, None),
    "events:lesson_history": ("lesson", True, Action.READ_HISTORY),
    "legislation:instrument_detail": ("instrument", True, None),
    "legislation:treaty_detail": ("instrument", True, None),
    "legislation:treaty_export": ("instrument", True, None),
    "legislation:instrument_history": ("instrument", True, Action.READ_HISTORY),
    "programme:activity_detail": ("activity", False, None),
    "programme:activity_history": ("activity", False, Action.READ_HISTORY),
    "documents:document_download": ("document", True, None),
    "kms:document_downloads": ("document", True, Action.READ_DOWNLOADS),
}
# Pages that are open to everybody, with the arguments of their address.
OPEN_PAGES = {
    "healthz": [],
    "robots_txt": [],
    "security_txt": [],
    "sitemap": [],
    "sitemap_section": ["events"],
    "kms:home": [],
    "kms:country_list": [],
    "kms:country_detail": ["brazil"],
    "kms:theme_list": [],
    "kms:theme_detail": ["policing"],
    "kms:about": [],
    "kms:contact": [],
    "kms:accessibility": [],
    "kms:data_protection": [],
    "kms:feeds": [],
    "kms:styleguide": [],
    "members:account_closed": [],
    "kms:country_export": ["csv"],
    "kms:theme_export": ["xlsx"],
    "events:event_list": [],
    "events:event_map": [],
    "events:event_calendar": [],
    "events:event_timeline": [],
    "events:event_export": ["ics"],
    "events:lesson_list": [],
    "events:lesson_export": ["atom"],
    "events:series_list": [],
    "events:series_export": ["csv"],
    "events:series_detail": ["games"],
    "legislation:instrument_list": [],
    "legislation:instrument_export": ["atom"],
    "legislation:theme_matrix": [],
    "legislation:theme_matrix_export": ["csv"],
    "legislation:treaty_list": [],
    "legislation:treaty_list_export": ["csv"],
    "programme:activity_list": [],
    "programme:activity_export": ["ics"],
    "programme:programme_about": [],
    "programme:programme_history": [],
    "programme:programme_partners": [],
}
MEMBERS_PAGES = {
    "members:account": [],
    "members:account_close": [],
    "members:my_log": [],
    "members:directory": [],
    "members:preferences": [],
    "members:profile_edit": [],
    "kms:my_data": [],
    "mfa_index": [],
    "mfa_view_recovery_codes": [],
    "notifications:notification_list": [],
    "notifications:watch_list": [],
    "notifications:preferences": [],
}
# Pages that need an action of the table and are about no record of their own.
ACTION_PAGES = {
    "members:audit_list": ([], Action.READ_AUDIT),
    "members:audit_export": (["csv"], Action.READ_AUDIT),
}
# allauth's own: what a visitor gets, what a member gets. A text is where the answer leads.
ALLAUTH_PAGES = {
    "account_login": ([], 200, "/en/desk/"),
    "account_logout": ([], "/", 200),
    "account_signup": ([], 200, "/en/desk/"),
    "account_inactive": ([], 200, 200),
    "account_reauthenticate": ([], "login", 200),
    "account_change_password": ([], "login", 200),
    "account_reset_password": ([], 200, 200),
    "account_reset_password_done": ([], 200, 200),
    "account_reset_password_from_key": (["1", "no-key"], 200, 200),
    "account_reset_password_from_key_done": ([], 200, 200),
    "usersessions_list": ([], "login", 200),
    "mfa_authenticate": ([], LOGIN, "/en/desk/"),
    "mfa_reauthenticate": ([], "login", REAUTHENTICATE),
    "mfa_reauthenticate_webauthn": ([], "login", REAUTHENTICATE),
    "mfa_activate_totp": ([], "login", f"{REAUTHENTICATE}?next=/en/account/security/app/add/"),
    "mfa_deactivate_totp": ([], "login", 404),
    "mfa_generate_recovery_codes": ([], "login", f"{REAUTHENTICATE}?next=/en/account/security/codes/new/"),
    "mfa_add_webauthn": ([], "login", f"{REAUTHENTICATE}?next=/en/account/security/passkeys/add/"),
    "mfa_remove_webauthn": ([1], "login", f"{REAUTHENTICATE}?next=/en/account/security/passkeys/1/remove/"),
    "mfa_login_webauthn": ([], LOGIN, "/en/desk/"),
}
REDIRECTS = {"root": "/en/", "favicon": "/static/img/favicon.svg"}
TEXT_PAGES = [
    "about", "contact", "accessibility", "data-protection", "programme", "programme-history", "programme-partners",
]  # fmt: skip


@pytest.fixture
def clients(request, client_for, brazil):
    """{name: a client} of the whole cast."""
    people = {name: request.getfixturevalue(name) for name in CAST if name not in {"ended_mandate", "deactivated"}}
    yesterday = today() - datetime.timedelta(days=1)
    people["ended_mandate"] = make_mandate(person=make_user(state=brazil), until=yesterday).person
    people["deactivated"] = make_mandate(person=make_user(state=brazil)).person
    found = {name: client_for(user) for name, user in people.items()}
    people["deactivated"].is_active = False
    people["deactivated"].save()
    return found


@pytest.fixture
def authors(request):
    return {name: request.getfixturevalue(name) for name in ("partner", "expert", "focal_point")}


def marker(variant):
    """A text that stands in the record and nowhere else."""
    return f"Zx {variant} zx"


def make_record(kind, variant, brazil, mexico, authors):
    label, publication, named, author = RECORDS[variant]
    fields = {"label": label, "publication": publication, "author": authors.get(author)}
    fields["named_states"] = [mexico] if named else []
    if kind == "document":
        content = marker(variant).encode()
        record = make_document(title=marker(variant), filename="report.pdf", content=content, state=brazil, **fields)
        refresh_audience(record)
        return record
    if kind == "event":
        return make_event(slug=variant, name=marker(variant), host_state=brazil, **fields)
    if kind == "lesson":
        return make_lesson(slug=variant, title=marker(variant), state=brazil, **fields)
    if kind == "activity":
        return make_activity(slug=variant, title=marker(variant), host_state=brazil, **fields)
    instrument = make_instrument(
        slug=variant, original_title=marker(variant), title=marker(variant), state=brazil, **fields
    )
    make_treaty_action(instrument=instrument, state=brazil)
    return instrument


def address_of(name, record):
    """The address of a page about a record; None is a record that there is not."""
    if name == "kms:document_downloads":
        return reverse(name, args=[record.uuid if record else uuid.uuid4()])
    if name == "documents:document_download":
        return reverse(name, args=[record.uuid if record else uuid.uuid4(), "report.pdf"])
    slug = record.slug if record else "no-such-record"
    return reverse(name, args=[slug, "csv"] if name.endswith("_export") else [slug])


def cell(action, role):
    return TABLE[action][ROLES.index(role)]


def may_know_of(name, variant, owned):
    """Whether somebody of the cast may know of a record, by the words of docs/access.md."""
    role, states = CAST[name]
    label, publication, named, author = RECORDS[variant]
    if publication != "published" and cell(Action.READ_UNPUBLISHED, role) != Scope.ANY:
        return False
    reach = cell(READING[label], role)
    if reach == Scope.STATE and set(states) & ({*named} | ({BRAZIL} if owned else set())):
        return True
    return reach == Scope.ANY or (reach != Scope.NONE and author == name)


def expected(name, variant, owned, action):
    """What a record's page answers: a status, or "login"."""
    role, states = CAST[name]
    if action and role == Role.VISITOR:
        return "login"
    reach = cell(action, role) if action else Scope.ANY
    if reach == Scope.NONE:
        return 403  # said before anything is looked up, so it tells nothing of the record
    if variant == ABSENT or not may_know_of(name, variant, owned):
        return 404
    its_own = (owned and BRAZIL in states) or RECORDS[variant][3] == name
    return 200 if reach == Scope.ANY or its_own else 403


def answer_of(response, address, text):
    """The status and whether the record's text is in the answer; "login" is the way to the log-in and back here."""
    if response.status_code == 302 and response["Location"].startswith(f"{LOGIN}?"):
        assert unquote(response["Location"]) == f"{LOGIN}?next={address}"
        return "login", False
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, text.encode() in content


@pytest.mark.parametrize("address_name", RECORD_PAGES)
def test_page_of_a_record_answers_each_role_as_the_table_says(address_name, clients, brazil, mexico, authors):
    kind, owned, action = RECORD_PAGES[address_name]
    records = {variant: make_record(kind, variant, brazil, mexico, authors) for variant in RECORDS}
    answers, wanted = {}, {}
    for variant in [*RECORDS, ABSENT]:
        address = address_of(address_name, records.get(variant))
        for name, client in clients.items():
            answers[name, variant] = answer_of(client.get(address), address, marker(variant))
            status = expected(name, variant, owned, action)
            wanted[name, variant] = (status, status == 200)
    assert answers == wanted
    assert len(answers) == len(CAST) * (len(RECORDS) + 1)


def lay_out_pages():
    """The rows that the pages without a record need."""
    make_state(iso3=BRAZIL, iso2="BR", slug="brazil", name="Brazil")
    make_theme(slug="policing")
    make_series(slug="games")
    for slug in TEXT_PAGES:
        make_page(slug=slug)


@pytest.fixture
def portal(monkeypatch):
    """Those rows, and a queue that answers."""
    lay_out_pages()
    monkeypatch.setattr("kms.health.queue_answers", lambda: True)


@pytest.mark.parametrize("address_name", OPEN_PAGES)
def test_open_page_answers_everybody(address_name, clients, portal):
    address = reverse(address_name, args=OPEN_PAGES[address_name])
    statuses = {name: client.get(address).status_code for name, client in clients.items()}
    assert statuses == dict.fromkeys(CAST, 200)


def test_address_without_a_page_leads_everybody_on(clients):
    for page, target in REDIRECTS.items():
        answers = {name: client.get(reverse(page)) for name, client in clients.items()}
        assert {name: response["Location"] for name, response in answers.items()} == dict.fromkeys(CAST, target)


@pytest.mark.parametrize("address_name", MEMBERS_PAGES)
def test_members_page_leads_visitors_to_the_login(address_name, clients):
    address = reverse(address_name, args=MEMBERS_PAGES[address_name])
    answers = {name: answer_of(client.get(address), address, "<h1") for name, client in clients.items()}
    assert answers == {
        name: ("login", False) if role == Role.VISITOR else (200, True) for name, (role, _) in CAST.items()
    }


@pytest.mark.parametrize("address_name", ACTION_PAGES)
def test_page_with_an_action_answers_each_role_as_the_table_says(address_name, clients):
    arguments, action = ACTION_PAGES[address_name]
    address = reverse(address_name, args=arguments)
    answers = {name: answer_of(client.get(address), address, "")[0] for name, client in clients.items()}
    assert answers == {name: expected(name, "clear", False, action) for name in CAST}


@pytest.mark.parametrize("address_name", ALLAUTH_PAGES)
def test_page_of_ones_account_answers_visitors_and_members(address_name, clients):
    arguments, for_visitors, for_members = ALLAUTH_PAGES[address_name]
    address = reverse(address_name, args=arguments)
    answers = {}
    for name, client in clients.items():
        response = client.get(address)
        status, _ = answer_of(response, address, "")
        answers[name] = unquote(response["Location"]) if status == 302 else status
    wanted = {name: for_visitors if role == Role.VISITOR else for_members for name, (role, _) in CAST.items()}
    assert answers == wanted


def test_every_address_of_the_portal_is_in_the_matrix():
    """A new page is entered above, with arguments of its address, or this fails."""
    asked = {*RECORD_PAGES, *OPEN_PAGES, *MEMBERS_PAGES, *ACTION_PAGES, *ALLAUTH_PAGES, *REDIRECTS}
    there = {name for name, _, _ in addresses(get_resolver()) if not name.startswith("admin:")}
    assert there - asked == set(), f"Not in the matrix of tests/test_access_http.py: {sorted(there - asked)}"
    assert asked - there == set(), f"In the matrix, but gone from the URLconf: {sorted(asked - there)}"


def test_every_page_with_an_action_of_the_table_is_asked_with_that_action():
    views = {name: getattr(view, "access", None) for name, _, view in addresses(get_resolver())}
    needed = {name: access for name, access in views.items() if isinstance(access, Action)}
    asked = {name: action for name, (_, _, action) in RECORD_PAGES.items() if action}
    assert asked | {name: action for name, (_, action) in ACTION_PAGES.items()} == needed
    assert {name for name, access in views.items() if access == "signed_in"} == set(MEMBERS_PAGES)


def test_refusals_tell_nothing_of_the_record(clients, brazil, mexico):
    """What is hidden and what is absent answer with the same page, its address aside."""
    make_event(slug="zx-hidden", name="Zx hidden zx", host_state=brazil, label=Label.RED)
    for path in ("", "history/"):
        for name in ("visitor", "partner", "expert", "other_focal_point"):
            pages = [
                clients[name].get(f"/en/events/{slug}/{path}").content.decode().replace(slug, "SLUG")
                for slug in ("zx-hidden", "zx-absent")
            ]
            assert (name, path, pages[0]) == (name, path, pages[1])


ADMIN_SAMPLES = {"object_id": "1", "id": "1", "content_type_id": "1", "app_label": "events", "url": "nothing"}
NOT_STAFF = [name for name, (role, _) in CAST.items() if TABLE[Action.CURATE][ROLES.index(role)] == Scope.NONE]


def admin_addresses():
    """(name, path) of every address of the admin."""
    for name, address, _ in addresses(get_resolver()):
        if name.startswith("admin:") and name not in {"admin:login", "admin:logout"}:
            yield name, "/" + _filled(address)


def _filled(address):
    """The address with sample arguments in the place of its patterns."""
    if "^" in address:
        prefix, pattern = address.split("^", 1)
        return prefix + ("1/history/1/" if "history" in pattern else "events/")
    filled = address.replace("(?P<url>.*)$", "nothing")
    for name, sample in ADMIN_SAMPLES.items():
        filled = filled.replace(f"<path:{name}>", sample).replace(f"<{name}>", sample)
    return filled


@pytest.mark.parametrize("name", NOT_STAFF)
def test_no_page_of_the_admin_opens_for_those_who_do_not_curate(name, clients):
    """The admin leads to its own log-in, which the next test follows."""
    answers = {}
    for _, path in admin_addresses():
        response = clients[name].get(path)
        answers[path] = (response.status_code, response.get("Location"))
    assert answers == {path: (302, f"/admin/login/?next={quote(path)}") for path in answers}
    assert len(answers) > 120


@pytest.mark.parametrize("method", ["get", "post"])
def test_admins_own_login_is_no_second_door(method, clients):
    """It leads visitors to the portal's log-in and back, and refuses members."""
    form = {"username": "administrator@example.org", "password": PASSWORD}
    for name in NOT_STAFF:
        response = getattr(clients[name], method)("/admin/login/?next=/admin/", form if method == "post" else None)
        if CAST[name][0] == Role.VISITOR:
            assert (response.status_code, unquote(response["Location"])) == (302, f"{LOGIN}?next=/admin/")
        else:
            assert (name, response.status_code) == (name, 403)
        assert clients[name].get("/admin/").status_code == 302


CURATED = [
    (model, model_admin)
    for model, model_admin in admin.site._registry.items()
    if model._meta.app_label in {"reference", "members", "documents", "events", "legislation", "programme"}
]


@pytest.mark.parametrize(("model", "model_admin"), CURATED, ids=lambda part: getattr(part, "__name__", "admin"))
def test_secretariat_opens_the_list_and_the_form_of_each_registry(model, model_admin, clients):
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    noun = model._meta.verbose_name
    pages = {f"{base}_changelist": f"Select {noun} to change", f"{base}_add": f"Add {noun}"}
    for name, text in pages.items():
        for client in (clients["secretariat"], clients["administrator"]):
            response = client.get(reverse(name))
            assert (name, response.status_code) == (name, 200)
            assert text in response.content.decode()


def test_secretariat_deletes_nothing_and_the_administrator_does(clients, brazil):
    event = make_event(slug="gone")
    address = reverse("admin:events_majorevent_delete", args=[event.pk])
    assert clients["secretariat"].post(address, {"post": "yes"}).status_code == 403
    assert type(event).objects.filter(pk=event.pk).count() == 1
    assert clients["administrator"].post(address, {"post": "yes"}).status_code == 302
    assert type(event).objects.filter(pk=event.pk).count() == 0


def test_matrix_is_as_large_as_it_says():
    """Pages × records × roles, counted from the lists above; each cell of them is asked by a test of this file."""
    records = len(RECORD_PAGES) * (len(RECORDS) + 1) * len(CAST)
    without_record = [*OPEN_PAGES, *MEMBERS_PAGES, *ACTION_PAGES, *ALLAUTH_PAGES, *REDIRECTS]
    pages = len(without_record) * len(CAST)
    the_admin = len(NOT_STAFF) * len(list(admin_addresses())) + len(CURATED) * 4
    assert (records, pages) == (1210, 520)
    assert records + pages + the_admin > 2300
