"""Many invitations from one CSV file: read, checked row by row, shown before anything is sent, sent all or none."""

import uuid
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.imports import read_cell
from core.labels import Label
from core.tables import BadFile, read_csv
from kms.seat_forms import InvitationForm
from kms.seats import invite
from members.access import Role
from members.invitations import check, roles_offered, states_offered
from members.models import Invitation
from reference.models import MemberState, Organisation

MOST_ROWS = 500
MOST_BYTES = 512 * 1024
SALT = "kms.invitations"
SHOWN_FOR = 60 * 60  # seconds between the preview and the sending
# Column: what it holds.
COLUMNS = {
    "role": gettext_lazy("focal_point, alternate, expert or partner"),
    "state": gettext_lazy("the State's ISO 3166 code of three letters, such as BRA; empty for a partner"),
    "organisation": gettext_lazy("a partner's organisation by its code, such as FIFA; empty for everybody else"),
    "name": gettext_lazy("the person's name"),
    "email": gettext_lazy("the address for which the link works"),
    "language": gettext_lazy("of the mail: en, es, pt-br or fr; empty is en"),
    "since": gettext_lazy("the first day of a mandate, such as 2027-01-31; empty is the day of acceptance"),
    "until": gettext_lazy("its last day; empty is no end yet"),
    "note": gettext_lazy("number and date of the government's note; a focal point needs one"),
}
NEEDED = ["role", "name", "email"]
AS_IN_FILE = {"note_text": "note", "note_file": "note", "key": "", "__all__": ""}


class FileForm(forms.Form):
    """The file. Its rows become `rows`, [(line, {column: text})], where it can be read at all."""

    file = forms.FileField(label=gettext_lazy("CSV file"), max_length=150)

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than %(n)d kB."), params={"n": MOST_BYTES // 1024})
        try:
            self.rows = read_rows(upload.read())
        except BadFile as error:
            raise ValidationError(error.messages) from error
        return upload


@dataclass(frozen=True)
class Row:
    """A row of the file: its Invitation, not yet sent, or its problems as [(column, reason)]."""

    line: int
    invitation: Invitation | None
    problems: list


def read_rows(data):
    """[(line, {column: text})] of a file's bytes; raises BadFile."""
    table = read_csv(data)
    headers = [header.strip() for header in table.headers]
    problems = _bad_headers(headers)
    if len(table) > MOST_ROWS:
        problems.append(_("The file has more than %(rows)d rows.") % {"rows": MOST_ROWS})
    if not len(table):
        problems.append(_("The file has no row below its header."))
    if problems:
        raise BadFile([(None, reason) for reason in problems])
    return [(line, dict(zip(headers, row, strict=True))) for line, row in zip(table.lines, table, strict=True)]


def _bad_headers(headers):
    wrong = [header for header in headers if header not in COLUMNS]
    twice = [header for header in dict.fromkeys(headers) if headers.count(header) > 1]
    missing = [column for column in NEEDED if column not in headers]
    return [
        said % ", ".join(names)
        for names, said in [
            (wrong, ngettext("Unknown column: %s", "Unknown columns: %s", len(wrong))),
            (twice, ngettext("Column named twice: %s", "Columns named twice: %s", len(twice))),
            (missing, ngettext("Missing column: %s", "Missing columns: %s", len(missing))),
        ]
        if names
    ]


def checked(rows, *, batch, by):
    """A Row for each row of a file: what would be sent, or what is wrong. `batch` is the UUID of the file."""
    known = {
        "state": dict(MemberState.objects.participating().values_list("iso3", "pk")),
        "organisation": dict(Organisation.objects.values_list("code", "pk")),
        "states": {role: states_offered(by, role) for role in roles_offered(by)},
    }
    found, seen = [], {}
    for line, texts in rows:
        row = _checked(line, texts, known=known, batch=batch, by=by)
        found.append(_once(row, seen))
    return found


