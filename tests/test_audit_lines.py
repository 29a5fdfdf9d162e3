"""The lines of the log beside its rows, how long rows are kept, and that nobody changes them."""

import datetime
import json
import logging
import os
import subprocess
import sys

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.labels import Label
from documents.actions import set_publication
from documents.models import Document
from members.actions import set_staff
from members.audit import audit
from members.models import AuditEntry
from tests.factories import make_document, make_user
from tests.test_audit_writing import logged, no_log

pytestmark = pytest.mark.django_db

Kind = AuditEntry.Kind


@pytest.fixture
def secretariat(secretariat):
    """Without the line that says how it became one."""
    AuditEntry.objects.all().delete()
    return secretariat


# The structured line


@pytest.fixture
def lines():
    """What the logger was given, as it would stand in the file."""
    found = []

    class Keep(logging.Handler):
        def emit(self, record):
            found.append(record.getMessage())

    handler = Keep()
    logging.getLogger("audit").addHandler(handler)
    yield found
    logging.getLogger("audit").removeHandler(handler)


def test_line_is_json_that_no_text_breaks_out_of(lines, partner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        detail = 'a\n{"act": "sign_in", "account": 1}\u2028\x85"'
        entry = audit(Kind.DOWNLOAD, by=partner, subject=("document", 7), label=Label.RED, detail=detail)
    [line] = lines
    assert (line.isascii(), line.isprintable()) == (True, True)
    assert json.loads(line) == {
        "act": "download",
        "at": entry.at.isoformat(),
        "account": partner.pk,
        "subject": "document",
        "key": 7,
        "label": 3,
        "detail": 'a {"act": "sign_in", "account": 1} "',
    }


@pytest.mark.django_db(transaction=True)
def test_act_that_is_rolled_back_leaves_neither_row_nor_line(lines):
    user = make_user()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        set_staff(user, True, by=None)
        raise ZeroDivisionError
    assert (logged(), lines, Group.objects.count()) == ([], [], 0)
    set_staff(user, True, by=None)
    assert [json.loads(line)["act"] for line in lines] == [line[0] for line in logged()] == [Kind.RIGHTS]


@pytest.mark.django_db(transaction=True)
def test_act_is_not_done_where_the_line_cannot_be_written(monkeypatch, secretariat):
    document = make_document()
    monkeypatch.setattr(AuditEntry.objects, "create", no_log)
    with pytest.raises(DatabaseError, match="the log cannot"):
        set_publication(Document.objects.all(), "withdrawn", by=secretariat)
    document.refresh_from_db()
    assert document.publication == "published"


PROGRAM = """
import django; django.setup()
from unittest.mock import Mock
import datetime, logging
from members.audit import line_of, log
entry = Mock(kind="sign_in", at=datetime.datetime(2026, 5, 4), person_id=1, address=None, subject_kind="",
             subject_key=None, label=None, detail="one")
log.info(line_of(entry)); logging.getLogger("other").warning("beside")
"""
LINE = '{"act": "sign_in", "at": "2026-05-04T00:00:00", "account": 1, "detail": "one"}\n'


def portal_says(tmp_path, **variables):
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "kms.settings", "KMS_DEMO": "1"}
    env |= {"KMS_DATA_DIR": str(tmp_path / "data"), **variables}
    return subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=False)


def test_line_stands_bare_among_the_others(tmp_path):
    said = portal_says(tmp_path)
    assert (said.stdout, said.stderr.splitlines(keepends=True)[0]) == ("", LINE)
    assert said.stderr.endswith("WARNING other beside\n")


def test_lines_go_into_a_file_of_their_own_where_one_is_named(tmp_path):
    path = tmp_path / "audit.log"
    path.write_text("before\n")
    said = portal_says(tmp_path, KMS_AUDIT_LOG=str(path))
    assert (path.read_text(), LINE in said.stderr) == ("before\n" + LINE, False)


@pytest.mark.parametrize("name", ["audit.log", "/nonexistent/audit.log", "/tmp"])
def test_file_that_cannot_be_written_stops_the_start(name, tmp_path):
    said = portal_says(tmp_path, KMS_AUDIT_LOG=name)
    assert (said.returncode, "KMS_AUDIT_LOG must be the whole path of a file" in said.stderr) == (1, True)


# How long it is kept


def test_old_lines_go_and_nothing_else(settings, partner, monkeypatch, capsys):
    monkeypatch.setattr("members.audit.BATCH", 2)
    settings.AUDIT_MONTHS = 3
    now = timezone.now()
    for days in (0, 80, 100, 200, 300):
        AuditEntry.objects.create(kind=Kind.SIGN_IN, at=now - datetime.timedelta(days=days), detail=str(days))
    call_command("trim_log")
    assert [line[4] for line in logged()] == ["0", "80"]
    assert capsys.readouterr().out.startswith("3 lines from before ")


@pytest.mark.parametrize(
    ("day", "months", "earlier"),
    [
        ("2026-05-31", 3, "2026-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-31", 24, "2024-12-31"),
        ("2024-02-29", 12, "2023-02-28"),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, earlier):
    from members.management.commands.trim_log import months_before

    assert str(months_before(datetime.date.fromisoformat(day), months)) == earlier


def test_queue_trims_the_log_every_day():
    from django_q.models import Schedule

    call_command("schedule_upkeep")
    assert Schedule.objects.filter(name="trim_log", schedule_type=Schedule.DAILY).count() == 1


# Never changed


def test_line_is_written_once(partner):
    entry = audit(Kind.SIGN_IN, by=partner)
    entry.detail = "forged"
    with pytest.raises(TypeError, match="never changed"):
        entry.save()
    assert logged() == [(Kind.SIGN_IN, partner, ("", None), None, "")]


def test_administration_offers_no_change_of_the_log(client_for, administrator, secretariat):
    entry = audit(Kind.SIGN_IN, by=administrator)
    assert not admin.site.is_registered(AuditEntry)
    for user in (administrator, secretariat):
        for path in ("", "add/", f"{entry.pk}/change/", f"{entry.pk}/delete/"):
            answer = client_for(user).post(f"/admin/members/auditentry/{path}", {"detail": "forged", "post": "yes"})
            assert (path, answer.status_code) == (path, 404)
    given = Group.objects.get(name="Secretariat").permissions.filter(content_type__model="auditentry")
    assert list(given.values_list("codename", flat=True)) == []
    assert AuditEntry.objects.filter(pk=entry.pk, detail="").count() == 1
