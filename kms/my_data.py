"""Everything that the portal holds about one person, gathered from every app for that person alone."""

import base64
import datetime
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from community.models import Draft, Forum, Post, PostVersion, ReadState, Thanks, ThreadStep
from consultations.models import Adoption, Answer, Comment, CommentNote, Consultation, Endorsement, Extension, Position
from core.text import split_list
from members.directory import SPOKEN
from members.models import AuditEntry, Invitation, Labelled, Mandate, User
from moderation.models import Decision, Flag, Proposal, ProposalStep
from notifications.kinds import KINDS, SUBJECTS
from notifications.models import Notification, Preference, Watch
from training.models import ChapterLoad, ChapterRead, Edition, ParagraphChange

SHOWN, BATCH = 10, 1000
VERBS = {"+": "added", "~": "changed", "-": "deleted"}
# What the page calls a field whose own name says little, and how it says a value that is kept as a code.
HEADS = {
    "history_date": _("from"),
    "is_active": _("may log in"),
    "is_staff": _("of the secretariat"),
    "is_superuser": _("administrator"),
    "date_joined": _("account since"),
    "last_login": _("last log-in"),
    "created_at": _("since"),
    "last_seen_at": _("last seen"),
    "last_used_at": _("last used"),
    "ip": _("network address"),
    "user_agent": _("browser"),
    "action_time": _("when"),
    "content_type": _("kind"),
    "object_id": _("number"),
    "action_flag": _("what"),
    "subject_kind": _("kind of record"),
    "subject_key": _("number"),
}
SAYINGS = {
    (User, "spoken_languages"): lambda codes: ", ".join(SPOKEN.get(code, code) for code in split_list(codes)),
    (Watch, "subject_kind"): lambda name: SUBJECTS[name].label if name in SUBJECTS else name,
    (Notification, "kind"): lambda name: KINDS[name].bare if name in KINDS else name,
}
ACCOUNT = (
    "email", "name", "state", "organisation", "is_active", "is_staff", "is_superuser", "date_joined", "last_login",
    "preferred_language", "time_zone", "office", "spoken_languages", "phone", "reach", "name_shown_to",
    "photo_shown_to", "contact_shown_to",
)  # fmt: skip
# Foreign keys to an account that no part below follows, and why.
LEFT_OUT = {
    "notifications.Notification.by": "the row is the news of those who were told; what I did is in my log",
    "community.Post_mentions.user": "the row is a part of what somebody else wrote; who is mentioned was told of it",
    "members.User_groups.user": "the group follows from the role, which the account says",
    "members.User_user_permissions.user": "nobody is given a permission beside those of the role",
}


@dataclass(frozen=True)
class Part:
    """The rows of a model that lead to a person, and the fields of them that say something of him.

    What is `only_in_file` means nothing to a reader, or is too long for a page.
    """

    name: str
    title: str
    model: type
    relation: str
    fields: tuple
    only_in_file: tuple = ()

    def rows(self, user):
        """The rows of that person, the latest first."""
        related = [name for name in self.fields if self.model._meta.get_field(name).many_to_one]
        return self.model._base_manager.filter(**{self.relation: user.pk}).select_related(*related).order_by("-pk")

    def readable(self, row):
        """The row with what the person may read of it."""
        return row


class Log(Part):
    """Also what others did to the account, such as failed sign-ins."""

    def rows(self, user):
        return AuditEntry.objects.of_account(user)


class Veiled(Part):
    """What somebody may no longer read of a row stays out: others may have written it since."""

    record, key, words = Proposal, "pk", {"title": "", "data": {}}  # words: what such a row says instead

    def rows(self, user):
        visible = self.record.objects.visible_to(user).filter(pk=OuterRef(self.key))
        return super().rows(user).annotate(is_readable=Exists(visible))

    def readable(self, row):
        if not row.is_readable:
            vars(row).update(self.words)
        return row


class Steps(Veiled):
    """The same of the steps of proposals, each of which holds the words of its day."""

    key, words = "proposal", {"reasons": "", "data": {}}


