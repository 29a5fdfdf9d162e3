"""The pages of the log: all of it, one's own part, and who fetched a document."""

import csv
import datetime
import io
import re
from html import unescape
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from core.labels import Label
from members.models import AuditEntry
from tests.factories import make_document, make_event, make_mandate, make_user

pytestmark = pytest.mark.django_db
Kind = AuditEntry.Kind
LOG, OWN = "/en/desk/log/", "/en/account/log/"


@pytest.fixture
def secretariat(secretariat):
    """Without the line that says how it became one."""
    AuditEntry.objects.all().delete()
    return secretariat


def note(kind=Kind.SIGN_IN, *, at=None, **fields):
    return AuditEntry.objects.create(kind=kind, at=at or timezone.now(), **fields)


def words_of(response):
    main = re.search(r"(?s)<main.*</main>", response.content.decode()).group()
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def lines_of(response):
    """The lines of the page's table, each as the words of its cells."""
    body = re.search(r"(?s)<tbody>(.*)</tbody>", response.content.decode())
    rows = re.findall(r"(?s)<tr>(.*?)</tr>", body.group(1)) if body else []
    cells = [re.findall(r"(?s)<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


def moment(day, hour=0):
    return datetime.datetime(2026, 5, day, hour, tzinfo=datetime.UTC)


# All of it


def test_audit_list_says_who_did_what_when_and_to_which_record(client_for, secretariat, focal_point):
    secretariat.time_zone = "America/Sao_Paulo"
    secretariat.save()
    plan = make_document(title="Security plan", label=Label.RED)
    note(at=moment(3, 14), person=focal_point, address="192.0.2.7", detail="password, code")
    note(
        Kind.DOWNLOAD,
        at=moment(4, 1),
        person=focal_point,
        subject_kind="document",
        subject_key=plan.pk,
        label=Label.RED,
        detail="sha256 0123",
    )
    tried = {"subject_kind": "account", "subject_key": focal_point.pk}
    note(Kind.SIGN_IN_REFUSED, at=moment(5), address="192.0.2.8", detail="password", **tried)
    note(Kind.IMPORT, at=moment(6), detail="page: 7 added, 0 updated")
    page = client_for(secretariat).get(LOG)
    who = "focal_point focal_point@example.org · Brazil"
    assert lines_of(page) == [
        ["6 May 2026, 00:00", "the portal itself", "Imported page: 7 added, 0 updated", "–"],
        [
            "5 May 2026, 00:00",
            "nobody signed in Network address: 192.0.2.8",
            "Sign-in refused password",
            "Account: focal_point",
        ],
        ["4 May 2026, 01:00", who, "Downloaded sha256 0123", "Document: Security plan TLP:RED"],
        ["3 May 2026, 14:00", f"{who} Network address: 192.0.2.7", "Signed in password, code", "–"],
    ]
    assert "UTC" in words_of(page)
    assert f'href="{plan.get_absolute_url()}"' in page.content.decode()


def test_audit_list_names_what_is_gone_or_unknown_by_its_key(client_for, administrator):
    note(Kind.DOWNLOAD, subject_kind="document", subject_key=4711)
    note(Kind.ADMIN, subject_kind="nothingknown", subject_key=12)
    page = client_for(administrator).get(LOG)
    assert [line[3] for line in lines_of(page)] == ["Nothingknown 12", "Document 4711"]


def test_audit_list_is_for_those_who_keep_watch(client, client_for, focal_point, expert, partner):
    note(detail="zx secret zx")
    assert unquote(client.get(LOG)["Location"]) == f"/en/account/login/?next={LOG}"
    for user in (focal_point, expert, partner):
        answer = client_for(user).get(LOG)
        assert (answer.status_code, b"zx secret zx" in answer.content) == (403, False)
        assert client_for(user).get("/en/desk/log.csv").status_code == 403


FILTERS = {
    "": {"a", "b", "c"},
    "kind=download": {"b"},
    "person=ana@": {"a", "b"},
    "person=ANA&kind=sign_in": {"a"},
    "since=2026-05-04": {"b", "c"},
    "until=2026-05-04": {"a", "b"},
    "since=2026-05-04&until=2026-05-04": {"b"},
    "person=nobody": set(),
}


@pytest.mark.parametrize("query", FILTERS)
def test_audit_list_is_narrowed_by_kind_person_and_day(query, client_for, secretariat):
    ana, zoe = make_user(email="ana@example.org"), make_user(email="zoe@example.org")
    note(at=moment(3), person=ana, detail="a")
    note(Kind.DOWNLOAD, at=moment(4, 23), person=ana, detail="b")
    note(at=moment(5), person=zoe, detail="c")
    page = client_for(secretariat).get(f"{LOG}?{query}")
    assert {line[2].split()[-1] for line in lines_of(page)} == FILTERS[query]


BAD = [
    ("kind", "nonsense", "What was done"),
    ("person", "x" * 101, "E-mail address"),
    ("person", "a\x00b", "E-mail address"),
    ("since", "yesterday", "From day"),
    ("since", "0001-01-01", "From day"),
    ("until", "9999-12-31", "Until day"),
    ("until", "2026-02-30", "Until day"),
]


@pytest.mark.parametrize(("name", "value", "label"), BAD)
def test_audit_list_leaves_out_a_filter_that_cannot_be_used_and_says_so(name, value, label, client_for, secretariat):
    note(detail="kept")
    page = client_for(secretariat).get(LOG, {name: value})
    assert (page.status_code, len(lines_of(page))) == (200, 1)
    assert f"Not every filter could be used. The list below leaves these out: {label} :" in words_of(page)
    export = client_for(secretariat).get("/en/desk/log.csv", {name: value})
    assert (export.status_code, export.content.decode().startswith("There is no file at this address")) == (400, True)


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 30, "٣", "1e3", str(2**63)])
def test_audit_list_begins_at_the_newest_where_the_place_cannot_be(before, client_for, secretariat):
    note(detail="kept")
    page = client_for(secretariat).get(LOG, {"before": before})
    assert (page.status_code, len(lines_of(page))) == (200, 1)


