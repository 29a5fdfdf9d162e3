"""Every address × every role over HTTP, with the answer computed from the table of rights.

The cast looks at records of Brazil with every label, at drafts, and at Brazil's seat, invitations and proposals. What
a cell must answer follows from TABLE and from the rules of docs/architecture.md; nothing here asks the gate it tests.
What is posted is the matter of tests/test_access_posts.py. Where an address stands in a table more than once, a word
behind its name says about what it is asked.
"""

import datetime
import io
import sys
import uuid
from dataclasses import dataclass
from urllib.parse import quote, unquote

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import get_resolver, reverse
from PIL import Image

from community.actions import keep_draft
from community.models import Forum, Thread
from conftest import log_in
from core.labels import Label
from documents.actions import refresh_audience
from kms import seats
from members.access import READING, ROLES, TABLE, Action, Role, Scope
from members.management.commands.access_table import addresses
from members.models import Labelled, Mandate
from moderation import actions
from moderation.flags import decide, report
from notifications.actions import notify
from notifications.mails import unsubscribe_token
from notifications.models import Notification
from reference.querysets import today
from tests.consultation_addresses import COMMENT_PAGES, CONSULTATION_ACTS, CONSULTATION_MEMBERS, CONSULTATION_READ
from tests.factories import (
    PASSWORD,
    make_activity,
    make_document,
    make_event,
    make_forum,
    make_instrument,
    make_invitation,
    make_lesson,
    make_mandate,
    make_need,
    make_page,
    make_publication,
    make_series,
    make_state,
    make_theme,
    make_thread,
    make_treaty_action,
    make_user,
)
from tests.manual_addresses import MANUAL_READ, MANUAL_WRITE, WRITE
from tests.proposing import accepted, draft_of, returned, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_cast")]
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
# The State of which somebody may draft proposals: those with a mandate, and experts, who write for their own.
WRITES_FOR = {
    "expert": BRAZIL, "alternate": BRAZIL, "focal_point": BRAZIL, "other_focal_point": MEXICO, "ended_mandate": BRAZIL,
}  # fmt: skip
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
    "training:publication_detail": ("publication", False, None),
    "training:glossary": ("publication", False, None),
    "training:publication_history": ("publication", False, Action.READ_HISTORY),
    "training:edition_start": ("publication", False, Action.WRITE_MANUAL),
    "community:forum_detail": ("forum", False, None),
    "community:forum_feed": ("forum", False, None),
    "community:thread_detail": ("thread", True, None),
    "community:thread_create": ("forum", False, Action.POST),
    "community:post_create": ("thread", True, Action.POST),
    "community:thread_lock": ("thread", True, Action.MODERATE),
    "community:thread_hide": ("thread", True, Action.MODERATE),
    "community:thread_rename": ("thread", True, Action.MODERATE),
    "community:thread_label": ("thread", True, Action.MODERATE),
    "community:thread_move": ("thread", True, Action.MODERATE),
    "community:thread_merge": ("thread", True, Action.MODERATE),
    "community:thread_split": ("thread", True, Action.MODERATE),
    "documents:document_download": ("document", True, None),
    "kms:document_downloads": ("document", True, Action.READ_DOWNLOADS),
    "kms:release_detail event": ("event", True, Action.RELEASE),
    "kms:release_detail need": ("need", True, Action.RELEASE),
    "kms:release_detail lesson": ("lesson", True, Action.RELEASE),
    "kms:release_detail instrument": ("instrument", True, Action.RELEASE),
    "kms:release_detail activity": ("activity", False, Action.RELEASE),
    "kms:release_detail document": ("document", True, Action.RELEASE),
    "moderation:proposal_change event": ("event", True, Action.DRAFT_PROPOSAL),
    "moderation:proposal_change lesson": ("lesson", True, Action.DRAFT_PROPOSAL),
    "moderation:proposal_change instrument": ("instrument", True, Action.DRAFT_PROPOSAL),
    "moderation:proposal_change document": ("document", True, Action.DRAFT_PROPOSAL),
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
    "training:publication_list": [],
    "consultations:consultation_list": [],
    "community:forum_list": [],
    "community:post_search": [],
}
MEMBERS_PAGES = {
    "members:account": [],
    "members:account_close": [],
    "members:my_log": [],
    "members:directory": [],
    "members:preferences": [],
    "members:profile_edit": [],
    "kms:desk": [],
    "kms:my_data": [],
    "kms:my_data_export": [],
    "mfa_index": [],
    "mfa_view_recovery_codes": [],
    "notifications:notification_list": [],
    "notifications:watch_list": [],
    "notifications:watch_create": [],
    "notifications:preferences": [],
    "community:thread_unread": [],
}
# Pages that need an action of the table and are about no record of their own.
ACTION_PAGES = {
    "members:audit_list": ([], Action.READ_AUDIT),
    "members:audit_export": (["csv"], Action.READ_AUDIT),
    "kms:release_list": ([], Action.RELEASE),
    "kms:seat_board": ([], Action.MANAGE_ACCOUNTS),
    "kms:seat_export": (["csv"], Action.MANAGE_ACCOUNTS),
    "kms:invitation_list": ([], Action.INVITE_COLLEAGUES),
    "kms:invitation_create": ([], Action.INVITE_COLLEAGUES),
    "kms:invitation_import": ([], Action.INVITE_TO_SEAT),
    "kms:invitation_blank": ([], Action.INVITE_TO_SEAT),
    "moderation:proposal_queue": ([], Action.REVIEW),
    "moderation:flag_queue": ([], Action.MODERATE),
    "moderation:proposal_list": ([], Action.DRAFT_PROPOSAL),
    "moderation:proposal_create event": (["event"], Action.DRAFT_PROPOSAL),
    "moderation:proposal_create instrument": (["instrument"], Action.DRAFT_PROPOSAL),
    "moderation:proposal_create lesson": (["lesson"], Action.DRAFT_PROPOSAL),
    "moderation:proposal_create document": (["document"], Action.DRAFT_PROPOSAL),
    "community:draft_list": ([], Action.POST),
    "community:person_suggestions": ([], Action.POST),
}