class Changes(Veiled):
    """The same of what was done to paragraphs."""

    record, key, words = Edition, "edition", {"before": "", "after": ""}


class Loads(Changes):
    """The same of texts that wait."""

    words = {"title": "", "filename": "", "blocks": []}


class Comments(Veiled):
    """The same of comments: whoever left a State no longer reads what is in its space."""

    record, words = Comment, {"text": "", "proposed": "", "rationale": ""}


class Notes(Veiled):
    """The same of notes on them."""

    record, words = CommentNote, {"text": ""}


class Told(Part):
    """Not what was decided on reports alone, of which an author does not learn."""

    def rows(self, user):
        return Decision.objects.told_to(user).order_by("-pk")


class Joined(Part):
    """Not those of which the person may no longer know."""

    def rows(self, user):
        return super().rows(user).filter(forum__in=Forum.objects.visible_to(user).order_by().values("pk"))


class Read(Part):
    """Not those of which the person may no longer know."""

    def rows(self, user):
        return super().rows(user).filter(chapter__edition__in=Edition.objects.visible_to(user).order_by().values("pk"))


PARTS = [
    Part("account_before", _("My account as it was before"), User.history.model, "id",
         ("history_date", "email", "name", "state", "organisation", "is_active", "is_staff", "is_superuser")),
    Part("mandates", _("Mandates"), Mandate, "person", ("state", "role", "since", "until", "note", "confirmed")),
    Part("invitations", _("How I was invited"), Invitation, "account",
         ("role", "email", "name", "created", "accepted")),
    Part("invitations_sent", _("Invitations I sent"), Invitation, "invited_by",
         ("role", "state", "organisation", "created", "accepted")),
    Part("addresses", _("Addresses I log in with"), EmailAddress, "user", ("email", "verified")),
    Part("second_factors", _("Second factors"), Authenticator, "user", ("type", "created_at", "last_used_at")),
    Part("sessions", _("Sessions"), UserSession, "user", ("created_at", "last_seen_at", "ip", "user_agent")),
    Log("log", _("What the log holds of me"), AuditEntry, "person", ("at", "kind", "address", "detail"),
        ("subject_kind", "subject_key")),
    Part("administration", _("What I did in the administration"), LogEntry, "user",
         ("action_time", "content_type", "object_id", "action_flag")),
    Part("watches", _("What I watch"), Watch, "person",
         ("subject_kind", "subject_key", "also", "level", "created")),
    Part("notifications", _("Notifications"), Notification, "person", ("created", "kind", "read"),
         ("subject_kind", "subject_key")),
    Part("preferences", _("How I am told by mail"), Preference, "person", ("group", "mail")),
    Veiled("proposals", _("Proposals I began"), Proposal, "author",
           ("title", "kind", "status", "created", "changed"), ("uuid", "record_key", "state", "data")),
    Veiled("proposals_submitted", _("Proposals I submitted"), Proposal, "submitter",
           ("title", "kind", "status", "submitted"), ("uuid", "record_key", "state")),
    Veiled("proposals_changed", _("Proposals I changed last"), Proposal, "changed_by",
           ("title", "kind", "status", "changed"), ("uuid", "record_key", "state")),
    Steps("proposal_steps", _("Steps I took with proposals"), ProposalStep, "by", ("at", "step", "reasons"),
          ("proposal_id", "data")),
    Part("posts", _("What I wrote in the community"), Post, "author", ("created", "status"),
         ("thread_id", "number", "text", "edited", "standing", "state", "organisation")),
    Part("posts_before", _("Posts of mine as they were before"), PostVersion, "by", ("replaced",),
         ("post_id", "text")),
    Part("thanks", _("Posts I thanked for"), Thanks, "person", ("created",), ("post_id",)),
    Part("drafts", _("What I began to write in the community"), Draft, "person", ("title", "changed"),
         ("forum_id", "thread_id", "text")),
    Part("read", _("How far I read conversations"), ReadState, "person", ("number",), ("thread_id",)),
    Joined("forums_joined", _("Forums in which I write as a participant"), Forum.participants.through, "user",
           ("forum",)),
    Part("threads_moderated", _("What I did to conversations as a moderator"), ThreadStep, "by", ("at", "kind"),
         ("thread_id", "detail")),
    Part("reports", _("What I reported to the moderators"), Flag, "by",
         ("created", "category", "text", "decision", "decided", "note"), ("subject_kind", "subject_key")),
    Part("reports_decided", _("Reports I decided on"), Flag, "decided_by",
         ("decided", "decision", "note"), ("subject_kind", "subject_key")),
    Told("decisions", _("What moderators decided about what I wrote"), Decision, "author", ("at", "act", "note"),
         ("subject_kind", "subject_key")),
    Part("decisions_made", _("What I decided as a moderator"), Decision, "by", ("at", "act", "note"),
         ("subject_kind", "subject_key")),
    Read("chapters_read", _("Chapters that I marked as read"), ChapterRead, "person", ("chapter", "at")),
    Changes("paragraphs_changed", _("What I wrote in the manual and the standards"), ParagraphChange, "by",
            ("at", "kind", "paragraph"), ("edition_id", "language", "before", "after")),
    Part("consultations", _("Consultations that I opened"), Consultation, "author", ("opens", "closes"), ("title",)),
    Part("extensions", _("Extensions that I gave"), Extension, "by", ("at", "state", "closes"), ("reason",)),
    Part("answers", _("Official answers that I gave for my State"), Answer, "by", ("at", "state", "kind")),
    Comments("comments", _("Comments on the manual that I wrote"), Comment, "author",
             ("created", "state", "status"), ("consultation_id", "text", "proposed", "rationale")),
    Comments("comments_submitted", _("Comments that I submitted for my State"), Comment, "submitted_by",
             ("submitted", "state", "serial"), ("consultation_id",)),
    Comments("comments_disposed", _("Comments that I disposed of"), Comment, "disposed_by",
             ("disposed", "state", "serial", "disposition"), ("consultation_id",)),
    Notes("comment_notes", _("Notes that I wrote on comments of my State"), CommentNote, "by", ("at",),
          ("comment_id", "text")),
    Part("endorsements", _("Comments of others that I endorsed for my State"), Endorsement, "by", ("at", "state"),
         ("comment_id",)),
    Part("positions", _("Positions that I took for my State"), Position, "by", ("at", "state", "kind"), ("text",)),
    Part("adoptions", _("Adoptions that I recorded for my State"), Adoption, "by", ("at", "state", "level"), ("text",)),
    Loads("texts_loaded", _("Texts that I loaded and did not confirm yet"), ChapterLoad, "by", ("title", "created"),
          ("edition_id", "language", "filename", "blocks")),
]  # fmt: skip


