"""The commands around the portal: rights, demo accounts, catalogues, and the supervisor of its programs."""

import datetime
import gettext
import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from catalogues import compile_catalogues
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule, Task

from kms import health
from kms.management.commands.schedule_upkeep import DAILY, HOURLY
from members.access import role_of
from members.actions import appoint, set_staff
from members.models import Mandate, User
from reference.querysets import today
from tests.factories import make_organisation, make_user
from tests.worker import run_timetable, run_worker


def said(command, **options):
    """What a command prints."""
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def places(brazil, mexico):
    make_organisation(code="FIFA")


ACCOUNTS = {
    "partner@kms.example": "partner",
    "expert.bra@kms.example": "expert",
    "alternate.bra@kms.example": "alternate",
    "nfp.bra@kms.example": "focal_point",
    "nfp.mex@kms.example": "focal_point",
    "secretariat@kms.example": "secretariat",
    "admin@kms.example": "administrator",
}


def test_demo_accounts_have_their_roles_and_the_password(places, monkeypatch):
    monkeypatch.setenv("KMS_DEMO_PASSWORD", "open sesame 2026")
    said("demo_accounts")
    assert {user.email: role_of(user).value for user in User.objects.all()} == ACCOUNTS
    assert all(user.check_password("open sesame 2026") for user in User.objects.all())
    seats = Mandate.objects.values_list("person__email", "state__iso3", "role", "until")
    assert set(seats) == {
        ("alternate.bra@kms.example", "BRA", "alternate", None),
        ("nfp.bra@kms.example", "BRA", "focal_point", None),
        ("nfp.mex@kms.example", "MEX", "focal_point", None),
    }


def test_demo_accounts_prints_a_random_password_where_none_is_set(places, monkeypatch):
    monkeypatch.delenv("KMS_DEMO_PASSWORD", raising=False)
    first, second = (said("demo_accounts").strip().rsplit(" ", 1)[1] for _ in range(2))
    assert first != second
    assert len(second) >= 12
    assert User.objects.get(email="admin@kms.example").check_password(second)


def test_demo_accounts_again_change_the_password_and_nothing_else(places, monkeypatch):
    monkeypatch.setenv("KMS_DEMO_PASSWORD", "first password")
    said("demo_accounts")
    Mandate.objects.filter(state__iso3="MEX").update(until=today())
    User.objects.filter(email="partner@kms.example").update(name="Renamed", is_active=False)
    before = list(User.objects.values("pk", "name", "is_active", "is_staff", "state"))
    monkeypatch.setenv("KMS_DEMO_PASSWORD", "second password")
    said("demo_accounts")
    assert list(User.objects.values("pk", "name", "is_active", "is_staff", "state")) == before
    assert Mandate.objects.count() == 3
    assert Mandate.objects.get(state__iso3="MEX").until == today()
    assert User.objects.get(email="nfp.bra@kms.example").check_password("second password")


def test_demo_accounts_keep_sessions_where_the_password_stays(places, monkeypatch):
    monkeypatch.setenv("KMS_DEMO_PASSWORD", "the same password")
    said("demo_accounts")
    before = list(User.objects.values_list("password", flat=True))
    said("demo_accounts")
    assert list(User.objects.values_list("password", flat=True)) == before