@dataclass(frozen=True)
class Rule:
    """Who may do something with a thing of Brazil: past the gate, knowing of it, and with a right on it.

    Each is an action of the table or the names of those who do; None lets every member pass.
    """

    gate: object = None
    known: object = None
    needed: object = None
    owned: bool = True  # by Brazil; else by nobody

    def answer(self, name, done=200):
        role, _ = CAST[name]
        if role == Role.VISITOR:
            return "login"
        if self.gate and cell(self.gate, role) == Scope.NONE:
            return 403
        if not self._passes(self.known, name):
            return 404
        return done if self._passes(self.needed or self.gate, name) else 403

    def _passes(self, condition, name):
        if condition is None or isinstance(condition, set):
            return condition is None or name in condition
        role, states = CAST[name]
        reach = cell(condition, role)
        return reach == Scope.ANY or (reach == Scope.STATE and self.owned and BRAZIL in states)


INVITE, END = Action.INVITE_COLLEAGUES, Action.END_ACCESS
# Pages of one thing of Brazil's that is no labelled record.
RULES = {
    "kms:seat_detail": Rule(INVITE),
    "kms:seat_hand_over": Rule(Action.HAND_OVER_SEAT),
    "kms:access_end": Rule(END),
    "kms:mandate_end alternate": Rule(END),
    "kms:mandate_end focal-point": Rule(END, needed=Action.MANAGE_ACCOUNTS),
    "kms:mandate_end handed-over": Rule(END, needed=Action.HAND_OVER_SEAT),
    "kms:mandate_end handed-over-by-others": Rule(END, needed=Action.MANAGE_ACCOUNTS),
    "kms:invitation_detail expert": Rule(INVITE, known=INVITE),
    "kms:invitation_detail seat": Rule(INVITE, known=INVITE),
    "kms:invitation_detail partner": Rule(INVITE, known=INVITE, owned=False),
    "kms:invitation_revoke expert": Rule(INVITE, known=INVITE),
    "kms:invitation_revoke seat": Rule(INVITE, known=INVITE, needed=Action.INVITE_TO_SEAT),
    "kms:invitation_revoke successor": Rule(INVITE, known=INVITE, needed=Action.HAND_OVER_SEAT),
    "kms:invitation_revoke partner": Rule(INVITE, known=INVITE, owned=False),
    "members:photo": Rule(known=Action.READ_MANDATES),
    "community:post_flag": Rule(Action.POST),
    "moderation:flag_detail": Rule(known={"expert", "alternate", "secretariat", "administrator"}),
    "notifications:notification_open": Rule(known={"focal_point"}),
    "community:post_edit": Rule(Action.EDIT_POST, needed={"expert"}),
    "community:post_history": Rule(),
    "community:draft_delete": Rule(Action.POST, known={"expert"}),
}
# Links out of mails and other texts: what a visitor gets, what a member gets.
LINKS = {
    "unsubscribe": (200, 200),
    "unsubscribe unknown": (404, 404),
    "community:post_detail": (404, 302),  # of a post that members read
    "kms:invitation_accept": (200, 403),
    "kms:invitation_accept unknown": (404, 404),
    "kms:invitation_accept revoked": (410, 410),
}
# Pages of a proposal of Brazil's expert.
PROPOSAL_PAGES = {
    "moderation:proposal_detail": None,
    "moderation:proposal_document": None,
    "moderation:proposal_edit": Action.DRAFT_PROPOSAL,
    "moderation:proposal_withdraw": Action.DRAFT_PROPOSAL,
    "moderation:proposal_document_add": Action.DRAFT_PROPOSAL,
    "moderation:proposal_document_remove": Action.DRAFT_PROPOSAL,
}
LATE = {
    "moderation:proposal_edit": ("submitted", "accepted"),
    "moderation:proposal_withdraw": ("accepted", "withdrawn", "never-submitted"),
    "moderation:proposal_document_add": ("submitted", "accepted"),
    "moderation:proposal_document_remove": ("submitted", "accepted"),
}
STATUSES = ["draft", "submitted", "returned", "accepted", "withdrawn", "never-submitted"]
# What is only ever posted.
POST_ONLY = {
    "kms:mandate_confirm": [1],
    "training:chapter_mark_read": ["manual", 1, 1],
    "consultations:comment_note": [1],
    "consultations:comment_endorse": [1],
    "kms:invitation_resend": [uuid.UUID(int=1)],
    "moderation:proposal_submit": [uuid.UUID(int=1)],
    "moderation:proposal_accept": [uuid.UUID(int=1)],
    "moderation:proposal_return": [uuid.UUID(int=1)],
    "moderation:proposal_rebase": [uuid.UUID(int=1)],
    "moderation:flag_decide": ["post", 1],
    "community:thread_pin": ["x"],
    "community:thread_mark_read": [],
    "community:draft_save": [],
    "community:post_preview": [],
    "community:post_thanks": [1],
    "community:thread_lesson": ["x"],
}
# allauth's own: what a visitor gets, what a member gets. A text is where the answer leads.
ALLAUTH_PAGES = {
    "account_login": ([], 200, "/en/desk/"),
    "account_logout": ([], "/en/", 200),
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


@pytest.fixture(scope="module")
def sessions(written_cast, django_db_blocker):
    """{name: the session of each of the cast}; the visitor has none."""
    with django_db_blocker.unblock():
        brazil, yesterday = written_cast["expert"].state, today() - datetime.timedelta(days=1)
        ended = make_mandate(person=make_user(state=brazil), until=yesterday).person
        deactivated = make_mandate(person=make_user(state=brazil), role="alternate").person
        people = {**written_cast, "ended_mandate": ended, "deactivated": deactivated}
        found = {name: log_in(user).cookies["session"].value for name, user in people.items()}
        deactivated.is_active = False
        deactivated.save()
        return {"visitor": None, **found}


@pytest.fixture
def clients(sessions, db):
    """{name: a client} of the whole cast."""
    found = {name: Client() for name in CAST}
    for name, client in found.items():
        if sessions[name]:
            client.cookies["session"] = sessions[name]
    return found


@pytest.fixture
def authors(request):
    return {name: request.getfixturevalue(name) for name in ("partner", "expert", "focal_point")}


def marker(variant):
    """A text that stands in the record and nowhere else."""
    return f"Zx {variant} zx"


OF_SECRETARIAT = {"forum": (make_forum, "name"), "publication": (make_publication, "title")}


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
    if kind == "need":
        return make_need(need=marker(variant), event=make_event(slug=variant, host_state=brazil), **fields)
    if kind == "lesson":
        return make_lesson(slug=variant, title=marker(variant), state=brazil, **fields)
    if kind == "activity":
        return make_activity(slug=variant, title=marker(variant), host_state=brazil, **fields)
    if kind in OF_SECRETARIAT:
        make, name = OF_SECRETARIAT[kind]
        return make(slug=variant, **{name: marker(variant)}, **fields)
    if kind == "thread":
        named = fields.pop("named_states")
        forum = Forum.objects.filter(slug="open").first() or make_forum(slug="open", label=Label.CLEAR)
        thread = Thread.objects.create(
            forum=forum, slug=variant, title=marker(variant), state=brazil, last_number=1, **fields
        )
        thread.named_states.set(named)
        return thread
    instrument = make_instrument(
        slug=variant, original_title=marker(variant), title=marker(variant), state=brazil, **fields
    )
    make_treaty_action(instrument=instrument, state=brazil)
    return instrument


def address_of(name, record):
    """The address of a page about a record; None is a record that there is not."""
    name, _, kind = name.partition(" ")
    if kind:
        return reverse(name, args=[kind, record.pk if record else 10**6])
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
    return 200 if _may(name, action, reach, owned, its_own=RECORDS[variant][3] == name) else 403


def _may(name, action, reach, owned, *, its_own):
    """Whether somebody who may know of a record may do something with it."""
    speaks = owned and BRAZIL in CAST[name][1]
    if action == Action.RELEASE:  # the owner's word, and Brazil's seat is filled
        return speaks or (reach == Scope.ANY and not owned)
    if action == Action.DRAFT_PROPOSAL:  # changes are written by the owner's people
        return owned and WRITES_FOR.get(name) == BRAZIL
    return reach == Scope.ANY or speaks or its_own


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
    text = '"account": {' if address.endswith(".json") else "<h1"
    answers = {name: answer_of(client.get(address), address, text) for name, client in clients.items()}
    assert answers == {
        name: ("login", False) if role == Role.VISITOR else (200, True) for name, (role, _) in CAST.items()
    }


@pytest.mark.parametrize("address_name", ACTION_PAGES)
def test_page_with_an_action_answers_each_role_as_the_table_says(address_name, clients):
    arguments, action = ACTION_PAGES[address_name]
    address = reverse(address_name.split()[0], args=arguments)
    answers = {name: answer_of(client.get(address), address, "")[0] for name, client in clients.items()}
    assert answers == {
        name: "login" if role == Role.VISITOR else 403 if cell(action, role) == Scope.NONE else 200
        for name, (role, _) in CAST.items()
    }


@dataclass
class Brazil:
    """Brazil with its people; the methods make what RULES and LINKS ask for and give the arguments of its address."""

    state: object
    people: dict

    def arguments(self, name):
        page, _, about = name.partition(" ")
        makers = {"kms:invitation_accept": self.link, "kms:access_end": self.access}
        made = makers.get(page, getattr(self, page.split(":")[-1].split("_")[0]))(about)
        return made if isinstance(made, list) else [made]

    def address(self, name):
        return reverse(name.split()[0], args=self.arguments(name))

    def seat(self, about):
        return self.state.slug

    def access(self, about):
        return [self.state.slug, self.people["expert"].pk]

    def mandate(self, about):
        if about.startswith("handed-over"):
            return self.handed_over(by=make_user(is_staff=True) if about.endswith("by-others") else None).pk
        return self.people[about.replace("-", "_") or "focal_point"].mandates.get().pk

    def handed_over(self, *, by):
        """The mandate to come of whom the Focal Point, or somebody else, gave the seat to."""
        holder, later = self.people["focal_point"], make_user(state=self.state)
        if there := Mandate.objects.of_seat(self.state).to_come().first():
            return there
        day = today() + datetime.timedelta(days=9)
        return seats.hand_over(holder.mandates.get(), taker=later, first_day=day, text="Note 7", by=by or holder)

    def invitation(self, about):
        """By its UUID, for those who send it; by the secret of its link, for whom it is sent to."""
        fields = {"sent": datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=9)}
        if about == "partner":
            return make_invitation(role="partner", **fields).uuid
        if about in ("seat", "successor"):
            succeeds = self.people["focal_point"].mandates.get() if about == "successor" else None
            return make_invitation(role="focal_point", state=self.state, succeeds=succeeds, **fields).uuid
        return make_invitation(role="expert", state=self.state, **fields).uuid

    def link(self, about):
        revoked = datetime.datetime.now(datetime.UTC) if about == "revoked" else None
        made = make_invitation(role="expert", state=self.state, revoked=revoked)
        return "no-such-link" if about == "unknown" else made.token

    def photo(self, about):
        person, picture = self.people["focal_point"], io.BytesIO()
        Image.new("RGB", (9, 9)).save(picture, "JPEG")
        person.photo.save("me.jpg", ContentFile(picture.getvalue()))
        return person.photo.name.rsplit("/", 1)[-1]

    def notification(self, about):
        person = self.people["focal_point"]
        notify(to=[person], kind="record_changed", subject=("event", make_event().pk))
        return Notification.objects.visible_to(person).get().pk

    def post(self, about):
        """Of its expert, in a forum that all members read."""
        return make_thread(by=self.people["expert"]).posts.get().pk

    def flag(self, about):
        """That post, about which its author was written to, and which the alternate reports."""
        key, by = self.post(about), make_user(is_staff=True)
        decide(kind="post", key=key, name="warned", note="Please.", by=by)
        report(subject=("post", key), label=Label.GREEN, category="spam", text="", by=self.people["alternate"])
        return ["post", key]

    def draft(self, about):
        return keep_draft(by=self.people["expert"], forum=make_forum(), text="Words").pk

    def unsubscribe(self, about):
        return "no-such-link" if about else unsubscribe_token(self.people["focal_point"], ["watched"])


