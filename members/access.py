"""Who may do what: one table, action by role, each cell a scope. docs/access.md is printed from it."""

import enum
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from core.labels import Label


class Role(models.TextChoices):
    """What somebody is today; a mandate counts only while it is in force."""

    VISITOR = "visitor", _("Visitor")
    PARTNER = "partner", _("Partner")
    EXPERT = "expert", _("National expert")
    ALTERNATE = "alternate", _("Alternate")
    FOCAL_POINT = "focal_point", _("National Focal Point")
    SECRETARIAT = "secretariat", _("Secretariat")
    ADMINISTRATOR = "administrator", _("Administrator")


class Scope(enum.IntEnum):
    """On which records: none, the ones I wrote, my State's (and those that name it) and mine, any."""

    NONE = 0
    OWN = 1
    STATE = 2
    ANY = 3


class Action(models.TextChoices):
    READ_CLEAR = "read_clear", _("read TLP:CLEAR")
    READ_GREEN = "read_green", _("read TLP:GREEN")
    READ_AMBER = "read_amber", _("read TLP:AMBER")
    READ_RED = "read_red", _("read TLP:RED")
    READ_UNPUBLISHED = "read_unpublished", _("read drafts and withdrawn records")
    READ_HISTORY = "read_history", _("read a record's full history")
    READ_MANDATES = "read_mandates", _("see who holds a State's seat")
    DRAFT_PROPOSAL = "draft_proposal", _("draft proposals for one's State")
    PROPOSE = "propose", _("submit proposals for one's State")
    REVIEW = "review", _("accept proposals or return them")
    POST = "post", _("write in the community")
    EDIT_POST = "edit_post", _("edit posts")
    MODERATE = "moderate", _("moderate the community")
    RELEASE = "release", _("widen a label, or keep it for longer")
    INVITE_COLLEAGUES = "invite_colleagues", _("invite alternates and experts")
    INVITE_TO_SEAT = "invite_to_seat", _("invite Focal Points and partners")
    HAND_OVER_SEAT = "hand_over_seat", _("hand over a State's seat")
    END_ACCESS = "end_access", _("end the access of alternates and experts")
    READ_DOWNLOADS = "read_downloads", _("see who fetched a document")
    READ_AUDIT = "read_audit", _("read the log of sign-ins, rights and downloads")
    CURATE = "curate", _("curate records in the admin")
    WRITE_MANUAL = "write_manual", _("write the manual and the standards")
    READ_COMMENTS = "read_comments", _("read submitted comments on the manual")
    DRAFT_COMMENT = "draft_comment", _("write comments on the manual in one's State's space")
    SUBMIT_COMMENT = "submit_comment", _("submit, withdraw, endorse and answer for one's State")
    CONSULT = "consult", _("open consultations and dispose of comments")
    TAKE_POSITION = "take_position", _("say a State's position on an edition and how it adopts it")
    MANAGE_ACCOUNTS = "manage_accounts", _("manage accounts and mandates")
    DELETE_RECORDS = "delete_records", _("delete records for good")


N, O, S, A = Scope.NONE, Scope.OWN, Scope.STATE, Scope.ANY
ROLES = list(Role)
# fmt: off
TABLE = {
    #                          visitor partner expert alternate focal_point secretariat administrator
    Action.READ_CLEAR:        (A,      A,      A,     A,        A,          A,          A),
    Action.READ_GREEN:        (N,      A,      A,     A,        A,          A,          A),
    Action.READ_AMBER:        (N,      O,      O,     A,        A,          A,          A),
    Action.READ_RED:          (N,      O,      O,     S,        S,          A,          A),
    Action.READ_UNPUBLISHED:  (N,      N,      N,     N,        N,          A,          A),
    Action.READ_HISTORY:      (N,      N,      N,     S,        S,          A,          A),
    Action.READ_MANDATES:     (N,      N,      N,     A,        A,          A,          A),
    Action.DRAFT_PROPOSAL:    (N,      N,      O,     S,        S,          N,          N),
    Action.PROPOSE:           (N,      N,      N,     S,        S,          N,          N),
    Action.REVIEW:            (N,      N,      N,     N,        N,          A,          A),
    Action.POST:              (N,      A,      A,     A,        A,          A,          A),
    Action.EDIT_POST:         (N,      O,      O,     O,        O,          O,          O),
    Action.MODERATE:          (N,      N,      N,     N,        N,          A,          A),
    Action.RELEASE:           (N,      N,      N,     N,        S,          A,          A),
    Action.INVITE_COLLEAGUES: (N,      N,      N,     S,        S,          A,          A),
    Action.INVITE_TO_SEAT:    (N,      N,      N,     N,        N,          A,          A),
    Action.HAND_OVER_SEAT:    (N,      N,      N,     N,        S,          A,          A),
    Action.END_ACCESS:        (N,      N,      N,     N,        S,          A,          A),
    Action.READ_DOWNLOADS:    (N,      N,      N,     S,        S,          A,          A),
    Action.READ_AUDIT:        (N,      N,      N,     N,        N,          A,          A),
    Action.CURATE:            (N,      N,      N,     N,        N,          A,          A),
    Action.WRITE_MANUAL:      (N,      N,      N,     N,        N,          A,          A),
    Action.READ_COMMENTS:     (N,      N,      S,     A,        A,          A,          A),
    Action.DRAFT_COMMENT:     (N,      N,      O,     S,        S,          N,          N),
    Action.SUBMIT_COMMENT:    (N,      N,      N,     N,        S,          N,          N),
    Action.CONSULT:           (N,      N,      N,     N,        N,          A,          A),
    Action.TAKE_POSITION:     (N,      N,      N,     N,        S,          N,          N),
    Action.MANAGE_ACCOUNTS:   (N,      N,      N,     N,        N,          A,          A),
    Action.DELETE_RECORDS:    (N,      N,      N,     N,        N,          N,          A),
}
# fmt: on
READING = {
    Label.CLEAR: Action.READ_CLEAR,
    Label.GREEN: Action.READ_GREEN,
    Label.AMBER: Action.READ_AMBER,
    Label.RED: Action.READ_RED,
}