MYSELF = Part("account", _("Account and profile"), User, "pk", ACCOUNT)


@dataclass(frozen=True)
class Gathered:
    """One part as the page tells it: the first `rows`, each a list of (what it is called, text), of `total`."""

    name: str
    title: str
    rows: list
    total: int


def data_of(user):
    """[Gathered] of everything that the portal holds about a person; the account itself comes first."""
    return [*(_gathered(part, user) for part in (MYSELF, *PARTS)), _records(user), _changes(user)]


def file_of(user):
    """The same with nothing left out, as {name of the part: [entries]}."""
    parts = {part.name: [_entry(part, row) for row in _each(part.rows(user))] for part in (MYSELF, *PARTS)}
    return parts | {"records": _all_records(user), "changes": _all_changes(user)}


def photo_of(user):
    """A person's photo in Base64, or ""."""
    if not user.photo:
        return ""
    with user.photo.open("rb") as file:
        return base64.b64encode(file.read()).decode()


def _gathered(part, user):
    first, total = _first(part.rows(user))
    heads = [(name, HEADS.get(name) or part.model._meta.get_field(name).verbose_name) for name in part.fields]
    rows = [[(head, _shown(row, name)) for name, head in heads] for row in map(part.readable, first)]
    return Gathered(part.name, part.title, rows, total)


