"""Many invitations from a file: each bad row with its line, column and reason; nothing is sent while one is bad."""

import csv
import datetime
import io

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from core.dates import today
from kms.invitation_file import COLUMNS, MOST_BYTES, MOST_ROWS
from members.models import AuditEntry, Invitation
from tests.factories import make_invitation, make_mandate, make_organisation, make_user

pytestmark = pytest.mark.django_db
IMPORT, BLANK = "/en/desk/invitations/import/", "/en/desk/invitations/blank.csv"
HEADER = ",".join(COLUMNS)


@pytest.fixture
def world(brazil, mexico):
    make_organisation(code="FIFA", name="FIFA")


@pytest.fixture
def curator(world, client_for, secretariat):
    return client_for(secretariat)


def look_at(client, *rows, header=HEADER):
    """Upload a file and get the page that shows what would be sent, or what is wrong."""
    data = "\n".join([header, *rows]) if rows or header else ""
    return look_at_bytes(client, data.encode())


def look_at_bytes(client, data):
    return client.post(IMPORT, {"file": SimpleUploadedFile("people.csv", data, "text/csv")})


def problems(response):
    return [(row.line, *problem) for row in response.context["bad"] for problem in row.problems]


SINCE, UNTIL = today() + datetime.timedelta(days=60), today() + datetime.timedelta(days=800)
GOOD = [
    f"focal_point,BRA,,Ana Silva,ana@example.org,pt-br,{SINCE},{UNTIL},Note 12/2026",
    "alternate,BRA,,Rui Costa,rui@example.org,,,,",
    "expert,MEX,,Luz Díaz,luz@example.org,es,,,",
    "partner,,FIFA,Jo Partner,jo@example.org,fr,,,",
]


def test_invitation_import_shows_first_and_sends_then(curator, secretariat):
    page = look_at(curator, *GOOD)
    assert (page.context["may_send"], len(page.context["good"])) == (True, 4)
    assert (Invitation.objects.count(), mail.outbox) == (0, [])
    response = curator.post(IMPORT, {"rows": page.context["packed"]}, follow=True)
    assert "4 invitations are on their way." in response.content.decode()
    columns = ("role", "state__iso3", "organisation__code", "email", "language")
    sent = Invitation.objects.order_by("pk").values_list(*columns)
    assert list(sent) == [
        ("focal_point", "BRA", None, "ana@example.org", "pt-br"),
        ("alternate", "BRA", None, "rui@example.org", "en"),
        ("expert", "MEX", None, "luz@example.org", "es"),
        ("partner", None, "FIFA", "jo@example.org", "fr"),
    ]
    first = Invitation.objects.get(email="ana@example.org")
    assert (first.since, first.until, first.note) == (SINCE, UNTIL, "Note 12/2026")
    assert [message.to for message in mail.outbox] == [[row[3]] for row in sent]
    assert AuditEntry.objects.filter(kind="invitation", person=secretariat).count() == 4


def test_invitation_import_twice_pressed_sends_once(curator):
    packed = look_at(curator, *GOOD).context["packed"]
    for _press in range(2):
        curator.post(IMPORT, {"rows": packed})
    assert (Invitation.objects.count(), len(mail.outbox)) == (4, 4)


BAD = {
    "king,BRA,,A,a@example.org,,,,": ("role", "Write one of these: focal_point, alternate, expert, partner."),
    ",BRA,,A,a@example.org,,,,": ("role", "Write one of these: focal_point, alternate, expert, partner."),
    "expert,XXX,,A,a@example.org,,,,": ("state", "There is no “XXX” here."),
    "expert,,,A,a@example.org,,,,": ("state", "This field is required."),
    "expert,BRA,FIFA,A,a@example.org,,,,": ("organisation", "Leave this empty for this role."),
    "partner,,NONE,A,a@example.org,,,,": ("organisation", "There is no “NONE” here."),
    "partner,BRA,FIFA,A,a@example.org,,,,": ("state", "Leave this empty for this role."),
    "expert,BRA,,,a@example.org,,,,": ("name", "This field is required."),
    "expert,BRA,,<b>A</b>,a@example.org,,,,": ("name", "Plain text only: HTML markup is not accepted here."),
    "expert,BRA,,=cmd(),a@example.org,,,,": (
        "name", "The cell looks like a formula: it begins with = + - @ or a tab.",
    ),
    "expert,BRA,,A\x07,a@example.org,,,,": ("name", "The cell holds a control character."),
    "expert,BRA,,A,nowhere,,,,": ("email", "Enter a valid email address."),
    "expert,BRA,,A,a@example.org,de,,,": (
        "language", "Select a valid choice. de is not one of the available choices.",
    ),
    "expert,BRA,,A,a@example.org,,2027-01-01,,": ("since", "Leave this empty for this role."),
    "alternate,BRA,,A,a@example.org,,1.2.2027,,": ("since", "Enter a valid date."),
    "alternate,BRA,,A,a@example.org,,,2020-01-01,": ("until", "The mandate ends before it begins."),
    "expert,BRA,,A,a@example.org,,,,a note": ("note", "Leave this empty for this role."),
    "focal_point,BRA,,A,a@example.org,,,,": ("note", "Add the government's note, or say in words which it is."),
}  # fmt: skip


