"""Commenting forms as files: what stands above their table, and the workbook."""

import secrets
import tempfile

from django.conf import settings
from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.form_docx import write_docx
from consultations.form_rows import FILLED, HEADERS, MOST_IN_WORD, Code, header, lines_of
from consultations.matrix import audience_for
from consultations.models import Comment
from core.dates import Precision, say_date
from core.exports import escape_cell
from core.labels import Label
from core.moments import offset
from core.spreadsheets import XLSX, filename
from core.text import clean_text
from documents.checks import EXTENSIONS
from members.audit import audit
from members.models import AuditEntry
from training.models import Edition

WIDTHS = {"key": 11, "place": 11, "number": 8, "words": 60, "kind": 14, "text": 45, "rationale": 35, "proposed": 60}
ABOVE = 3  # lines above the table: whose it is, what to do, its code
HEAD, OPEN, LOCKED = "D9E2EC", "FFF8E1", "F4F5F7"


def is_too_long(count):
    """Whether so many paragraphs are too many for one form in Word."""
    return count > MOST_IN_WORD


def form_response(part, form, *, by):
    """The form of a Part as a file; who fetches one of a text that not everybody may read is noted."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write = {"xlsx": write_xlsx, "docx": write_docx}[form]
    write(file, above(part), lines_of(part), kind_labels())
    file.seek(0)
    edition, label = part.edition, part.consultation.label
    if label > Label.CLEAR or edition.publication != Edition.Publication.PUBLISHED:
        detail = f"commenting form {form} {part.state.iso2}"
        audit(AuditEntry.Kind.DOWNLOAD, by=by, subject=("edition", edition.pk), label=label, detail=detail)
    chapter = f"-chapter-{part.chapter.order}" if part.chapter else ""
    name = filename(f"comments-{part.consultation.pk}-{part.state.iso2.lower()}{chapter}", form)
    media_type = XLSX if form == "xlsx" else EXTENSIONS[form]
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type)


def kind_labels():
    """{type of comment: what it is called}."""
    return {value: str(label) for value, label in Comment.Kind.choices}


def above(part):
    """[title, whose it is, what to do, code] that stand above the table."""
    consultation, state = part.consultation, part.state
    code = Code(consultation.pk, state.iso2, secrets.token_hex(8))
    whose = _("%(label)s. Commenting form of %(state)s with the drafts of its own space: it stays within %(state)s.")
    return [
        f"{consultation} · {part.name}",
        whose % {"label": audience_for(consultation).label.label, "state": state},
        _what_to_do(part),
        _("Form %(code)s, which has to stay here.") % {"code": code},
    ]


def _what_to_do(part):
    address = reverse("consultations:form_return", args=[part.consultation.pk, part.state.slug])
    closes = timezone.localtime(part.consultation.closes_for(part.state))
    until = f"{say_date(closes.date(), Precision.DAY)}, {closes:%H:%M} {offset(closes)}"
    said = {"address": settings.BASE_URL + address, "until": until}
    return " ".join(
        [
            _("Fill the last four columns, and leave those empty on which you say nothing."),
            _("A proposed change is the whole paragraph as you would have it, not only the words that change."),
            _("What is on no line, or a second comment on a paragraph, goes into the free lines at the end."),
            _("Write there, under Paragraph, p17 for a paragraph, c3 for chapter 3, or all for the whole text."),
            _("Return the file until %(until)s at %(address)s: it adds drafts and submits nothing.") % said,
        ]
    )


class _Look:
    """How the cells of the workbook look; each look is made once, as that takes long."""

    def __init__(self, sheet):
        from openpyxl.cell import WriteOnlyCell

        self.sheet, self.new, self.styles = sheet, WriteOnlyCell, {}

    def cell(self, value, fill, *, bold=False, is_open=False):
        """A cell of text, whatever it begins with."""
        cell = self.new(self.sheet, escape_cell(clean_text(value)))
        if (fill, bold, is_open) not in self.styles:
            self.styles[fill, bold, is_open] = self._style(fill, bold, is_open)
        cell._style = self.styles[fill, bold, is_open]
        return cell

    def _style(self, fill, bold, is_open):
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

        cell, line = self.new(self.sheet), Side(style="thin", color="C5CBD3")
        cell.number_format, cell.alignment = "@", Alignment(wrap_text=True, vertical="top")
        cell.border = Border(left=line, right=line, top=line, bottom=line)
        cell.fill, cell.font = PatternFill("solid", start_color=fill), Font(bold=bold)
        cell.protection = Protection(locked=not is_open)
        return cell._style


def write_xlsx(file, said, lines, kinds):
    """A workbook of one sheet: what to do on top, the table below, closed but for what is to be filled."""
    from openpyxl import Workbook  # heavy, and few ask for it

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Comments")[:31])
    look = _Look(sheet)
    _set_up(sheet, said, kinds, len(lines))
    for row in _top(sheet, said, look):
        sheet.append(row)
    sheet.append([look.cell(header(name), HEAD, bold=True) for name in HEADERS])
    for line in lines:
        sheet.append([_cell_of(line, name, look, kinds) for name in HEADERS])
    book.save(file)


def _set_up(sheet, said, kinds, count):
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letters = {name: get_column_letter(number) for number, name in enumerate(HEADERS, 1)}
    for name, letter in letters.items():
        sheet.column_dimensions[letter].width = WIDTHS[name]
    first, last = ABOVE + 2, ABOVE + 1 + count
    for number, height in enumerate((34, 64, 16), 1):
        sheet.row_dimensions[number].height = height
    sheet.freeze_panes = f"A{first}"
    sheet.auto_filter.ref = f"A{first - 1}:{letters['proposed']}{last}"
    choice = DataValidation(type="list", formula1='"{}"'.format(",".join(kinds.values())), allow_blank=True)
    choice.error, choice.showErrorMessage = _("Choose a type from the list."), True
    choice.add(f"{letters['kind']}{first}:{letters['kind']}{last}")
    sheet.data_validations.append(choice)
    _protect(sheet)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{first - 1}:{first - 1}"
    sheet.oddHeader.center.text = said[1].replace("&", "&&")[:200]
    sheet.oddFooter.center.text = "&P / &N"


def _protect(sheet):
    """Without a password: against slips, not against anybody. Columns can be made wider and rows filtered."""
    sheet.protection.sheet = True
    for name in ("formatColumns", "formatRows", "formatCells", "autoFilter"):
        setattr(sheet.protection, name, False)


def _top(sheet, said, look):
    """The lines above the table, each in a cell that is as wide as the table."""
    from openpyxl.worksheet.cell_range import CellRange

    title, whose, what, code = said
    for number, text in enumerate([f"{title}\n{whose}", what, code], 1):
        sheet.merged_cells.add(CellRange(f"A{number}:H{number}"))
        yield [look.cell(text, HEAD if number == 1 else LOCKED, bold=number == 1)]


def _cell_of(line, name, look, kinds):
    value = getattr(line, name)
    if name == "kind":
        value = kinds.get(value, "")
    is_open = name in FILLED or (line.is_free and name == "place")
    return look.cell(value, OPEN if is_open else LOCKED, bold=line.is_head and not is_open, is_open=is_open)