@pytest.fixture
def of_brazil(brazil, expert, alternate, focal_point):
    return Brazil(brazil, {"expert": expert, "alternate": alternate, "focal_point": focal_point})


@pytest.mark.parametrize("name", RULES)
def test_page_of_a_thing_of_brazil_answers_each_role_as_the_table_says(name, clients, of_brazil):
    address = of_brazil.address(name)
    done = 302 if name == "notifications:notification_open" else 200  # on to the record
    answers = {person: answer_of(client.get(address), address, "")[0] for person, client in clients.items()}
    assert answers == {person: RULES[name].answer(person, done) for person in CAST}


@pytest.mark.parametrize("name", LINKS)
def test_link_of_a_mail_answers_whoever_has_it(name, clients, of_brazil):
    address = of_brazil.address(name)
    answers = {person: client.get(address).status_code for person, client in clients.items()}
    for_visitors, for_members = LINKS[name]
    assert answers == {
        person: for_visitors if role == Role.VISITOR else for_members for person, (role, _) in CAST.items()
    }


def proposal_of(status, *, expert, focal_point, secretariat, label=Label.CLEAR):
    """A proposal of Brazil's expert with a file, in a status."""
    proposal = draft_of(expert, name_en=marker(status))
    document = make_document(
        title="File", content=marker(status).encode(), state=expert.state, author=expert, publication=DRAFT, label=label
    )
    proposal.documents.add(document)
    if status not in ("draft", "never-submitted"):
        submitted(proposal, focal_point)
    if status == "returned":
        returned(proposal, secretariat)
    if status == "accepted":
        accepted(proposal, secretariat)
    if status in ("withdrawn", "never-submitted"):
        actions.withdraw(proposal=proposal, by=focal_point)
    return proposal, document


