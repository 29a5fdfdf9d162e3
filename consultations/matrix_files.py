"""The matrix as CSV, XLSX and DOCX: all rows that the filters leave, for the same reader."""

import tempfile

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.matrix import COLUMNS, audience_for, cells, header, readers_said
from consultations.matrix_docx import DOCX, Cover, Words, write_matrix
from consultations.matrix_filters import matrix_listing
from core.dates import Precision, say_date
from core.labels import Label
from core.languages import content_language
from core.other_forms import in_words, refused
from core.spreadsheets import filename, table_file
from core.templatetags.texts import plain
from core.text import clean_text

OF_STATES = {"text", "rationale"}  # in the language in which the State wrote


def matrix_form(request, consultation, form):
    """The matrix in one of its forms, or a 400 that says what is wrong with the query."""
    listing = matrix_listing(request, consultation)
    return refused(request, form, listing) or FORMS[form](listing)


def _name(consultation):
    """Names the label, which a table has no place for."""
    return f"comments-{consultation.pk}-tlp-{Label(audience_for(consultation).label).name.lower()}"


def _table(form):
    def made(listing):
        reading = listing.reading
        label = audience_for(reading.consultation).label
        return table_file(
            _name(reading.consultation),
            form,
            header(),
            cells(reading.known(listing.ordered())),
            on_top=f"{Label(label).label} · {readers_said(label)}",
        )

    return made


def _document(listing):
    reading, file = listing.reading, tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_matrix(file, _cover(listing), header(), map(_words, reading.known(listing.ordered())))
    file.seek(0)
    name = filename(_name(reading.consultation), "docx")
    return FileResponse(file, as_attachment=True, filename=name, content_type=DOCX)


def _words(known):
    """The cells of a row of the Word file."""
    comment = known.comment
    languages = {**dict.fromkeys(OF_STATES, comment.language), "proposed": comment.text_language}
    row = [
        Words(_text(show(known)), "" if comment.is_hidden else languages.get(name, ""))
        for name, (_label, show) in COLUMNS.items()
        if name != "places"
    ]
    return [*row, Words(links=tuple((place.words, place.url) for place in known.places))]


def _text(cell):
    return "" if cell is None else str(cell)


def _cover(listing):
    consultation = listing.reading.consultation
    label, n = audience_for(consultation).label, listing.narrowed().count()
    facts = [
        f"{plain(consultation.edition.work, 'title')}, {consultation.edition.label_of_edition}",
        _("As the portal stood on %(date)s.") % {"date": say_date(timezone.localdate(), Precision.DAY)},
        in_words(ngettext("%(n)d comment", "%(n)d comments", n) % {"n": n}, listing),
    ]
    if not listing.reading.shows:
        facts.append(_("Dispositions are published when the consultation is closed."))
    return Cover(
        clean_text(plain(consultation, "title")) or _("Comments of the States"),
        facts,
        Label(label).label,
        str(readers_said(label)),
        content_language(),
    )


FORMS = {"csv": _table("csv"), "xlsx": _table("xlsx"), "docx": _document}
