"""Languages of content, and choosing the text a reader gets, field by field."""

import pycountry
from django.conf import settings
from django.utils.translation import get_language, get_language_info

CONTENT_LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("pt", "Português"),
    ("fr", "Français"),
]
CONTENT_CODES = [code for code, _ in CONTENT_LANGUAGES]


def content_language():
    """The content language that serves the reader's interface language: "pt-br" reads "pt"."""
    code = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return code if code in CONTENT_CODES else "en"


def localized(record, field, reader=None):
    """The text of a translated field and its language, as (text, code).

    Tried in order: the reader's language (`reader`, where it was asked for already), the record's own language,
    English, the others. A column `original_<field>` counts as the text in the record's own language.
    Returns ("", reader's code) where no language has a text.
    """
    reader = reader or content_language()
    if said := getattr(record, f"{field}_{reader}", None):
        return said, reader
    own = getattr(record, "language", "en")
    original = getattr(record, f"original_{field}", "")
    for code in dict.fromkeys([reader, own, "en", *CONTENT_CODES]):
        text = getattr(record, f"{field}_{code}", None) or (original if code == own else "")
        if text:
            return text, code
    return "", reader


def translations(record, field):
    """Every language a field has a text in, as [(code, language's own name, text)]."""
    found = [(code, name, getattr(record, f"{field}_{code}")) for code, name in CONTENT_LANGUAGES]
    return [row for row in found if row[2]]


def texts(record, field):
    """The texts of a field in every language that has one, as a list."""
    return [text for _code, _name, text in translations(record, field)]


def language_name(code):
    """A language's own name by its ISO 639-1 code, else its English one; the code where there is no such language."""
    try:
        return get_language_info(code)["name_local"].capitalize()
    except KeyError:
        language = pycountry.languages.get(alpha_2=code)
        return language.name if language else code