def address_about(page, proposal, document):
    """The address of a page about a proposal, or about a file of it."""
    of_file = page in ("moderation:proposal_document", "moderation:proposal_document_remove")
    return reverse(page, args=[proposal.uuid, document.uuid] if of_file else [proposal.uuid])


def knows_proposal(name, status):
    """Whether somebody who takes part in proposals may know of the one of Brazil's expert."""
    role, states = CAST[name]
    if cell(Action.REVIEW, role) == Scope.ANY:
        return status not in ("draft", "never-submitted")
    return name == "expert" or BRAZIL in states


def expected_of_proposal(name, status, page, action):
    role, _ = CAST[name]
    if role == Role.VISITOR:
        return "login"
    takes_part = [action] if action else [Action.DRAFT_PROPOSAL, Action.REVIEW]
    if all(cell(one, role) == Scope.NONE for one in takes_part):
        return 403
    if not knows_proposal(name, status):
        return 404
    if page == "moderation:proposal_withdraw" and name == "expert" and status not in ("draft", "never-submitted"):
        return 403  # what was submitted for a State is taken back by who speaks for it
    if status in LATE.get(page, ()):
        return 302  # to the proposal, which says why
    return 200


@pytest.mark.parametrize("page", PROPOSAL_PAGES)
def test_page_of_a_proposal_answers_each_role_as_the_table_says(page, clients, expert, focal_point, secretariat):
    answers, wanted = {}, {}
    for status in STATUSES:
        made = proposal_of(status, expert=expert, focal_point=focal_point, secretariat=secretariat)
        address = address_about(page, *made)
        for name, client in clients.items():
            answers[name, status] = answer_of(client.get(address), address, "")[0]
            wanted[name, status] = expected_of_proposal(name, status, page, PROPOSAL_PAGES[page])
    assert answers == wanted


