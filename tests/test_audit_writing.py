"""What is logged by itself: downloads, exports, imports, acts in the administration, labels, refusals."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.labels import Label
from members.audit import audit
from members.models import AuditEntry
from tests.admin_pages import save
from tests.factories import make_activity, make_document, make_event, make_invitation, make_user

pytestmark = pytest.mark.django_db
Kind = AuditEntry.Kind
CONTENT = b"%PDF-1.4 0123456789"


@pytest.fixture
def secretariat(secretariat):
    """Without the line that says how it became one."""
    AuditEntry.objects.all().delete()
    return secretariat


def logged(*kinds):
    """[(kind, who, (kind, key) of the record, label, detail)] of the log, the oldest first."""
    entries = AuditEntry.objects.order_by("pk").select_related("person")
    return [
        (entry.kind, entry.person, (entry.subject_kind, entry.subject_key), entry.label, entry.detail)
        for entry in entries
        if not kinds or entry.kind in kinds
    ]


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


# Downloads


@pytest.mark.parametrize("label", Label)
def test_download_is_logged_where_not_everybody_may_read_the_document(label, client_for, focal_point, brazil):
    document = make_document(content=CONTENT, label=label, state=brazil)
    response = client_for(focal_point).get(document.get_absolute_url(), headers={"x-forwarded-for": "203.0.113.9"})
    assert body(response) == CONTENT
    line = (Kind.DOWNLOAD, focal_point, ("document", document.pk), label, f"sha256 {document.sha256[:12]}")
    assert logged() == ([] if label == Label.CLEAR else [line])
    assert [entry.address for entry in AuditEntry.objects.all()] == ([] if label == Label.CLEAR else ["127.0.0.1"])


def test_label_that_counts_is_the_effective_one(client_for, partner):
    document = make_document(content=CONTENT)
    make_event(label=Label.GREEN, documents=[document])
    from documents.actions import refresh_audience

    refresh_audience(document)
    body(client_for(partner).get(document.get_absolute_url()))
    assert [line[:4] for line in logged()] == [(Kind.DOWNLOAD, partner, ("document", document.pk), Label.GREEN)]


def test_answer_without_the_files_content_leaves_no_line(client_for, partner):
    document = make_document(content=CONTENT, label=Label.GREEN)
    client, address = client_for(partner), document.get_absolute_url()
    answers = [
        client.head(address),
        client.get(address, headers={"if-none-match": f'"{document.sha256}"'}),
        client.get(address, headers={"range": "bytes=400-"}),
    ]
    assert [response.status_code for response in answers] == [200, 304, 416]
    assert logged() == []


def test_file_that_is_read_in_parts_is_one_line_within_the_hour(client_for, partner):
    document = make_document(content=CONTENT, label=Label.GREEN)
    client, address = client_for(partner), document.get_absolute_url()
    for part in ("bytes=1-", "bytes=0-4", "bytes=5-9"):
        assert client.get(address, headers={"range": part}).status_code == 206
    assert len(logged(Kind.DOWNLOAD)) == 1
    body(client.get(address))
    assert len(logged(Kind.DOWNLOAD)) == 2
    AuditEntry.objects.update(at=timezone.now() - datetime.timedelta(minutes=61))
    client.get(address, headers={"range": "bytes=0-4"})
    assert len(logged(Kind.DOWNLOAD)) == 3


def test_picture_that_a_page_shows_is_one_line_within_the_hour(client_for, partner):
    address = make_document(content=CONTENT, label=Label.GREEN).get_absolute_url()
    client = client_for(partner)
    for _ in range(3):
        body(client.get(address, headers={"sec-fetch-dest": "image"}))
    assert len(logged(Kind.DOWNLOAD)) == 1


def test_parts_that_another_person_reads_are_another_line(client_for, partner, expert):
    address = make_document(content=CONTENT, label=Label.GREEN).get_absolute_url()
    for user in (partner, expert):
        client_for(user).get(address, headers={"range": "bytes=0-4"})
    assert [line[1] for line in logged()] == [partner, expert]


def no_log(*args, **kwargs):
    raise DatabaseError("the log cannot be written")


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-4"}])
def test_nothing_of_the_file_leaves_where_the_line_cannot_be_written(headers, client_for, partner, monkeypatch):
    document = make_document(content=CONTENT, label=Label.GREEN)
    client = client_for(partner)
    client.raise_request_exception = False
    monkeypatch.setattr(AuditEntry.objects, "create", no_log)
    response = client.get(document.get_absolute_url(), headers=headers)
    assert (response.status_code, b"%PDF" in body(response), response.has_header("ETag")) == (500, False, False)


# Lists in another form


EXPORTS = [
    "/en/events.csv",
    "/en/events.xlsx",
    "/en/events.ics?kind=sport",
    "/en/events.atom",
    "/en/legislation.csv",
    "/en/programme.ics",
    "/en/network.csv",
    "/en/themes.csv",
]


@pytest.mark.parametrize("address", EXPORTS)
def test_list_that_a_member_takes_along_is_logged_without_its_query(address, client_for, client, partner):
    assert body(client.get(address))
    assert logged() == []
    assert body(client_for(partner).get(address))
    assert logged() == [(Kind.EXPORT, partner, ("", None), None, f"GET {address.partition('?')[0]}")]


def test_file_that_its_view_logs_is_not_logged_twice(client_for, partner):
    assert client_for(partner).get("/en/account/my-data.json").status_code == 200
    assert [line[::4] for line in logged()] == [(Kind.EXPORT, "my data")]


def test_list_that_is_not_sent_leaves_no_line(client_for, partner):
    client = client_for(partner)
    etag = client.get("/en/events.csv")["ETag"]
    AuditEntry.objects.all().delete()
    answers = [
        client.get("/en/events.csv", headers={"if-none-match": etag}),
        client.head("/en/events.csv"),
        client.get("/en/events.csv?nonsense=1"),
        client.get("/en/events/"),
    ]
    assert [response.status_code for response in answers] == [304, 200, 400, 200]
    assert logged() == []


def test_no_list_leaves_where_the_line_cannot_be_written(client_for, partner, monkeypatch):
    make_event(name="Zx games")
    client = client_for(partner)
    client.raise_request_exception = False
    monkeypatch.setattr(AuditEntry.objects, "create", no_log)
    response = client.get("/en/events.csv")
    assert (response.status_code, b"Zx games" in body(response)) == (500, False)


def test_visitors_pages_write_nothing(client):
    make_event(slug="games", documents=[make_document()])
    for address in ("/en/", "/en/events/", "/en/events/games/", "/en/events.csv", "/en/desk/log/", "/en/nothing/"):
        with CaptureQueriesContext(connection) as queries:
            body(client.get(address))
        writes = [query["sql"] for query in queries if re.match(r"INSERT|UPDATE|DELETE", query["sql"])]
        assert (address, writes) == (address, [])


# The administration


def test_export_and_act_of_the_administration_are_logged(client_for, secretariat):
    event = make_event(slug="games")
    client = client_for(secretariat)
    client.get("/admin/events/majorevent/export/")
    assert logged() == []
    assert b"games" in client.post("/admin/events/majorevent/export/", {"format": "0", "resource": ""}).content
    assert logged() == [(Kind.EXPORT, secretariat, ("", None), None, "POST /admin/events/majorevent/export/")]
    address = f"/admin/events/majorevent/{event.pk}/change/"
    save(client, address, organiser="")
    assert logged(Kind.ADMIN) == [(Kind.ADMIN, secretariat, ("event", event.pk), None, f"POST {address}")]


def test_refused_act_of_the_administration_is_logged_as_refused(client_for, focal_point, secretariat, settings):
    address = "/admin/events/majorevent/add/"
    assert client_for(focal_point).post(address, {"name_en": "Games"}).status_code == 302
    settings.REQUIRE_MFA = True
    assert client_for(secretariat).post(address, {"name_en": "Games"}).status_code == 302
    assert logged(Kind.ADMIN, Kind.REFUSED) == [
        (Kind.REFUSED, person, ("", None), None, f"POST {address}") for person in (focal_point, secretariat)
    ]


FILE = "slug,name,host_country_iso3,start_date,end_date,kind,label,publication\n{}"


def import_events(client, rows):
    upload = SimpleUploadedFile("events.csv", FILE.format(rows).encode())
    page = client.post("/admin/events/majorevent/import/", {"import_file": upload, "format": "0", "resource": ""})
    return client.post("/admin/events/majorevent/process_import/", page.context["confirm_form"].initial)


def test_import_is_logged_with_the_labels_that_it_changed(client_for, secretariat, brazil):
    red = make_event(slug="games", name="Games", host_state=brazil, label=Label.RED, kind="sport")
    rows = "games,Games,BRA,2030-06-01,2030-06-01,sport,TLP:GREEN,withdrawn\ncup,Cup,BRA,2030-06-01,,sport,TLP:RED,\n"
    import_events(client_for(secretariat), rows)
    red.refresh_from_db()
    assert (red.label, red.publication) == (Label.GREEN, "withdrawn")
    subject = ("event", red.pk)
    assert logged(Kind.IMPORT, Kind.LABEL, Kind.PUBLICATION) == [
        (Kind.IMPORT, secretariat, ("", None), None, "majorevent: 1 added, 1 updated"),
        (Kind.LABEL, secretariat, subject, Label.GREEN, "TLP:RED → TLP:GREEN"),
        (Kind.PUBLICATION, secretariat, subject, Label.GREEN, "published → withdrawn"),
    ]


def test_import_that_is_refused_leaves_no_line_of_an_import(client_for, secretariat, brazil):
    make_event(slug="games", host_state=brazil, label=Label.RED)
    rows = "games,Games,BRA,2030-06-01,,sport,TLP:GREEN,\nbad,Bad,XXX,2030-06-01,,sport,,\n"
    upload = SimpleUploadedFile("events.csv", FILE.format(rows).encode())
    client_for(secretariat).post(
        "/admin/events/majorevent/import/", {"import_file": upload, "format": "0", "resource": ""}
    )
    assert logged(Kind.IMPORT, Kind.LABEL, Kind.PUBLICATION) == []


def test_command_that_loads_a_file_is_logged_without_a_person(tmp_path, brazil, django_capture_on_commit_callbacks):
    path = tmp_path / "events.csv"
    path.write_text(FILE.format("games,Games,BRA,2030-06-01,,sport,TLP:RED,\n"))
    call_command("load", "events", str(path), dry_run=True)
    assert logged() == []
    call_command("load", "events", str(path))
    assert logged() == [(Kind.IMPORT, None, ("", None), None, "majorevent: 1 added, 0 updated")]


# Labels and publication


def test_label_that_a_curator_changes_is_logged_as_it_was_and_is(client_for, secretariat):
    event, document = make_event(label=Label.GREEN), make_document()
    client = client_for(secretariat)
    save(client, f"/admin/events/majorevent/{event.pk}/change/", label=int(Label.RED), publication="withdrawn")
    save(client, f"/admin/events/majorevent/{event.pk}/change/", name_en="Another name")
    save(client, f"/admin/documents/document/{document.pk}/change/", label=int(Label.AMBER))
    assert logged(Kind.LABEL, Kind.PUBLICATION) == [
        (Kind.LABEL, secretariat, ("event", event.pk), Label.RED, "TLP:GREEN → TLP:RED"),
        (Kind.PUBLICATION, secretariat, ("event", event.pk), Label.RED, "published → withdrawn"),
        (Kind.LABEL, secretariat, ("document", document.pk), Label.AMBER, "TLP:CLEAR → TLP:AMBER"),
    ]


def test_revert_that_brings_another_label_back_is_logged(client_for, secretariat):
    event = make_event(label=Label.RED)
    first = event.history.latest("history_id")
    client, address = client_for(secretariat), f"/admin/events/majorevent/{event.pk}"
    save(client, f"{address}/change/", label=int(Label.GREEN))
    save(client, f"{address}/history/{first.pk}/")
    said = [line[4] for line in logged(Kind.LABEL)]
    assert said == ["TLP:RED → TLP:GREEN", "TLP:GREEN → TLP:RED"]


def test_publication_of_several_is_a_line_for_each_that_changed(client_for, secretariat):
    drafts = [make_activity(publication="draft", label=Label.AMBER) for _ in range(2)]
    make_activity()
    data = {"action": "publish", "_selected_action": [row.pk for row in type(drafts[0]).objects.all()]}
    client_for(secretariat).post("/admin/programme/activity/", data)
    assert sorted(logged(Kind.PUBLICATION), key=lambda line: line[2]) == [
        (Kind.PUBLICATION, secretariat, ("activity", row.pk), Label.AMBER, "draft → published") for row in drafts
    ]


# Refusals


def test_refusal_is_logged_with_its_address_and_without_its_query(client_for, client, expert, focal_point, brazil):
    make_event(slug="games", host_state=brazil)
    client_for(expert).get("/en/events/games/history/?page=zx-secret")
    client_for(focal_point).post("/en/desk/log/", {"password": "zx-secret"})
    client_for(focal_point).get("/en/desk/log/?person=zx-secret")
    client.get("/en/desk/log/")
    assert logged() == [
        (Kind.REFUSED, expert, ("", None), None, "GET /en/events/games/history/"),
        (Kind.REFUSED, focal_point, ("", None), None, "GET /en/desk/log/"),
    ]


def test_refusal_of_a_record_that_may_be_seen_is_logged(client_for, other_focal_point, brazil):
    make_event(slug="games", host_state=brazil)
    assert client_for(other_focal_point).get("/en/events/games/history/").status_code == 403
    assert [line[0] for line in logged()] == [Kind.REFUSED]


def test_refusal_of_a_secret_link_is_logged_without_the_secret(client_for, partner, brazil):
    invitation = make_invitation(role="alternate", state=brazil)
    AuditEntry.objects.all().delete()
    address = reverse("kms:invitation_accept", args=[invitation.token])
    assert client_for(partner).get(address).status_code == 403
    assert [line[4] for line in logged(Kind.REFUSED)] == ["GET /en/account/invitation/-/"]
    assert not AuditEntry.objects.filter(detail__contains=invitation.token).exists()


def test_refusal_of_a_form_without_its_token_is_logged(partner):
    from django.test import Client

    from conftest import BACKEND

    client = Client(enforce_csrf_checks=True)
    client.force_login(partner, backend=BACKEND)
    assert client.post("/en/account/password/change/", {}).status_code == 403
    assert logged() == [(Kind.REFUSED, partner, ("", None), None, "POST /en/account/password/change/")]


def test_refused_path_of_any_kind_is_one_line(client_for, partner, caplog, django_capture_on_commit_callbacks):
    """A path may hold a line end, a NUL, halves of characters; neither database takes all of them as they come."""
    path = "/admin/events/majorevent/%0a%7b%22act%22:%20%22sign_in%22%7d%00%1b%ff/history/"
    client = client_for(make_user(is_staff=True))
    assert client.get(path).status_code in (302, 403, 404)
    audit(Kind.REFUSED, by=partner, detail='GET /\n{"act": "sign_in"}\r\x00\x1b[31m\u2028\ud800 ' + "x" * 9000)
    detail = AuditEntry.objects.latest("pk").detail
    assert (len(detail), detail.isprintable()) == (500, True)