@pytest.mark.parametrize(("row", "problem"), BAD.items(), ids=lambda part: str(part)[:50])
def test_invitation_import_names_line_column_and_reason(row, problem, curator):
    page = look_at(curator, GOOD[1], row, GOOD[2])
    assert problems(page) == [(3, *problem)]
    text = page.content.decode()
    assert "Line 3" in text
    assert "Send 2" not in text
    assert (Invitation.objects.count(), mail.outbox) == (0, [])


def test_invitation_import_names_each_of_several_problems(curator):
    page = look_at(curator, "expert,BRA,,,nowhere,,,,", "partner,,NONE,A,a@example.org,,,,")
    assert [problem[:2] for problem in problems(page)] == [(2, "name"), (2, "email"), (3, "organisation")]


def test_invitation_import_refuses_one_address_and_one_seat_twice(curator):
    page = look_at(
        curator,
        "expert,BRA,,A,same@example.org,,,,",
        "expert,MEX,,B,SAME@example.org,,,,",
        "focal_point,BRA,,C,c@example.org,,,,Note",
        "focal_point,BRA,,D,d@example.org,,,,Note",
    )
    assert problems(page) == [
        (3, "email", "Twice in this file: line 2 has it too."),
        (5, "state", "Twice in this file: line 4 has it too."),
    ]


def test_invitation_import_refuses_what_the_form_would_refuse(curator, brazil, mexico):
    make_mandate(state=brazil, person=make_user(name="Rui Point", state=brazil))
    make_invitation(state=mexico, email="asked@example.org")
    page = look_at(curator, GOOD[0], "expert,MEX,,A,asked@example.org,,,,")
    found = [(line, column) for line, column, _reason in problems(page)]
    assert found == [(2, "since"), (3, "email")]


def test_invitation_import_that_turns_bad_after_the_preview_sends_nothing(curator, mexico):
    packed = look_at(curator, *GOOD).context["packed"]
    make_invitation(state=mexico, email="luz@example.org")
    page = curator.post(IMPORT, {"rows": packed})
    assert [(line, column) for line, column, _reason in problems(page)] == [(4, "email")]
    assert "Nothing was sent." in page.content.decode()
    assert (Invitation.objects.count(), mail.outbox) == (1, [])


FILES = {
    b"": "The submitted file is empty.",
    b"\n\n": "The file is empty.",
    HEADER.encode(): "The file has no row below its header.",
    b"role,name\nexpert,A\n": "Missing column: email",
    b"role,name,email,e-mail,email\n": "Unknown column: e-mail",
    HEADER.encode() + b"\nexpert,BRA\n": "Line 2: The row has 2 cells, the header has 9.",
    HEADER.encode() + "\nexpert,BRA,,José,j@example.org,,,,\n".encode("latin-1"): "Line 2: This is not UTF-8.",
    b"PK\x03\x04\xff\xfe": "This is not UTF-8.",
    HEADER.encode() + b'\n"expert': "This is not valid CSV",
    HEADER.encode() + b"\nexpert,BRA,,A,a@example.org,,,," * (MOST_ROWS + 1): f"more than {MOST_ROWS} rows",
    b"x" * (MOST_BYTES + 1): f"larger than {MOST_BYTES // 1024} kB",
}


@pytest.mark.parametrize(("data", "said"), FILES.items(), ids=lambda part: str(part)[:30])
def test_invitation_import_says_why_a_file_is_not_read(data, said, curator):
    page = look_at_bytes(curator, data)
    assert page.status_code == 200
    [reason] = [text for text in page.context["form"].errors["file"] if said in text] or [None]
    assert reason, page.context["form"].errors
    assert "may_send" not in page.context


def test_invitation_import_takes_a_file_of_its_most_rows_with_byte_order_mark(curator):
    rows = [f"expert,BRA,,Person {n},p{n}@example.org,,,," for n in range(MOST_ROWS)]
    data = "\n".join([HEADER, *rows]).encode("utf-8-sig")
    assert len(look_at_bytes(curator, data).context["good"]) == MOST_ROWS


def test_invitation_import_without_a_file_says_so(curator):
    page = curator.post(IMPORT, {})
    assert page.context["form"].errors["file"] == ["This field is required."]


@pytest.mark.parametrize("forged", ["", "x", "a:b:c"])
def test_invitation_import_sends_no_rows_that_it_did_not_show(forged, curator):
    page = curator.post(IMPORT, {"rows": forged})
    assert "The preview is too old. Choose the file again." in page.content.decode()
    assert Invitation.objects.count() == 0


def test_invitation_import_sends_nobody_elses_preview(curator, client_for, administrator):
    packed = look_at(curator, *GOOD).context["packed"]
    client_for(administrator).post(IMPORT, {"rows": packed})
    assert Invitation.objects.count() == 0


def test_invitation_import_preview_is_too_old_after_an_hour(curator, monkeypatch):
    packed = look_at(curator, *GOOD).context["packed"]
    monkeypatch.setattr("kms.invitation_file.SHOWN_FOR", -1)
    curator.post(IMPORT, {"rows": packed})
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("name", ["partner", "expert", "alternate", "focal_point"])
def test_invitation_import_is_the_secretariats(name, request, world, client_for):
    client = client_for(request.getfixturevalue(name))
    answers = [client.get(IMPORT), client.get(BLANK), look_at(client, *GOOD)]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert Invitation.objects.count() == 0


def test_invitation_blank_holds_the_columns_that_the_page_explains(curator):
    text = b"".join(curator.get(BLANK).streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [list(COLUMNS)]
    page = curator.get(IMPORT).content.decode()
    assert [name for name in COLUMNS if f"<code>{name}</code>" not in page] == []
