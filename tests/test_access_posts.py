"""Every address that takes a form × every role: who may gets it done, nobody else writes a row.

Each post is as good as somebody who may would send it, and is undone before the next one of the cast sends the same.
"""

import datetime
import sys
import uuid
from dataclasses import dataclass, field

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from core.labels import Label
from events.models import MajorEvent
from kms import invitation_file
from members.access import Action, Role
from members.models import User
from notifications.actions import watch
from notifications.kinds import Group
from notifications.models import Watch
from notifications.paging import number_of
from reference.querysets import today
from tests.factories import (
    PASSWORD,
    make_activity,
    make_event,
    make_forum,
    make_organisation,
    make_post,
    make_state,
    make_thread,
    make_user,
)
from tests.files import pdf
from tests.proposing import EVENT, change_of, now, submitted
from tests.test_access_http import (
    ALLAUTH_PAGES,
    BRAZIL,
    CAST,
    NOT_STAFF,
    RULES,
    WRITES_FOR,
    Rule,
    address_about,
    admin_addresses,
    answer_of,
    clients,  # noqa: F401 - fixtures
    of_brazil,  # noqa: F401
    proposal_of,
    sessions,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_cast")]
DAY = datetime.timedelta(days=1)
OUR_APPS = {
    "reference", "members", "documents", "notifications", "moderation", "events", "legislation", "programme",
    "training", "consultations", "community", "auth", "account", "mfa",
}  # fmt: skip
OURS, SPEAKERS = {"expert", "alternate", "focal_point"}, {"alternate", "focal_point"}
REVIEWERS = {"secretariat", "administrator"}
PROFILE = {
    "name": "Rosa Holder", "office": "Ministry", "name_shown_to": "members", "photo_shown_to": "counterparts",
    "contact_shown_to": "secretariat",
}  # fmt: skip
INVITED = {"name": "Ana Invited", "email": "ana@example.org", "language": "en"}


def rows():
    """All rows but those of the log, which keeps what was refused too, and of histories."""
    models = apps.get_models(include_auto_created=True)
    ours = [model for model in models if model._meta.app_label in OUR_APPS]
    # allauth notes down the address of whomever it looks up.
    left_out = {"AuditEntry", "EmailAddress"}
    kept = [model for model in ours if "Historical" not in model.__name__ and model.__name__ not in left_out]
    with connection.cursor() as cursor:
        return {model: rows_of(cursor, model._meta.db_table) for model in kept}


def rows_of(cursor, table):
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return sorted(map(repr, cursor.fetchall()))


@dataclass(frozen=True)
class Post:
    """What is posted where: `arrange(brazil)` gives the address and the body, or a function of the poster for it."""

    rule: Rule
    arrange: object
    done: int = 302
    besides: dict = field(default_factory=dict)  # whom the rule does not describe, with the answer
    writes: object = None  # who writes, where not everybody does who gets it done

    def answer(self, name):
        answer = self.besides.get(name) or self.rule.answer(name, self.done)
        writes = answer == self.done and name not in self.besides
        return answer, name in self.writes if self.writes is not None else writes


def plain(name, body=None, *arguments, query=""):
    """A post to an address without a record."""
    return lambda brazil: (reverse(name, args=arguments) + query, body or {})


def thing(name, body=None):
    """A post to a thing of Brazil's of RULES."""
    return lambda brazil: (brazil.address(name), body(brazil) if callable(body) else body or {})


def until_now(brazil):
    brazil.arguments("notifications:notification_open")
    return reverse("notifications:notification_list"), {"until": number_of(datetime.datetime.now(datetime.UTC))}


def watching(brazil):
    event = make_event(label=Label.AMBER)
    return reverse("notifications:watch_list"), {"subject_kind": "event", "subject_key": event.pk, "level": "watching"}


def stopping(brazil):
    watch(brazil.people["focal_point"], ("event", make_event().pk))
    return reverse("notifications:watch_list"), {"stop": Watch.objects.get().pk}


def relevelling(brazil):
    watch(brazil.people["focal_point"], ("event", make_event().pk))
    return reverse("notifications:watch_list"), {"change": f"{Watch.objects.get().pk} muted"}


def combining(brazil):
    return reverse("notifications:watch_create"), {"state": brazil.state.pk, "only": "event", "level": "watching"}


def hand_over(brazil):
    day = (today() + DAY).isoformat()
    return {"taker": brazil.people["expert"].pk, "first_day": day, "note_text": "Note 7", "note_label": "3",
            "key": str(uuid.uuid4())}  # fmt: skip


def confirming(brazil):
    return reverse("kms:mandate_confirm", args=[brazil.people["focal_point"].mandates.get().pk]), {}


def inviting(role):
    def arrange(brazil):
        state = make_state(iso3="CHL") if role == "focal_point" else brazil.state
        whose = {"organisation": make_organisation().pk} if role == "partner" else {"state": state.pk}
        body = INVITED | whose | {"key": str(uuid.uuid4()), "note_text": "Note 7", "note_label": "3"}
        return f"{reverse('kms:invitation_create')}?role={role}", body

    return arrange


def resending(about):
    return lambda brazil: (
        reverse("kms:invitation_resend", args=brazil.arguments(f"kms:invitation_resend {about}")),
        {},
    )


def file_of_invitations():
    return f"role,state,name,email\nexpert,{BRAZIL},Ana Invited,ana@example.org\n".encode()


def looking_at_file(brazil):
    return reverse("kms:invitation_import"), lambda user: {"file": SimpleUploadedFile("a.csv", file_of_invitations())}


def sending_file(brazil):
    """The rows as the page of the preview gives them back, signed for whoever looked at them."""
    rows_of_file = invitation_file.read_rows(file_of_invitations())
    return reverse("kms:invitation_import"), lambda user: {
        "rows": invitation_file.packed(rows_of_file, batch=uuid.uuid4(), by=user or User.objects.first())
    }


def accepting_invitation(brazil):
    return brazil.address("kms:invitation_accept"), {
        "name": "Ana", "language": "en", "password": "a long way to Lima", "again": "a long way to Lima",
    }  # fmt: skip


def releasing(kind):
    def arrange(brazil):
        fields = {"host_state": brazil.state, "label": Label.AMBER}
        record = make_event(**fields) if kind == "event" else make_activity(**fields)
        return reverse("kms:release_detail", args=[kind, record.pk]), {"label": "0", "seen": "2", "until": ""}

    return arrange


def proposing(act, status="draft", /, **body):
    """A post about a proposal of Brazil's expert in a status."""

    def arrange(brazil):
        reviewer = make_user(is_staff=True)
        people = {"expert": brazil.people["expert"], "focal_point": brazil.people["focal_point"]}
        proposal, document = proposal_of(status, secretariat=reviewer, **people)
        version = {"version": now(proposal).version}
        return address_about(f"moderation:proposal_{act}", proposal, document), {**body, **version}

    return arrange


def adding_file(brazil):
    address, _ = proposing("document_add")(brazil)
    body = {"title": "Plan", "language": "en", "label": "0"}
    return address, lambda user: {**body, "file": SimpleUploadedFile("plan.pdf", pdf())}


def rebasing(status):
    def arrange(brazil):
        event = make_event(host_state=brazil.state)
        proposal = change_of(event, brazil.people["expert"], **{k: text for k, text in EVENT.items() if k != "kind"})
        if status == "submitted":
            submitted(proposal, brazil.people["focal_point"])
        MajorEvent.objects.get(pk=event.pk).save()
        return reverse("moderation:proposal_rebase", args=[proposal.uuid]), {}

    return arrange


def changing(brazil):
    event = make_event(host_state=brazil.state)
    return reverse("moderation:proposal_change", args=["event", event.pk]), {}


class Anybody:
    """The rule of a link out of a mail."""

    def __init__(self, for_visitors, for_members):
        self.answers = for_visitors, for_members

    def answer(self, name, done):
        return self.answers[CAST[name][0] != Role.VISITOR]


def moderating(act, query="", **body):
    """A moderator's act on a conversation of Brazil's expert, in a forum that all members read."""

    def arrange(brazil):
        thread = make_thread(by=brazil.people["expert"], title="Zx talk")
        make_post(thread=thread, by=brazil.people["alternate"])
        other = make_thread(forum=thread.forum, by=brazil.people["alternate"], title="Zx target")
        make_forum(slug="zx-other")
        return reverse(f"community:thread_{act}", args=[thread.slug]) + query.format(into=other.slug), body

    return arrange


def deciding(brazil):
    return reverse("moderation:flag_decide", args=brazil.flag("")), {"act": "kept", "note": "", "version": 1}


def deciding_on_several(brazil):
    kind, key = brazil.flag("")
    return reverse("moderation:flag_queue"), {
        "picked": [f"{kind}-{key}"],
        f"version-{kind}-{key}": 1,
        "act": "hidden",
        "note": "No.",
    }


def thanking(brazil):
    return reverse("community:post_thanks", args=[brazil.post("")]), {"on": "1"}


def talking(name, place="thread", body=None):
    """A post about a conversation of Brazil's expert, or about its forum, which all members read."""

    def arrange(brazil):
        thread = make_thread(by=brazil.people["expert"], title="Zx talk")
        slugs = {"thread": thread.slug, "forum": thread.forum.slug}
        return reverse(name, args=[slugs[place]] if place else []), {**slugs, **(body or {})}

    return arrange


MEMBERS = {name for name, (role, _) in CAST.items() if role != Role.VISITOR}
INVITE, DRAFT = Action.INVITE_COLLEAGUES, Action.DRAFT_PROPOSAL
WRITERS, WRITE_FOR_BRAZIL = set(WRITES_FOR), {name for name, state in WRITES_FOR.items() if state == BRAZIL}
NOT_PARTNERS = {"partner": 403}
MODERATE = Rule(Action.MODERATE)


def written(rule, arrange, **more):
    """A Post with words of one's own: who is not logged in gets them back, with the way to the log-in."""
    return Post(rule, arrange, besides={"visitor": 403, "deactivated": 403}, **more)


POSTS = {
    "community:post_flag": Post(
        Rule(Action.POST), thing("community:post_flag", {"category": "spam", "text": ""}), besides={"expert": 200}
    ),
    "community:thread_create": written(
        Rule(Action.POST), talking("community:thread_create", "forum", {"title": "Zx", "text": "Words", "label": "1"})
    ),
    "community:post_create": written(Rule(Action.POST), talking("community:post_create", body={"text": "Words"})),
    "community:post_edit": written(
        Rule(Action.EDIT_POST, needed={"expert"}), thing("community:post_edit", {"text": "Other", "version": "1"})
    ),
    "community:post_thanks": Post(Rule(), thanking, besides={"expert": 403}),  # it is the expert's own
    "community:draft_save": written(
        Rule(Action.POST), talking("community:draft_save", None, {"text": "Words"}), done=200
    ),
    "community:post_preview": written(
        Rule(Action.POST), talking("community:post_preview", None, {"text": "Words"}), done=200, writes=set()
    ),
    "community:draft_delete": Post(Rule(Action.POST, known={"expert"}), thing("community:draft_delete")),
    "community:thread_mark_read": Post(
        Rule(), talking("community:thread_mark_read", None), writes=MEMBERS - {"expert"}
    ),
    "community:thread_lesson": Post(Rule(DRAFT, needed=WRITERS), talking("community:thread_lesson")),
    "moderation:flag_queue": Post(MODERATE, deciding_on_several),
    "moderation:flag_decide": Post(MODERATE, deciding),
    "community:thread_pin": Post(MODERATE, moderating("pin", on="1")),
    "community:thread_lock": Post(MODERATE, moderating("lock", note="Enough.")),
    "community:thread_hide": Post(MODERATE, moderating("hide", note="No.")),
    "community:thread_rename": written(
        MODERATE, moderating("rename", title="Gates", note="Clearer.")
    ),
    "community:thread_label": Post(MODERATE, moderating("label", "?label=2", note="Names.")),
    "community:thread_move": Post(MODERATE, moderating("move", "?forum=zx-other", note="Its place.")),
    "community:thread_merge": Post(MODERATE, moderating("merge", "?into={into}", note="The same.")),
    "community:thread_split": written(
        MODERATE, moderating("split", posts=["2"], title="Apart", note="Another.")
    ),
    "members:preferences": Post(Rule(), plain("members:preferences", {"language": "es", "time_zone": "America/Lima"})),
    "members:profile_edit": Post(Rule(), plain("members:profile_edit", PROFILE)),
    "members:account_close": Post(
        Rule(),
        plain("members:account_close", {"password": PASSWORD, "understood": "on"}),
        besides={"administrator": 200},  # the last one
    ),
    "mfa_view_recovery_codes": Post(Rule(), plain("mfa_view_recovery_codes"), done=200, writes=set()),
    "notifications:notification_list": Post(Rule(), until_now, writes={"focal_point"}),
    "notifications:notification_open": Post(
        RULES["notifications:notification_open"], thing("notifications:notification_open")
    ),
    "notifications:watch_list watch": Post(Rule(known=Action.READ_AMBER), watching),
    "notifications:watch_list stop": Post(Rule(), stopping, writes={"focal_point"}),
    "notifications:watch_list change": Post(Rule(), relevelling, writes={"focal_point"}),
    "notifications:watch_create": Post(Rule(), combining),
    "notifications:preferences": Post(
        Rule(), plain("notifications:preferences", dict.fromkeys(Group, "never"))
    ),
    "unsubscribe": Post(Anybody(200, 200), thing("unsubscribe"), done=200),
    "unsubscribe unknown": Post(Anybody(404, 404), thing("unsubscribe unknown")),
    "kms:invitation_accept": Post(Anybody(302, 403), accepting_invitation),
    "kms:invitation_accept unknown": Post(Anybody(404, 404), thing("kms:invitation_accept unknown")),
    "kms:invitation_accept revoked": Post(Anybody(410, 410), thing("kms:invitation_accept revoked")),
    "kms:seat_hand_over": Post(RULES["kms:seat_hand_over"], thing("kms:seat_hand_over", hand_over)),
    "kms:access_end": Post(RULES["kms:access_end"], thing("kms:access_end")),
    **{
        f"kms:mandate_end {who}": Post(
            RULES[f"kms:mandate_end {who}"],
            thing(f"kms:mandate_end {who}", {"last_day": today().isoformat()}),
        )
        for who in ("alternate", "focal-point", "handed-over", "handed-over-by-others")
    },
    "kms:mandate_confirm": Post(Rule(known=Action.READ_MANDATES, needed={"focal_point"}), confirming),
    "kms:invitation_create expert": Post(Rule(INVITE), inviting("expert"), besides={"other_focal_point": 200}),
    "kms:invitation_create alternate": Post(Rule(INVITE), inviting("alternate"), besides={"other_focal_point": 200}),
    "kms:invitation_create seat": Post(Rule(INVITE, needed=Action.INVITE_TO_SEAT), inviting("focal_point")),
    "kms:invitation_create partner": Post(Rule(INVITE, needed=Action.INVITE_TO_SEAT), inviting("partner")),
    "kms:invitation_import look": Post(Rule(Action.INVITE_TO_SEAT), looking_at_file, done=200, writes=set()),
    "kms:invitation_import send": Post(Rule(Action.INVITE_TO_SEAT), sending_file),
    **{
        f"kms:invitation_resend {about}": Post(RULES[f"kms:invitation_revoke {about}"], resending(about))
        for about in ("expert", "seat", "successor", "partner")
    },
    **{
        f"kms:invitation_revoke {about}": Post(
            RULES[f"kms:invitation_revoke {about}"], thing(f"kms:invitation_revoke {about}")
        )
        for about in ("expert", "seat", "successor", "partner")
    },
    "kms:release_detail event": Post(Rule(Action.RELEASE, needed={"focal_point"}), releasing("event")),
    "kms:release_detail activity": Post(Rule(Action.RELEASE, needed=REVIEWERS), releasing("activity")),
    "moderation:proposal_create": Post(
        Rule(DRAFT, needed=WRITERS), plain("moderation:proposal_create", EVENT, "event")
    ),
    "moderation:proposal_create submit": Post(
        Rule(DRAFT, needed={*SPEAKERS, "other_focal_point"}),
        plain("moderation:proposal_create", EVENT | {"do": "submit"}, "event"),
    ),
    "moderation:proposal_change": Post(Rule(DRAFT, needed=WRITE_FOR_BRAZIL), changing),
    "moderation:proposal_edit": Post(Rule(DRAFT, known=OURS, needed=OURS), proposing("edit", **EVENT)),
    "moderation:proposal_edit submit": Post(
        Rule(DRAFT, known=OURS, needed=SPEAKERS), proposing("edit", **EVENT | {"do": "submit"})
    ),
    "moderation:proposal_submit": Post(Rule(Action.PROPOSE, known=SPEAKERS), proposing("submit")),
    "moderation:proposal_withdraw draft": Post(Rule(DRAFT, known=OURS, needed=OURS), proposing("withdraw")),
    "moderation:proposal_withdraw submitted": Post(
        Rule(DRAFT, known=OURS, needed=SPEAKERS), proposing("withdraw", "submitted")
    ),
    "moderation:proposal_accept": Post(Rule(Action.REVIEW), proposing("accept", "submitted")),
    "moderation:proposal_accept draft": Post(Rule(Action.REVIEW, known=set()), proposing("accept")),
    "moderation:proposal_return": Post(Rule(Action.REVIEW), proposing("return", "submitted", reasons="The dates.")),
    "moderation:proposal_return draft": Post(Rule(Action.REVIEW, known=set()), proposing("return", reasons="No.")),
    "moderation:proposal_rebase draft": Post(Rule(known=OURS), rebasing("draft"), besides=NOT_PARTNERS),
    "moderation:proposal_rebase submitted": Post(
        Rule(known=OURS | REVIEWERS, needed=SPEAKERS | REVIEWERS), rebasing("submitted"), besides=NOT_PARTNERS
    ),
    "moderation:proposal_document_add": written(Rule(DRAFT, known=OURS, needed=OURS), adding_file),
    "moderation:proposal_document_remove": Post(
        Rule(DRAFT, known=OURS, needed=OURS), proposing("document_remove")
    ),
}  # fmt: skip


def owner_of(client):
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()


def posted_by_each(clients, address, body):  # noqa: F811
    """{name: (answer, whether a row was written)}; whatever one did is undone before the next one posts."""
    before, answers = rows(), {}
    for name, client in clients.items():
        with transaction.atomic():
            response = client.post(address, body(owner_of(client)) if callable(body) else body)
            has_written = rows() != before
            transaction.set_rollback(True)
        answers[name] = answer_of(response, address, "")[0], has_written
    return answers


@pytest.mark.parametrize("name", POSTS)
def test_post_is_done_for_whom_the_table_says_and_writes_nothing_for_others(name, clients, of_brazil):  # noqa: F811
    address, body = POSTS[name].arrange(of_brazil)
    answers = posted_by_each(clients, address, body)
    assert answers == {person: POSTS[name].answer(person) for person in CAST}


# allauth's own: what is posted, what a visitor and what a member gets, and to which of them something is written.
ALLAUTH_POSTS = {
    "account_login": ({"login": "partner@example.org", "password": "wrong"}, 200, 302),
    "account_logout": ({}, 302, 302),
    "account_signup": ({"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}, 200, 302),
    "account_inactive": ({}, 405, 405),
    "account_reauthenticate": ({"password": "wrong"}, "login", 200),
    "account_change_password": ({"oldpassword": "wrong", "password1": "a1", "password2": "a1"}, "login", 200),
    "account_reset_password": ({"email": "nobody@example.org"}, 302, 302),
    "account_reset_password_done": ({}, 405, 405),
    "account_reset_password_from_key": ({"password1": "a way to Lima", "password2": "a way to Lima"}, 200, 200),
    "account_reset_password_from_key_done": ({}, 405, 405),
    "usersessions_list": ({}, "login", 302),
    "mfa_authenticate": ({"code": "123456"}, 302, 302),
    "mfa_reauthenticate": ({"code": "123456"}, "login", 302),
    "mfa_reauthenticate_webauthn": ({"credential": "{}"}, "login", 302),
    "mfa_activate_totp": ({"code": "123456"}, "login", 302),
    "mfa_deactivate_totp": ({}, "login", 404),
    "mfa_generate_recovery_codes": ({}, "login", 302),
    "mfa_add_webauthn": ({"name": "Key", "credential": "{}"}, "login", 302),
    "mfa_remove_webauthn": ({}, "login", 302),
    "mfa_login_webauthn": ({"credential": "{}"}, 302, 302),
}


@pytest.mark.parametrize("name", ALLAUTH_POSTS)
def test_post_to_ones_account_writes_nothing_without_its_secret(name, clients):  # noqa: F811
    body, for_visitors, for_members = ALLAUTH_POSTS[name]
    address = reverse(name, args=ALLAUTH_PAGES[name][0])
    answers = posted_by_each(clients, address, body)
    wanted = {person: for_visitors if role == Role.VISITOR else for_members for person, (role, _) in CAST.items()}
    assert answers == {person: (answer, False) for person, answer in wanted.items()}


def test_every_page_of_allauth_is_posted_to():
    assert set(ALLAUTH_POSTS) == set(ALLAUTH_PAGES)


@pytest.mark.parametrize("name", NOT_STAFF)
def test_no_page_of_the_admin_takes_a_post_of_those_who_do_not_curate(name, clients):  # noqa: F811
    before = rows()
    answers = {path: clients[name].post(path, {"post": "yes", "name": "Zx"}) for _, path in admin_addresses()}
    assert {response["Location"].split("?")[0] for response in answers.values()} == {"/admin/login/"}
    assert rows() == before


def test_matrix_of_posts_is_as_large_as_it_says():
    cells = len(POSTS) * len(CAST), len(ALLAUTH_POSTS) * len(CAST), len(NOT_STAFF) * len(list(admin_addresses()))
    sys.stdout.write(f"POST: {cells[0]} of our pages, {cells[1]} of allauth's, {cells[2]} of the admin\n")
    assert cells == (750, 200, 1424)
