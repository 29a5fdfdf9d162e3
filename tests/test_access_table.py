"""The table of rights: roles, scopes, what can() says; and that every door of the portal follows from it."""

import datetime
import io
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import get_resolver

from members.access import ROLES, TABLE, Action, Role, Scope, allow, can, public, require, role_of, scope, signed_in
from members.actions import PARTS
from members.management.commands.access_table import addresses, who_enters
from members.models import Mandate, User
from reference.querysets import today
from tests.factories import make_activity, make_event, make_mandate, make_state, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
CAST = ["visitor", "partner", "expert", "alternate", "focal_point", "secretariat", "administrator"]


def fresh(user):
    """The user as the next request reads it."""
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("name", CAST)
def test_each_of_the_cast_has_its_role(name, request):
    assert role_of(request.getfixturevalue(name)) == Role(name)


def test_other_focal_point_speaks_for_the_other_state_only(other_focal_point, brazil, mexico):
    assert role_of(other_focal_point) == Role.FOCAL_POINT
    assert can(other_focal_point, Action.READ_HISTORY, make_event(host_state=mexico)) is True
    assert can(other_focal_point, Action.READ_HISTORY, make_event(host_state=brazil)) is False


def test_table_has_a_scope_for_each_action_and_role():
    assert {action: len(scopes) for action, scopes in TABLE.items()} == {action: len(ROLES) for action in Action}


def test_rights_never_shrink_on_the_way_up():
    """Whoever stands further right in the table may at least what those left of him may, save speak for a State."""
    shrinking = {action for action, scopes in TABLE.items() if list(scopes) != sorted(scopes)}
    assert shrinking == {
        Action.DRAFT_PROPOSAL, Action.PROPOSE, Action.DRAFT_COMMENT, Action.SUBMIT_COMMENT, Action.TAKE_POSITION,
    }  # fmt: skip


@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize("action", list(Action))
def test_scope_is_the_cell_of_the_table(name, action, request):
    assert scope(request.getfixturevalue(name), action) == TABLE[action][CAST.index(name)]


def mandate_of(*, since, until=None, role="focal_point"):
    return make_mandate(state=make_state(iso3="BRA"), since=since, until=until, role=role)


def test_mandate_that_begins_tomorrow_gives_nothing_yet():
    person = mandate_of(since=today() + DAY).person
    assert role_of(fresh(person)) == Role.EXPERT


def test_mandate_gives_rights_from_its_first_day():
    person = mandate_of(since=today()).person
    assert role_of(fresh(person)) == Role.FOCAL_POINT


def test_last_day_of_a_mandate_still_counts():
    person = mandate_of(since=today() - 9 * DAY, until=today()).person
    assert role_of(fresh(person)) == Role.FOCAL_POINT


def test_mandate_that_ended_yesterday_gives_nothing():
    person = mandate_of(since=today() - 9 * DAY, until=today() - DAY).person
    assert role_of(fresh(person)) == Role.EXPERT
    assert can(fresh(person), Action.READ_HISTORY, make_event(host_state=person.state)) is False


def test_day_of_a_mandate_is_the_day_in_utc(monkeypatch):
    """Late in the evening of the last day in the Americas it is the next day in UTC, and the mandate is over."""

    class Clock(datetime.datetime):
        now_in_bogota = datetime.datetime(2030, 3, 31, 20, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=-5)))

        @classmethod
        def now(cls, tz=None):
            return cls.now_in_bogota.astimezone(tz)

    person = mandate_of(since=datetime.date(2030, 1, 1), until=datetime.date(2030, 3, 31)).person
    monkeypatch.setattr("reference.querysets.datetime.datetime", Clock)
    assert role_of(fresh(person)) == Role.EXPERT
    Clock.now_in_bogota -= datetime.timedelta(hours=2)
    assert role_of(fresh(person)) == Role.FOCAL_POINT


def test_focal_point_outranks_alternate():
    person = mandate_of(since=today(), role="alternate").person
    make_mandate(person=person, since=today())
    assert role_of(fresh(person)) == Role.FOCAL_POINT


def test_mandate_without_a_state_of_the_account_gives_its_rights():
    person = make_mandate(state=make_state(iso3="BRA"), person=make_user()).person
    assert role_of(person) == Role.FOCAL_POINT
    assert can(person, Action.READ_HISTORY, make_event(host_state=make_state(iso3="BRA"))) is True


@pytest.mark.parametrize("name", ["partner", "focal_point", "secretariat", "administrator"])
def test_deactivated_account_is_a_visitor(name, request):
    user = request.getfixturevalue(name)
    user.is_active = False
    assert role_of(user) == Role.VISITOR
    assert [action for action in Action if can(user, action)] == [Action.READ_CLEAR]