WRITTEN = ("title", "text", "proposed", "rationale", "observation")  # fields in which people write long


def role_of(user):
    """The Role of a user, or of nobody in particular: the highest that account and mandates give today."""
    if not user.is_authenticated or not user.is_active:
        return Role.VISITOR
    if user.is_superuser:
        return Role.ADMINISTRATOR
    if user.is_staff:
        return Role.SECRETARIAT
    roles = {mandate.role for mandate in user.mandates_in_force}
    for role in (Role.FOCAL_POINT, Role.ALTERNATE):
        if role in roles:
            return role
    return Role.EXPERT if user.state_id else Role.PARTNER


def scope(user, action):
    """On which records `user` may do `action`."""
    return TABLE[action][ROLES.index(role_of(user))]


def state_ids_of(user):
    """Ids of the States a user speaks for today."""
    return {mandate.state_id for mandate in user.mandates_in_force}


def can(user, action, record=None):
    """Whether `user` may do `action`, on `record` where one is given. None equals nothing here."""
    reach = scope(user, action)
    if reach == Scope.ANY or reach == Scope.NONE or record is None:
        return reach != Scope.NONE
    if record.author_id is not None and record.author_id == user.pk:
        return True
    states = state_ids_of(user) if reach == Scope.STATE else set()
    return record.state_id is not None and record.state_id in states


def readable(user, model):
    """The Q of the `model` rows that `user` may know of, by label, ownership and publication."""
    scopes = {label: scope(user, action) for label, action in READING.items()}
    allowed = Q(**{f"{model.label_field}__in": [label for label, reach in scopes.items() if reach == Scope.ANY]})
    for label, reach in scopes.items():
        if reach not in (Scope.ANY, Scope.NONE):
            allowed |= Q(**{model.label_field: label}) & _mine(user, reach, model)
    if scope(user, Action.READ_UNPUBLISHED) != Scope.ANY:
        allowed &= model.released()
    if model.partners_field and role_of(user) == Role.PARTNER:
        allowed &= Q(**{model.partners_field: True})
    return allowed


def _mine(user, reach, model):
    """The Q of the rows of a labelled model that a user wrote, or whose State he speaks for."""
    mine = Q(author_id=user.pk)
    return mine | model.of_states(state_ids_of(user)) if reach == Scope.STATE else mine


def require(user, action, record):
    """Raise PermissionDenied (a 403 page) unless `user` may do `action` on `record`."""
    if not can(user, action, record):
        raise PermissionDenied


def to_login(request):
    """Lead to the log-in, and back here after it; after a post to the page on which its form stood.

    What was written is not lost: it is given back on a page that links to the log-in.
    """
    here, came_from = request.build_absolute_uri("/"), request.headers.get("Referer", "")
    is_form_of_ours = request.method == "POST" and came_from.startswith(here)
    page = came_from[len(here) - 1 :] if is_form_of_ours else request.get_full_path()
    login = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': page})}"
    if any(request.POST.get(name) for name in WRITTEN):  # whoever wrote long was logged out meanwhile
        return render(request, "login_again.html", {"login": login}, status=403)
    return HttpResponseRedirect(login)


def public(view):
    """Everybody may open this page."""
    view.access = "public"
    return view


def signed_in(view):
    """A page for every member; a visitor is led to the log-in."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return to_login(request)
        return view(request, *args, **kwargs)

    guarded.access = "signed_in"
    return guarded


def allow(action):
    """A page for those who may do `action` on something; which records it shows is judged after the fetch."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return to_login(request)
            if scope(request.user, action) == Scope.NONE:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = action
        return guarded

    return decorate