def test_demo_accounts_refuses_outside_the_demo(places, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo mode only"):
        said("demo_accounts")
    assert not User.objects.exists()


def test_demo_accounts_asks_for_the_states_first(db):
    with pytest.raises(CommandError, match="manage.py seed"):
        said("demo_accounts")
    assert not User.objects.exists()


def permissions():
    group = Group.objects.get(name="Secretariat")
    return {f"{row.content_type.app_label}.{row.codename}" for row in group.permissions.select_related("content_type")}


def test_sync_rights_gives_the_secretariat_what_the_table_says(db):
    said("sync_rights")
    given = permissions()
    assert {verb.split(".")[1].split("_")[0] for verb in given} == {"add", "change", "view", "delete"}
    assert {verb for verb in given if "delete" in verb} == {
        "events.delete_eventplace",
        "legislation.delete_instrumentrelation",
        "legislation.delete_treatyaction",
        "programme.delete_participation",
    }
    assert {name.split(".")[0] for name in given} == {
        "reference", "documents", "events", "legislation", "programme", "training", "community",
        "members",
    }  # fmt: skip
    expected = {
        "events.add_majorevent",
        "events.change_majorevent",
        "members.add_mandate",
        "events.view_historicalmajorevent",
    }
    assert expected <= given
    assert not {"events.change_historicalmajorevent", "events.delete_majorevent"} & given


def test_sync_rights_takes_back_what_somebody_added(db):
    said("sync_rights")
    before = permissions()
    group = Group.objects.get(name="Secretariat")
    group.permissions.add(Permission.objects.get(codename="delete_user"), Permission.objects.get(codename="add_group"))
    group.permissions.remove(Permission.objects.get(codename="change_majorevent"))
    said("sync_rights")
    assert permissions() == before


def test_set_staff_gives_and_takes_the_standing(db, administrator):
    person = make_user()
    set_staff(person, True, by=administrator)
    person = User.objects.get(pk=person.pk)
    assert (role_of(person).value, person.has_perm("events.change_majorevent")) == ("secretariat", True)
    set_staff(person, False, by=administrator)
    person = User.objects.get(pk=person.pk)
    assert (role_of(person).value, person.has_perm("events.change_majorevent")) == ("partner", False)
    assert list(person.groups.all()) == []


def test_appoint_gives_a_seat_and_remembers_who_did_it(expert, brazil, administrator):
    mandate = appoint(state=brazil, person=expert, role="focal_point", since=today(), by=administrator)
    assert role_of(User.objects.get(pk=expert.pk)).value == "focal_point"
    assert mandate.history.get().history_user == administrator


def test_appoint_refuses_a_mandate_that_ends_before_it_begins(expert, brazil, administrator):
    yesterday = today() - timezone.timedelta(days=1)
    with pytest.raises(ValidationError, match="ends before it begins"):
        appoint(state=brazil, person=expert, role="alternate", since=today(), until=yesterday, by=administrator)
    assert not Mandate.objects.exists()


def test_access_table_prints_each_action_and_address():
    lines = said("access_table").splitlines()
    roles = "Visitor | Partner | National expert | Alternate | National Focal Point | Secretariat | Administrator"
    assert f"| Action | {roles} |" in lines
    assert "| read_red: read TLP:RED | – | own | own | State's | State's | any | any |" in lines
    assert "| healthz | `/healthz` | public |" in lines
    assert lines[-1] == "| admin:… | `/admin/…` | Django admin: secretariat |"


def test_the_database_answers(db):
    assert health.database_answers() is True


def test_the_queue_answers_while_a_worker_reports_and_nothing_waits(db):
    assert health.queue_answers() is False
    cache.set_many({Conf.Q_STAT: [f"{Conf.Q_STAT}:one"], f"{Conf.Q_STAT}:one": "a report"})
    assert health.queue_answers() is True
    OrmQ.objects.create(key="kms", payload="", lock=timezone.now() - timezone.timedelta(minutes=9))
    assert health.queue_answers() is True
    OrmQ.objects.create(key="kms", payload="", lock=timezone.now() - timezone.timedelta(minutes=11))
    assert health.queue_answers() is False


PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "State"
msgstr "Estado"

#, fuzzy
msgid "Theme"
msgstr "Guess"

msgid "%(n)s event"
msgid_plural "%(n)s events"
msgstr[0] "%(n)s evento"
msgstr[1] "%(n)s eventos"
"""


def test_catalogues_are_compiled_once_and_without_guesses(tmp_path):
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO, encoding="utf-8")
    assert [compile_catalogues(tmp_path), compile_catalogues(tmp_path)] == [1, 0]
    spanish = gettext.translation("django", tmp_path, ["es"])
    assert [spanish.gettext("State"), spanish.gettext("Theme")] == ["Estado", "Theme"]
    assert [spanish.ngettext("%(n)s event", "%(n)s events", n) for n in (1, 2)] == ["%(n)s evento", "%(n)s eventos"]
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]


def test_daily_upkeep_stands_once_in_the_timetable_and_keeps_its_hour(db):
    said("schedule_upkeep")
    first = dict(Schedule.objects.values_list("name", "pk"))
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    Schedule.objects.update(next_run=tomorrow)
    said("schedule_upkeep")
    assert list(first) == [*DAILY, *HOURLY]
    assert dict(Schedule.objects.values_list("name", "pk")) == first
    assert set(Schedule.objects.values_list("next_run", flat=True)) == {tomorrow}


def test_expired_sessions_are_deleted_by_the_queue_and_again_the_next_day(db):
    past, future = (timezone.now() + datetime.timedelta(days=days) for days in (-1, 1))
    Session.objects.create(session_key="expired", session_data="", expire_date=past)
    Session.objects.create(session_key="valid", session_data="", expire_date=future)
    said("schedule_upkeep")
    run_timetable()
    run_worker()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["valid"]
    assert [task.success for task in Task.objects.all()] == [True] * len([*DAILY, *HOURLY])
    for schedule in Schedule.objects.all():
        assert (schedule.repeats, schedule.next_run > timezone.now()) == (-1, True)
    run_timetable()
    assert OrmQ.objects.count() == 0


SUPERVISED = """
    import sys, portal

    NAP = "import time; time.sleep(60)"
    PARENT = '''
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print("child", child.pid, flush=True)
    child.wait()
    '''
    start = portal.start

    def told(command):
        pid = start(command)
        print("parent" if command[-1] == PARENT else "other", pid, flush=True)
        return pid

    portal.start = told
    programs = {"one": [sys.executable, "-c", PARENT], "two": [sys.executable, "-c", NAP]}
    sys.exit(portal.supervise(programs))
"""


@pytest.fixture
def supervised(settings):
    """A supervisor, and the ids of its two programs and of the child of one: parent, child, other."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SUPERVISED)],
        env=os.environ | {"PYTHONPATH": str(settings.BASE_DIR / "scripts"), "KMS_DEMO": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = [process.stdout.readline().split() for _ in range(3)]
    yield process, {name: int(pid) for name, pid in lines}
    process.kill()
    process.wait()
    process.stdout.close()


def alive(pids):
    """The names of those that run; one that is dead but not yet buried does not."""
    states = {name: Path(f"/proc/{pid}/stat") for name, pid in pids.items()}
    return {name for name, path in states.items() if path.exists() and path.read_text().rsplit(")", 1)[1][1] != "Z"}


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_both_programs_and_their_children(supervised, signum):
    process, pids = supervised
    assert alive(pids) == {"parent", "child", "other"}
    process.send_signal(signum)
    assert (process.wait(timeout=20), alive(pids)) == (0, set())


@pytest.mark.parametrize("victim", ["parent", "other"])
def test_a_program_that_is_killed_takes_the_other_and_all_children_along(supervised, victim):
    process, pids = supervised
    os.kill(pids[victim], signal.SIGKILL)
    assert (process.wait(timeout=20), alive(pids)) == (1, set())


def test_a_killed_supervisor_leaves_no_program(supervised):
    process, pids = supervised
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while {"parent", "other"} & alive(pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    programs, child = {"parent", "other"} & alive(pids), pids["child"]
    os.kill(child, signal.SIGKILL)  # a program ends its own children; this one has none of that
    assert programs == set()