def test_audit_list_is_told_in_pages_that_keep_the_filters(client_for, secretariat, partner):
    for n in range(120):
        note(person=partner, detail=f"n{n}")
    note(person=secretariat)
    client, address, seen = client_for(secretariat), f"{LOG}?person=partner", []
    for _ in range(3):
        page = client.get(address)
        seen += [line[2].split()[-1] for line in lines_of(page)]
        older = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
        address = LOG + older.group(1).removeprefix(LOG).replace("&amp;", "&") if older else None
    assert seen == [f"n{n}" for n in reversed(range(120))]
    assert (address, "Newest" in words_of(page)) == (None, True)


def test_audit_list_that_is_empty_says_why(client_for, secretariat):
    client = client_for(secretariat)
    assert "Nothing is in the log yet" in words_of(client.get(LOG))
    assert "No line fits all the filters Clear all filters" in words_of(client.get(f"{LOG}?kind=export"))
    assert "There are no older lines To the newest" in words_of(client.get(f"{LOG}?before=1"))


@pytest.mark.parametrize("rows", [1, 3])
def test_audit_list_asks_the_same_of_the_database_for_any_number_of_lines(
    rows, client_for, secretariat, django_assert_num_queries
):
    for _ in range(rows):
        document = make_document()
        note(person=make_mandate().person, subject_kind="document", subject_key=document.pk)
    client = client_for(secretariat)
    client.get(LOG)
    with django_assert_num_queries(5):
        page = client.get(LOG)
    assert len(lines_of(page)) == rows


# As a file