def test_none_equals_none_opens_no_door(visitor, focal_point):
    """A record of nobody and no State is not the record of a user without key or State."""
    nobodys = SimpleNamespace(author_id=None, state_id=None)
    stateless = make_mandate(state=make_state(iso3="CHL"), person=make_user()).person
    answers = [can(user, Action.READ_HISTORY, nobodys) for user in (visitor, focal_point, stateless)]
    assert answers == [False, False, False]
    assert can(focal_point, Action.READ_HISTORY, make_activity()) is False


def test_author_counts_where_the_scope_is_own(partner, expert):
    event = make_event(author=partner)
    assert [can(user, Action.READ_AMBER, event) for user in (partner, expert)] == [True, False]


def test_author_gets_nothing_where_the_scope_is_none(partner, expert):
    event = make_event(author=partner)
    assert [can(partner, action, event) for action in (Action.READ_HISTORY, Action.CURATE)] == [False, False]


def test_scope_of_the_state_is_the_mandates_state(alternate, focal_point, other_focal_point, expert, brazil):
    event = make_event(host_state=brazil)
    judged = [can(user, Action.READ_HISTORY, event) for user in (expert, alternate, focal_point, other_focal_point)]
    assert judged == [False, True, True, False]


def test_can_without_a_record_asks_for_any_scope_at_all(partner, alternate, secretariat):
    assert [can(user, Action.READ_HISTORY) for user in (partner, alternate, secretariat)] == [False, True, True]


def test_require_raises_where_can_says_no(expert, focal_point, brazil):
    event = make_event(host_state=brazil)
    require(focal_point, Action.READ_HISTORY, event)
    with pytest.raises(PermissionDenied):
        require(expert, Action.READ_HISTORY, event)


def page(request):
    return "page"


def test_decorators_say_what_they_ask_and_ask_it(rf, visitor, partner, alternate):
    request = rf.get("/en/somewhere/?a=1")

    def asked_by(user, view):
        request.user = user
        return view(request)

    assert (public(page).access, asked_by(visitor, public(page))) == ("public", "page")
    members, owners = signed_in(page), allow(Action.READ_HISTORY)(page)
    assert (members.access, asked_by(partner, members)) == ("signed_in", "page")
    assert (owners.access, asked_by(alternate, owners)) == (Action.READ_HISTORY, "page")
    for view in (members, owners):
        to_login = asked_by(visitor, view)
        assert (to_login.status_code, to_login["Location"]) == (
            302,
            "/en/account/login/?next=%2Fen%2Fsomewhere%2F%3Fa%3D1",
        )
    with pytest.raises(PermissionDenied):
        asked_by(partner, owners)


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/en/desk/x/?a=1", "/en/desk/x/?a=1"),
        ("http://elsewhere.example/en/desk/x/", "/en/act/"),
        ("http://testserver.example/en/", "/en/act/"),
        ("", "/en/act/"),
    ],
)
def test_post_of_a_session_that_ended_leads_back_to_the_page_of_its_form(came_from, back, rf, visitor):
    request = rf.post("/en/act/", headers={"Referer": came_from})
    request.user = visitor
    assert unquote(signed_in(page)(request)["Location"]) == f"/en/account/login/?next={back}"


def test_page_about_rights_is_the_table():
    """docs/access.md is written by `make docs`."""
    printed = io.StringIO()
    call_command("access_table", stdout=printed)
    assert (settings.BASE_DIR / "docs" / "access.md").read_text() == printed.getvalue()


def test_every_view_declares_who_enters():
    declared = {name: who_enters(view) for name, _, view in addresses(get_resolver())}
    undeclared = sorted(name for name, who in declared.items() if who == "NOT DECLARED")
    assert (undeclared, len(declared) > 150) == ([], True)


def test_every_view_of_ours_declares_one_access():
    """Only the admin and allauth are let in by their module; a view of the portal says it itself."""
    views = {name: view for name, _, view in addresses(get_resolver()) if not is_foreign(name)}
    known = {"public", "signed_in", *Action}
    assert {name: view.access for name, view in views.items() if getattr(view, "access", None) not in known} == {}
    assert len(views) >= 30


def test_foreign_doors_are_the_admin_and_allauth_only():
    doors = {name: who_enters(view) for name, _, view in addresses(get_resolver()) if not has_access(view)}
    assert {who for name, who in doors.items() if name.startswith("admin:")} == {"Django admin: secretariat"}
    foreign = {who for name, who in doors.items() if is_foreign(name) and not name.startswith("admin:")}
    assert foreign == {"allauth: by itself"}
    assert [name for name in doors if not is_foreign(name)] == []