@pytest.mark.parametrize("label", [Label.GREEN, Label.AMBER, Label.RED])
def test_file_of_a_proposal_is_not_given_to_experts_beyond_their_label(label, clients, focal_point, secretariat):
    """The State's mandate-holders and the reviewers read it; it is not the expert's own."""
    proposal, document = proposal_of("submitted", expert=focal_point, focal_point=focal_point, secretariat=secretariat,
                                     label=label)  # fmt: skip
    address = address_about("moderation:proposal_document", proposal, document)
    answers = {name: answer_of(client.get(address), address, marker("submitted")) for name, client in clients.items()}
    readers = {"alternate", "focal_point", "secretariat", "administrator"}
    refused = {name: {"visitor": "login", "deactivated": "login", "partner": 403}.get(name, 404) for name in CAST}
    assert answers == {name: (200, True) if name in readers else (refused[name], False) for name in CAST}


@pytest.mark.one_database
@pytest.mark.parametrize("name", POST_ONLY)
def test_what_is_only_posted_is_opened_by_nobody(name, clients):
    address = reverse(name, args=POST_ONLY[name])
    assert {person: client.get(address).status_code for person, client in clients.items()} == dict.fromkeys(CAST, 405)


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


TABLES = [
    RECORD_PAGES, OPEN_PAGES, MEMBERS_PAGES, ACTION_PAGES, RULES, LINKS, PROPOSAL_PAGES, POST_ONLY, ALLAUTH_PAGES,
    REDIRECTS, MANUAL_READ, MANUAL_WRITE, CONSULTATION_READ, CONSULTATION_MEMBERS, CONSULTATION_ACTS, COMMENT_PAGES,
]  # fmt: skip