def table_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_audit_export_holds_what_the_filters_leave_and_no_title(client_for, secretariat, focal_point):
    plan = make_document(title="Zx plan", label=Label.RED)
    note(Kind.SIGN_IN, person=focal_point)
    note(
        Kind.DOWNLOAD,
        at=moment(4, 1),
        person=focal_point,
        address="192.0.2.7",
        subject_kind="document",
        subject_key=plan.pk,
        label=Label.RED,
        detail="=cmd|' /C calc'!A0",
    )
    response = client_for(secretariat).get("/en/desk/log.csv?kind=download")
    [row] = table_of(response)
    assert row == {
        "at_utc": "2026-05-04T01:00:00Z",
        "act": "download",
        "account": str(focal_point.pk),
        "email": "focal_point@example.org",
        "name": "focal_point",
        "state": "BRA",
        "organisation": "",
        "address": "192.0.2.7",
        "subject": "document",
        "key": str(plan.pk),
        "label": "TLP:RED",
        "detail": "'=cmd|' /C calc'!A0",
    }


def test_audit_export_is_in_the_log_itself(client_for, secretariat):
    table_of(client_for(secretariat).get("/en/desk/log.csv?person=zx"))
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.person, entry.detail) == (Kind.EXPORT, secretariat, "GET /en/desk/log.csv")


