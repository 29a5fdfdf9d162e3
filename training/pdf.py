"""What the PDF of an edition, or of one of its chapters, shows in one language: its text as HTML, and its digest."""

import hashlib
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.labels import Label
from core.languages import CONTENT_CODES, language_name, localized
from documents.models import Document
from reference.querysets import today
from training.models import Chapter, Edition, EditionParagraph, ParagraphText, Term
from training.paragraph_rows import ONE_PARAGRAPH, read_paragraphs

TEMPLATE = "training/pdf_document.html"
STYLE = Path(__file__).with_name("pdf.css")
COLOURS = {Label.CLEAR: "#fff", Label.GREEN: "#33ff00", Label.AMBER: "#ffc000", Label.RED: "#ff2b2b"}
TEXT_COLUMNS = ["placed__chapter__order", "placed__paragraph__serial", "placed__number", "placed__kind"]
TEXT_COLUMNS += ["placed__level", "placed__figure", "language", "version", "translates"]
Kind = EditionParagraph.Kind
MOST_COLUMNS, LONG_WORD = 6, re.compile(r"\S{30}")
CHIP = "background: #000; font: 700 12pt 'DejaVu Sans', sans-serif"
AUDIENCES = {
    Label.CLEAR: gettext_lazy("Everybody may read it and pass it on."),
    Label.GREEN: gettext_lazy("For members of the portal and those with whom they work. It is not to be published."),
    Label.AMBER: gettext_lazy("For Focal Points, alternates and the secretariat, and for those who need to know it."),
    Label.RED: gettext_lazy("Only for the people for whom it was written. It is not passed on."),
}


@dataclass(frozen=True)
class Part:
    """What a PDF is of: an edition, or one of its chapters, in a language in which some of it is written."""

    edition: Edition
    chapter: Chapter | None
    language: str

    @property
    def label(self):
        return Label(self.edition.strictest.label)

    @property
    def texts(self):
        return ParagraphText.objects.of_part(self.edition, self.chapter)

    @property
    def download_name(self):
        """The name of a reader's copy: publication, edition, chapter, language."""
        chapter = f"-{self.chapter.order}" if self.chapter else ""
        return f"{slugify(self.edition.work.slug)[:80]}-{self.edition.number}{chapter}-{self.language}.pdf"

    def said(self, record, field):
        """A text of a record in the language of the PDF, else in that of the edition, else in another."""
        return getattr(record, f"{field}_{self.language_of(record, field)}", "") or ""

    def language_of(self, record, field):
        """The language of that text."""
        codes = dict.fromkeys([self.language, self.edition.language, "en", *CONTENT_CODES])
        return next((code for code in codes if getattr(record, f"{field}_{code}", "")), self.language)


def part_in(edition, chapter, language):
    """The Part for a reader of `language`: in the language of the edition where nothing is translated into that."""
    written = ParagraphText.objects.of_part(edition, chapter).in_languages([language])
    return Part(edition, chapter, language if written.exists() else edition.language)


