"""Plain text: folding for look-ups, refusing markup, lists in one field."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Words that stand where a slug stands in an address: parts of the portal, and verbs of pages to come.
RESERVED_SLUGS = {
    "about", "add", "calendar", "compare", "confirm", "consultations", "delete", "directory", "drafts", "edit",
    "export", "feed", "history", "import", "lessons", "loads", "map", "matrix", "new", "partners", "people", "posts",
    "preview", "propose", "review", "search", "series", "submit", "threads", "timeline", "treaties", "treaty",
    "unread", "withdraw",
}  # fmt: skip
LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# What neither XML nor a calendar nor a workbook may hold: controls, halves of pairs, and what is no character.
UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z!?][^>]*>?|&(?:[a-zA-Z]{2,31}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")


def fold(text):
    """Lower-case text without accents, with single spaces: "Bogotá  D.C." becomes "bogota d.c."."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(plain.split())


def clean_text(text):
    """Text as any file may hold it: line ends as \\n, and no character that has no business in text."""
    return text if text.isprintable() else UNWRITABLE.sub("", LINE_ENDS.sub("\n", text))


def refuse_markup(text):
    """Validator: raises ValidationError where plain text holds HTML tags or entities."""
    if MARKUP.search(text or ""):
        raise ValidationError(_("Plain text only: HTML markup is not accepted here."), code="markup")


def refuse_reserved(slug):
    """Validator: raises ValidationError for a slug that is a part of the portal's own addresses."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("“%(slug)s” is a word of the portal's own addresses."), params={"slug": slug})


def split_list(text):
    """The parts of a `;`-separated field, stripped, without empty ones."""
    return [part.strip() for part in (text or "").split(";") if part.strip()]