# Of allauth's names these two are pages of our own.
OWN_PAGES = {"mfa_index", "mfa_view_recovery_codes"}


def is_foreign(name):
    """Whether an address is the admin's or allauth's."""
    return name.startswith(("admin:", "account_", "mfa_", "usersessions_")) and name not in OWN_PAGES


def has_access(view):
    return getattr(view, "access", None) is not None


def test_view_that_declares_nothing_is_found():
    bare = SimpleNamespace(__module__="events.views")
    unguarded = SimpleNamespace(__module__="events.admin", __self__=admin.site)
    assert [who_enters(view) for view in (bare, unguarded)] == ["NOT DECLARED"] * 2


def permissions_of(group):
    pairs = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in pairs}


def test_secretariats_permissions_in_the_admin_follow_from_the_table(secretariat):
    """For each model of the admin: add, change and view where the table says ANY, delete where it says so.

    A part of a record is taken out by whoever may change the record.
    """
    column = ROLES.index(Role.SECRETARIAT)
    verdicts = {
        "members": TABLE[Action.MANAGE_ACCOUNTS][column] == Scope.ANY,
        **dict.fromkeys(
            ["reference", "documents", "events", "legislation", "programme", "training", "community"],
            TABLE[Action.CURATE][column] == Scope.ANY,
        ),
    }
    may_delete = TABLE[Action.DELETE_RECORDS][column] == Scope.ANY
    granted = permissions_of(secretariat.groups.get())
    for model in ours():
        app, name = model._meta.app_label, model._meta.model_name
        held = {verb: f"{app}.{verb}_{name}" in granted for verb in ("add", "change", "view", "delete")}
        removable = verdicts[app] if name in PARTS else may_delete
        wanted = dict.fromkeys(("add", "change", "view"), verdicts[app]) | {"delete": removable}
        assert (model._meta.label, held) == (model._meta.label, wanted)


def ours():
    """The models of the portal that the admin shows."""
    models = [model for model in admin.site._registry if model._meta.app_label in {*settings.INSTALLED_APPS[1:14]}]
    assert {"MajorEvent", "Instrument", "Activity", "Document", "User", "Mandate"} <= {m.__name__ for m in models}
    return models


def test_history_is_only_looked_at(secretariat):
    granted = permissions_of(secretariat.groups.get())
    assert sorted(codename for codename in granted if "historical" in codename and ".view_" not in codename) == []
    assert "events.view_historicalmajorevent" in granted


def test_secretariat_has_no_permission_outside_the_portals_own_models(secretariat):
    apps = {codename.split(".")[0] for codename in permissions_of(secretariat.groups.get())}
    assert apps == {"reference", "members", "documents", "events", "legislation", "programme", "training", "community"}


def test_permission_that_the_table_does_not_give_goes_at_the_next_sync(secretariat):
    group = secretariat.groups.get()
    before = permissions_of(group)
    group.permissions.add(Permission.objects.get(codename="delete_majorevent"))
    call_command("sync_rights", stdout=io.StringIO())
    assert permissions_of(Group.objects.get(pk=group.pk)) == before


def test_nobody_but_staff_is_in_the_admin(visitor, partner, expert, alternate, focal_point, secretariat, administrator):
    people = [partner, expert, alternate, focal_point, secretariat, administrator]
    assert [can(user, Action.CURATE) for user in people] == [user.is_staff for user in people]
    assert can(visitor, Action.CURATE) is False


def test_mandate_names_are_for_those_of_the_table(visitor, partner, expert, alternate, secretariat, focal_point):
    counts = [Mandate.objects.visible_to(user).count() for user in (visitor, partner, expert)]
    assert (counts, Mandate.objects.visible_to(alternate).count()) == ([0, 0, 0], 2)
    assert Mandate.objects.visible_to(secretariat).count() == Mandate.objects.visible_to(focal_point).count() == 2


def test_tables_that_run_code_or_hold_addresses_are_not_in_the_admin():
    assert {model._meta.app_label for model in admin.site._registry} == {
        "reference", "members", "documents", "events", "legislation", "programme", "training",
        "community",
    }  # fmt: skip


@pytest.mark.parametrize("keys", ["abc/history/1", "1/history/abc", f"1/history/{'9' * 40}"])
def test_an_old_version_that_cannot_be_is_not_found(secretariat, client_for, keys):
    assert client_for(secretariat).get(f"/admin/events/majorevent/{keys}/").status_code == 404