def form_digest():
    """What the look and the words around the text are made of, so that a new version of them makes new files."""
    sources = [STYLE, Path(__file__), Path(get_template(TEMPLATE).origin.name)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def digest_of(part):
    """The SHA-256 of all that a PDF shows; as long as it stays the same, so does the file."""
    edition, work = part.edition, part.edition.work
    chapters = Chapter.objects.of_part(edition, part.chapter)
    texts = part.texts.in_languages({part.language, edition.language}).as_read()
    shown = [
        form_digest(), part.language, part.label, edition.pk, edition.number, edition.status, edition.publication,
        edition.finalised, work.kind, part.said(work, "title"), part.said(edition, "name"),
        part.chapter.pk if part.chapter else None,
        [[chapter.order, *_head_of(part, chapter)] for chapter in chapters],
        list(texts.values_list(*TEXT_COLUMNS)),
        [[key, picture.sha256, part.said(picture, "title")] for key, picture in sorted(pictures_of(part).items())],
        [[part.said(term, "term"), part.said(term, "definition"), term.source] for term in _terms_of(part)],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(shown, default=str, ensure_ascii=False).encode()).hexdigest()


def _head_of(part, chapter):
    steward = localized(chapter.steward, "name", part.language)[0] if chapter.steward else ""
    return part.said(chapter, "title"), steward, part.said(chapter, "audience")


def _terms_of(part):
    terms = Term.objects.of(part.edition.work)
    return sorted((term for term in terms if part.said(term, "term")), key=lambda term: part.said(term, "term").lower())


def pictures_of(part):
    """{key: Document} of the pictures that everybody may see who may read the edition; no others are shown."""
    pictures = Document.objects.filter(
        figures__in=EditionParagraph.objects.of_part(part.edition, part.chapter),
        editions=part.edition, effective_label__lte=part.label, extension__in=["png", "jpeg"], open_to_partners=True,
    ).exclude(publication=Document.Publication.WITHDRAWN)  # fmt: skip
    if part.edition.publication != Edition.Publication.DRAFT:
        pictures = pictures.filter(Document.released())
    return {picture.pk: picture for picture in pictures.distinct() if _is_for_readers_of(part, picture)}


def _is_for_readers_of(part, picture):
    """Under TLP:RED: whether all named readers of the edition may see a picture."""
    if picture.effective_label < Label.RED:
        return True
    red = [record for record in (part.edition, part.edition.work) if record.label == Label.RED]
    readers = [set(record.named_states.values_list("pk", flat=True)) for record in red]
    return set.intersection(*readers) <= set(picture.effective_states.values_list("pk", flat=True))


def interface_code(language):
    """The interface language in which the words around a text are said: "pt" is "pt-br" there."""
    return next((code for code, _name in settings.LANGUAGES if code.split("-")[0] == language), "en")


def document_of(part):
    """What training/typesetting.py is given to make the PDF, but the path."""
    with translation.override(interface_code(part.language)):
        pictures = pictures_of(part)
        html = render_to_string(TEMPLATE, _context(part, pictures))
        css = STYLE.read_text() + _page_lines(part)
    known = {f"picture:{key}": [picture.file.path, picture.media_type] for key, picture in pictures.items()}
    return {"html": html, "css": css, "base": f"{settings.BASE_URL}/", "pictures": known}


def _context(part, pictures):
    edition = part.edition
    chapters = [_chapter(part, chapter, pictures) for chapter in Chapter.objects.of_part(edition, part.chapter)]
    rows = [row for chapter in chapters for row in chapter["rows"]]
    return {
        "edition": edition,
        "address": f"{settings.BASE_URL}{(part.chapter or edition).get_absolute_url()}",
        "language": part.language,
        "own_name": language_name(part.language),
        "title": part.said(edition.work, "title"),
        "title_language": part.language_of(edition.work, "title"),
        "name": name_of(part),
        "chapter": part.chapter and f"{part.chapter.order}. {part.said(part.chapter, 'title')}",
        "label": part.label.label,
        "colour": COLOURS[part.label],
        "audience": AUDIENCES[part.label],
        "today": today(),
        "chapters": chapters,
        "terms": [] if part.chapter else _glossary(part),
        "original": "" if part.language == edition.language else language_name(edition.language),
        "untranslated": sum(row.language != part.language for row in rows),
        "outdated": sum(row.is_outdated for row in rows),
    }


def name_of(part):
    """What the edition is called in the language of the PDF: its name, or "Edition 2"."""
    return part.said(part.edition, "name") or _("Edition %(number)d") % {"number": part.edition.number}


def _chapter(part, chapter, pictures):
    chapter.edition = part.edition
    title, steward, audience = _head_of(part, chapter)
    rows = read_paragraphs(chapter, part.language)
    deepest = 3 if part.chapter else 2
    headings = [row for row in rows if row.kind == Kind.HEADING and row.level <= deepest]
    return {
        "order": chapter.order,
        "title": title,
        "language": part.language_of(chapter, "title"),
        "steward": steward,
        "audience": audience,
        "rows": rows,
        "headings": [(row.serial, mark_safe(strip_tags(row.html).strip())) for row in headings],  # noqa: S308 - cleaned
        "body": mark_safe("".join(_paragraph(row, part, pictures) for row in rows)),  # noqa: S308 - escaped or cleaned
    }


def _glossary(part):
    """[(word, meaning, source, language)] of the glossary."""
    said = [(part.said(term, "term"), part.said(term, "definition"), term) for term in _terms_of(part)]
    return [(word, meaning, term.source, part.language_of(term, "term")) for word, meaning, term in said]


def _paragraph(row, part, pictures):
    """A paragraph as the PDF prints it; the HTML of its text was cleaned."""
    lang = "" if row.language == part.language else f' lang="{row.language}"'
    said = escape(_("This translation is older than the text: the original has changed since."))
    note = f'<p class="outdated" lang="{part.language}">{said}</p>' if row.is_outdated else ""
    if row.kind == Kind.HEADING:
        only = ONE_PARAGRAPH.fullmatch(row.html)
        words = only[1] if only else strip_tags(row.html)
        return f'<h{row.level} id="p{row.serial}"{lang}>{words}</h{row.level}>{note}\n'
    return f'<div class="par" id="p{row.serial}"{lang}>{_body(row, part, pictures)}{note}</div>\n'


def _body(row, part, pictures):
    """What stands beside the number, with the number: in the line where the text begins with one."""
    if row.kind == Kind.FIGURE:
        return f"{_number(row)}<figure>{_picture(row, part, pictures)}<figcaption>{row.html}</figcaption></figure>"
    if row.kind == Kind.BOX:
        return f'{_number(row)}<div class="box">{row.html}</div>'
    if row.kind == Kind.QUESTION:
        asked = f'<p class="asked" lang="{part.language}">{escape(_("Question to States"))}</p>'
        return f'{_number(row)}<div class="question">{asked}{row.html}</div>'
    if row.html.startswith("<p>"):
        return f'<p><span class="n">{row.number}</span>{row.html[3:]}'
    shaped = row.html.replace("<table>", '<table class="wide">') if _is_wide(row.html) else row.html
    return _number(row) + shaped


def _is_wide(html):
    """Whether a table has columns, or words without a space, that would make it wider than the page."""
    return "<table>" in html and (html.count("<th") > MOST_COLUMNS or LONG_WORD.search(strip_tags(html)))


def _number(row):
    return f'<div class="n">{row.number}</div>'


def _picture(row, part, pictures):
    picture = pictures.get(row.figure)
    if picture is None:
        said = escape(_("This picture is open to fewer readers than the text."))
        return f'<p class="hidden" lang="{part.language}">{said}</p>' if row.figure else ""
    return f'<img src="picture:{picture.pk}" alt="{escape(part.said(picture, "title"))}">'


def _page_lines(part):
    """The style of what stands at the head and the foot of each page: what it is of, and its label, as TLP asks."""
    title, name = part.said(part.edition.work, "title"), name_of(part)
    label = f"content: {_quoted(part.label.label)}; color: {COLOURS[part.label]}; {CHIP}"
    return (
        f"@page {{ @top-left {{ content: {_quoted(f'{title} · {name}')} }} "
        f"@top-right {{ {label} }} @bottom-right {{ {label} }} }}"
    )


def _quoted(text):
    """A text as a string of CSS, in which no sign can end it."""
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda sign: f"\\{ord(sign[0]):x} ", text) + '"'