def test_audit_export_comes_as_a_workbook(client_for, secretariat):
    import openpyxl

    note(detail="one")
    response = client_for(secretariat).get("/en/desk/log.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert [sheet["A1"].value, sheet["L2"].value, sheet.max_row] == ["at_utc", "one", 2]


# One's own


def test_my_log_holds_what_i_did_and_what_was_done_to_my_account(client_for, focal_point, secretariat, partner):
    mandate = focal_point.mandates.get()
    note(person=focal_point, address="192.0.2.7", detail="password")
    note(Kind.SIGN_IN_REFUSED, address="192.0.2.8", subject_kind="account", subject_key=focal_point.pk)
    own = {"person": secretariat, "address": "192.0.2.9"}
    note(Kind.RIGHTS, subject_kind="mandate", subject_key=mandate.pk, detail="ends 2027-01-01", **own)
    note(Kind.ADMIN, subject_kind="account", subject_key=focal_point.pk, **own)
    note(person=partner, detail="zx other zx")
    note(Kind.SIGN_IN_REFUSED, subject_kind="account", subject_key=partner.pk, detail="zx other zx")
    page = client_for(focal_point).get(OWN)
    found = [[line[1], line[3]] for line in lines_of(page)]
    assert found == [
        ["Rights changed by somebody else ends 2027-01-01", "–"],
        ["Sign-in refused by nobody signed in", "192.0.2.8"],
        ["Signed in password", "192.0.2.7"],
    ]
    assert ("zx other zx" in words_of(page), "192.0.2.9" in words_of(page)) == (False, False)


def test_my_log_names_no_record_that_is_hidden_from_me_by_now(client_for, focal_point, mexico):
    shown = make_document(title="Zx shown", label=Label.AMBER)
    hidden = make_document(title="Zx hidden", label=Label.RED, state=mexico)
    for document in (shown, hidden):
        note(Kind.DOWNLOAD, person=focal_point, subject_kind="document", subject_key=document.pk)
    page = client_for(focal_point).get(OWN)
    assert [line[2] for line in lines_of(page)] == [f"Document {hidden.pk}", "Document: Zx shown"]
    assert "Zx hidden" not in page.content.decode()


def test_my_log_asks_for_a_login_and_has_an_empty_state(client, client_for, partner):
    assert unquote(client.get(OWN)["Location"]) == f"/en/account/login/?next={OWN}"
    assert "Nothing yet. Your next sign-in will stand here." in words_of(client_for(partner).get(OWN))


def test_my_log_is_told_in_pages(client_for, partner):
    for n in range(30):
        note(person=partner, detail=f"n{n}")
    client = client_for(partner)
    first = client.get(OWN)
    older = re.search(r'rel="next" href="([^"]+)"', first.content.decode()).group(1)
    second = client.get(OWN + older)
    assert [len(lines_of(page)) for page in (first, second)] == [25, 5]
    assert "There are no older lines." in words_of(client.get(f"{OWN}?before=1"))


@pytest.mark.parametrize("rows", [1, 3])
def test_my_log_asks_the_same_of_the_database_for_any_number_of_lines(
    rows, client_for, focal_point, django_assert_num_queries
):
    for _ in range(rows):
        note(person=focal_point, subject_kind="document", subject_key=make_document().pk)
    client = client_for(focal_point)
    client.get(OWN)
    with django_assert_num_queries(5):
        assert len(lines_of(client.get(OWN))) == rows


# Who fetched a document


def downloads_page(document):
    return reverse("kms:document_downloads", args=[document.uuid])


@pytest.fixture
def plan(brazil):
    return make_document(title="Security plan", label=Label.AMBER, state=brazil)


def fetched(document, *people, **fields):
    for person in people:
        note(
            Kind.DOWNLOAD,
            person=person,
            subject_kind="document",
            subject_key=document.pk,
            label=document.effective_label,
            address="192.0.2.7",
            **fields,
        )


def test_document_downloads_tells_its_owner_who_fetched_it(client_for, plan, focal_point, alternate, secretariat):
    other = make_document(label=Label.AMBER)
    make_mandate(person=make_user(email="ines@example.org", name="Ines"))
    fetched(plan, alternate, at=moment(3))
    fetched(plan, secretariat, at=moment(4, 9))
    fetched(plan, alternate, at=moment(5))
    fetched(other, make_user(name="Zx other"))
    note(Kind.LABEL, person=secretariat, subject_kind="document", subject_key=plan.pk, detail="zx label")
    for reader in (focal_point, alternate, secretariat):
        page = client_for(reader).get(downloads_page(plan))
        assert lines_of(page) == [
            ["5 May 2026, 00:00", "alternate", "Brazil", "TLP:AMBER"],
            ["4 May 2026, 09:00", "secretariat", "the secretariat", "TLP:AMBER"],
            ["3 May 2026, 00:00", "alternate", "Brazil", "TLP:AMBER"],
        ]
        assert "2 people fetched it, 3 times in all." in words_of(page)
        assert all(hidden not in page.content.decode() for hidden in ("192.0.2.7", "Zx other", "zx label"))


def test_document_downloads_is_hidden_from_others(client, client_for, plan, expert, other_focal_point, mexico):
    fetched(plan, make_user(name="Zx reader"))
    secret = make_document(label=Label.RED, state=plan.state)
    answers = {
        "visitor": client.get(downloads_page(plan)).status_code,
        "expert": client_for(expert).get(downloads_page(plan)).status_code,
        "other": client_for(other_focal_point).get(downloads_page(plan)).status_code,
        "other, hidden": client_for(other_focal_point).get(downloads_page(secret)).status_code,
    }
    assert answers == {"visitor": 302, "expert": 403, "other": 403, "other, hidden": 404}


def test_document_downloads_says_that_nobody_did(client_for, plan, focal_point):
    page = client_for(focal_point).get(downloads_page(plan))
    assert "Nobody has fetched it while it was above TLP:CLEAR." in words_of(page)


@pytest.mark.parametrize("rows", [1, 3])
def test_document_downloads_asks_the_same_of_the_database_for_any_number_of_lines(
    rows, client_for, plan, focal_point, django_assert_num_queries
):
    fetched(plan, *(make_mandate().person for _ in range(rows)))
    client = client_for(focal_point)
    client.get(downloads_page(plan))
    with django_assert_num_queries(8):
        assert len(lines_of(client.get(downloads_page(plan)))) == rows


def test_link_to_the_downloads_stands_beside_the_document_for_those_who_may(
    client_for, visitor, expert, focal_point, other_focal_point, secretariat, brazil
):
    document, clear = (make_document(state=brazil, label=label) for label in (Label.GREEN, Label.CLEAR))
    make_event(slug="games", host_state=brazil, documents=[document, clear])
    people = [visitor, expert, other_focal_point, focal_point, secretariat]
    pages = [client_for(user).get("/en/events/games/").content.decode() for user in people]
    assert [downloads_page(document) in page for page in pages] == [False, False, False, True, True]
    assert [downloads_page(clear) in page for page in pages] == [False] * 5
    form = client_for(secretariat).get(f"/admin/documents/document/{document.pk}/change/").content.decode()
    assert downloads_page(document) in form