def _checked(line, texts, *, known, batch, by):
    try:
        form = _form(line, _cells(texts), known, batch)
        if form.is_valid():
            invitation = form.invitation()
            invitation.email, invitation.invited_by = invitation.email.lower(), by
            check(invitation, by=by)
            return Row(line, invitation, [])
    except ValidationError as error:
        return Row(line, None, _problems(error.message_dict if hasattr(error, "error_dict") else {"": error.messages}))
    return Row(line, None, _problems(form.errors))


def _problems(errors):
    """[(column, reason)], from errors by field."""
    return [(AS_IN_FILE.get(name, name), str(reason)) for name, reasons in errors.items() for reason in reasons]


def _cells(texts):
    """The cells as text; raises ValidationError naming the columns of those that no column takes."""
    cells, errors = {}, {}
    for column, text in texts.items():
        try:
            cells[column] = read_cell(text)
        except ValidationError as error:
            errors[column] = error
    if errors:
        raise ValidationError(errors)
    return cells


def _form(line, cells, known, batch):
    """The form for one row's role, filled with its cells."""
    role = cells.get("role", "")
    if role not in known["states"]:
        said = _("Write one of these: %(names)s.") % {"names": ", ".join(known["states"])}
        raise ValidationError({"role": said})
    data = {name: cells.get(name, "") for name in ("name", "email", "since", "until")}
    data |= {"language": cells.get("language") or settings.LANGUAGE_CODE, "note_text": cells.get("note", "")}
    data["note_label"] = Label.RED.value
    data["key"] = uuid.uuid5(batch, str(line))
    wanted, other = ("organisation", "state") if role == Role.PARTNER else ("state", "organisation")
    data[wanted] = _key(wanted, cells.get(wanted, ""), known)
    form = InvitationForm(data, role=role, states=known["states"][role])
    not_asked = [other] if cells.get(other) else []
    not_asked += [name for name in ("since", "until") if cells.get(name) and name not in form.fields]
    not_asked += ["note"] if cells.get("note") and "note_text" not in form.fields else []
    if not_asked:
        raise ValidationError(dict.fromkeys(not_asked, _("Leave this empty for this role.")))
    return form


def _key(column, code, known):
    if code and code not in known[column]:
        raise ValidationError({column: _("There is no “%(code)s” here.") % {"code": code}})
    return known[column].get(code, "")


def _once(row, seen):
    """The row, refused where an earlier one has its address or its seat."""
    if row.invitation is None:
        return row
    asked = [("email", row.invitation.email)]
    asked += [("state", row.invitation.state_id)] if row.invitation.role == Role.FOCAL_POINT else []
    said = _("Twice in this file: line %(line)d has it too.")
    problems = [(column, said % {"line": seen[column, key]}) for column, key in asked if (column, key) in seen]
    for place in asked:
        seen.setdefault(place, row.line)
    return Row(row.line, None, problems) if problems else row


# Between the preview and the sending the rows are in the reader's form, signed.


def packed(rows, *, batch, by):
    return signing.dumps([str(batch), by.pk, rows], salt=SALT, compress=True)


def unpacked(text, *, by):
    """(rows, batch) of what packed() gave to the same account within the hour; raises ValidationError."""
    try:
        batch, person, rows = signing.loads(text, salt=SALT, max_age=SHOWN_FOR)
    except signing.BadSignature as error:
        raise ValidationError(_("The preview is too old. Choose the file again.")) from error
    if person != by.pk:
        raise ValidationError(_("The preview is too old. Choose the file again."))
    return [(line, texts) for line, texts in rows], uuid.UUID(batch)


class StillBad(Exception):
    """Rows that turned bad since the preview; `rows` are all of the file."""

    def __init__(self, rows):
        self.rows = rows
        super().__init__()


@transaction.atomic
def send_all(rows, *, batch, by):
    """Send a file's invitations, all or none; raises StillBad. Returns how many; the same file again sends none."""
    first = uuid.uuid5(batch, str(rows[0][0]))
    if Invitation.objects.sent_by(by).filter(uuid=first).exists():
        return 0
    found = checked(rows, batch=batch, by=by)
    if any(row.problems for row in found):
        raise StillBad(found)
    for row in found:
        invite(row.invitation, by=by)
    return len(found)
