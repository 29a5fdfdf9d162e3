"""Plain text: folding for look-ups, refusing markup, lists in one field."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z!?][^>]*>?|&(?:[a-zA-Z]{2,31}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")


def fold(text):
    """Lower-case text without accents, with single spaces: "Bogotá  D.C." becomes "bogota d.c."."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(plain.split())


def refuse_markup(text):
    """Validator: raises ValidationError where plain text holds HTML tags or entities."""
    if MARKUP.search(text or ""):
        raise ValidationError(_("Plain text only: HTML markup is not accepted here."), code="markup")


def split_list(text):
    """The parts of a `;`-separated field, stripped, without empty ones."""
    return [part.strip() for part in (text or "").split(";") if part.strip()]