def named(*tables):
    """The names of the addresses in these tables."""
    return {name.split()[0] for table in tables for name in table}


def test_every_address_of_the_portal_is_in_the_matrix():
    """A new page is entered above, with arguments of its address, or this fails."""
    asked = named(*TABLES)
    there = {name for name, _, _ in addresses(get_resolver()) if not name.startswith("admin:")}
    assert there - asked == set(), f"Not in the matrix of tests/test_access_http.py: {sorted(there - asked)}"
    assert asked - there == set(), f"In the matrix, but gone from the URLconf: {sorted(asked - there)}"


def test_every_page_with_an_action_of_the_table_is_asked_with_that_action():
    views = {name: getattr(view, "access", None) for name, _, view in addresses(get_resolver())}
    needed = {name: access for name, access in views.items() if isinstance(access, Action)}
    asked = {name.split()[0]: action for name, (_, _, action) in RECORD_PAGES.items()}
    asked |= {name.split()[0]: action for name, (_, action) in ACTION_PAGES.items()}
    asked |= {name.split()[0]: rule.gate for name, rule in RULES.items()} | PROPOSAL_PAGES
    asked |= dict.fromkeys(MANUAL_WRITE, WRITE) | COMMENT_PAGES
    asked |= {name: action for name, (_, _, action) in CONSULTATION_ACTS.items()}
    asked |= dict.fromkeys(CONSULTATION_MEMBERS)
    assert {name: action for name, action in asked.items() if action} == {
        name: action for name, action in needed.items() if name not in POST_ONLY
    }
    members = {name for name, access in views.items() if access == "signed_in"} - set(POST_ONLY)
    assert {name for name, action in asked.items() if action is None} & members | set(MEMBERS_PAGES) == members
    assert {name for name, access in views.items() if access == "public"} == named(
        OPEN_PAGES, LINKS, REDIRECTS, MANUAL_READ, CONSULTATION_READ
    ) | {name for name, (_, _, action) in RECORD_PAGES.items() if action is None}


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
    proposals = (len(PROPOSAL_PAGES) * len(STATUSES) + 3) * len(CAST)
    elsewhere = [
        RECORD_PAGES, PROPOSAL_PAGES, MANUAL_READ, MANUAL_WRITE, CONSULTATION_READ, CONSULTATION_MEMBERS,
        CONSULTATION_ACTS, COMMENT_PAGES,
    ]  # fmt: skip
    pages = sum(map(len, [*TABLES])) - sum(map(len, elsewhere))
    the_admin = (len(NOT_STAFF) * len(list(admin_addresses())), len(CURATED) * 4)
    sys.stdout.write(
        f"GET: {records} of records, {proposals} of proposals, {pages * len(CAST)} of pages; {the_admin}\n"
    )
    assert (records, proposals, pages * len(CAST)) == (4180, 390, 1430)
    assert the_admin == (1424, 60)