def _first(found):
    """(the first rows of a queryset, how many it has)."""
    first = list(found[: SHOWN + 1])
    return first[:SHOWN], found.count() if len(first) > SHOWN else len(first)


def _each(found):
    """The rows of a queryset, read in batches."""
    return found.iterator(chunk_size=BATCH)


def _entry(part, row):
    """A row as the file holds it."""
    return {name: _kept(part.readable(row), name) for name in (*part.fields, *part.only_in_file)}


def _kept(row, name):
    """A value as the file holds it."""
    value = getattr(row, name)
    return value if value is None or isinstance(value, (bool, int, dict, datetime.date)) else str(value)


def _shown(row, name):
    """The same as the page shows it."""
    saying, display = SAYINGS.get((type(row), name)), getattr(row, f"get_{name}_display", None)
    if saying:
        return saying(getattr(row, name))
    return _said(display() if display else getattr(row, name))


def _said(value):
    if isinstance(value, datetime.datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return date_format(value) if isinstance(value, datetime.date) else value


def records_of_people():
    """[(model, field)] of every foreign key by which a record names an account."""
    models = [model for model in apps.get_models() if issubclass(model, Labelled)]
    return [(model, field) for model in models for field in model._meta.fields if field.related_model is User]


def _mine(user):
    """[(model, field, rows)] of the records that I wrote or checked, the latest first."""
    return [
        (model, field, model._base_manager.filter(**{field.name: user}).order_by("-pk"))
        for model, field in records_of_people()
    ]


def _named(model, field, keys, user):
    """Records by key; with the title of those that I may know of today."""
    visible = _each(model.objects.visible_to(user).filter(pk__in=keys))
    titles = {record.pk: str(record) for record in visible}
    name = model._meta.model_name
    return [{"kind": name, "key": key, "as": field.name, "title": titles.get(key, "")} for key in keys]


def _records(user):
    entries, total = [], 0
    for model, field, mine in _mine(user):
        keys, n = _first(mine.values_list("pk", flat=True))
        entries, total = entries + _named(model, field, keys, user), total + n
    heads = {"kind": _("kind"), "key": _("number"), "title": _("title")}
    return Gathered("records", _("Records I wrote or checked"), _rows(entries, heads), total)


def _all_records(user):
    return [
        entry
        for model, field, mine in _mine(user)
        for entry in _named(model, field, mine.values_list("pk", flat=True), user)
    ]


def histories():
    """The tables that hold who changed what and when."""
    return [model for model in apps.get_models() if hasattr(model, "history_user")]


def _changed(model, user):
    """Of one such table what I changed and when; not what it said then, which may have been for others only."""
    rows = model.objects.filter(history_user=user).order_by("-history_date", "-history_id")
    return rows.values_list("id", "history_date", "history_type")


def _changes(user):
    entries, total = [], 0
    for model in histories():
        found, n = _first(_changed(model, user))
        entries, total = entries + _acts(model, found), total + n
    heads = {"at": _("when"), "kind": _("kind"), "key": _("number"), "change": _("change")}
    return Gathered("changes", _("Changes I made"), _rows(_latest_first(entries), heads), total)


def _all_changes(user):
    return _latest_first(act for model in histories() for act in _acts(model, _each(_changed(model, user))))


def _acts(model, found):
    name = model._meta.model_name.removeprefix("historical")
    return [{"kind": name, "key": key, "at": at, "change": VERBS[change]} for key, at, change in found]


def _latest_first(entries):
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _rows(entries, heads):
    said = {model._meta.model_name: model._meta.verbose_name for model in apps.get_models()} | {
        "added": _("added"),
        "changed": _("changed"),
        "deleted": _("deleted"),
    }
    shown = entries[:SHOWN]
    return [[(head, said.get(entry[name]) or _said(entry[name])) for name, head in heads.items()] for entry in shown]
