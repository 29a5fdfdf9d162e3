"""The interface in Spanish, Portuguese and French: every text is there, whole, and with its placeholders."""

import re
from string import Formatter

import polib
import pytest
from django.conf import settings
from django.utils import translation

CATALOGUES = ["es", "pt_BR", "fr"]
PYTHON = re.compile(r"%(?:\((\w+)\))?[#0\- +]*\d*(?:\.\d+)?([sdifr%])")
TAG = re.compile(r"</?\w+[^>]*>")
# Names and abbreviations that are the same in every language.
NAMES = {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:RED"}


def entries(locale):
    catalogue = polib.pofile(str(settings.BASE_DIR / "locale" / locale / "LC_MESSAGES" / "django.po"))
    return [entry for entry in catalogue if not entry.obsolete]


def pairs(entry):
    """(the texts that were translated, a translation): one, or one for each plural form."""
    if entry.msgid_plural:
        return [((entry.msgid, entry.msgid_plural), text) for text in entry.msgstr_plural.values()]
    return [((entry.msgid,), entry.msgstr)]


def placeholders(text):
    """What a text leaves open: %(name)s, %s and {name}."""
    return sorted(name or kind for name, kind in PYTHON.findall(text) if kind != "%")


def fields(text):
    return sorted(name for _, name, *_ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("locale", CATALOGUES)
def test_every_text_is_translated(locale):
    missing = [entry.msgid for entry in entries(locale) if not all(text.strip() for _, text in pairs(entry))]
    assert missing == []


@pytest.mark.parametrize("locale", CATALOGUES)
def test_no_translation_is_a_guess(locale):
    assert [entry.msgid for entry in entries(locale) if entry.fuzzy] == []


@pytest.mark.parametrize("locale", CATALOGUES)
def test_no_translation_loses_or_adds_a_placeholder(locale):
    def kept(text, said, entry):
        braces = "python-brace-format" not in entry.flags or fields(text) == fields(said)
        return (
            braces
            and placeholders(text) == placeholders(said)
            and sorted(TAG.findall(text)) == sorted(TAG.findall(said))
        )

    broken = [
        (texts, said)
        for entry in entries(locale)
        for texts, said in pairs(entry)
        if not any(kept(text, said, entry) for text in texts)
    ]
    assert broken == []


@pytest.mark.parametrize("locale", CATALOGUES)
def test_no_translation_loses_its_outer_spaces_or_lines(locale):
    def shape(text):
        return text[:1].isspace(), text[-1:].isspace()

    assert [said for entry in entries(locale) for texts, said in pairs(entry) if shape(texts[0]) != shape(said)] == []


def test_the_catalogues_hold_the_same_texts():
    held = {
        locale: {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries(locale)} for locale in CATALOGUES
    }
    assert held["es"] == held["pt_BR"] == held["fr"]
    assert len(held["es"]) > 300


@pytest.mark.parametrize("locale", CATALOGUES)
def test_most_texts_differ_from_the_english(locale):
    """A catalogue filled with the English text is none; short words may well be the same."""
    same = [entry.msgid for entry in entries(locale) if entry.msgstr == entry.msgid and len(entry.msgid.split()) > 3]
    assert set(same) <= NAMES


TEMPLATE_TEXT = re.compile(r"\{%\s*translate\s+\"((?:[^\"\\]|\\.)*)\"(?:\s+context\s+\"([^\"]*)\")?")


def test_every_text_of_the_templates_is_in_the_catalogues():
    held = {(entry.msgctxt or "", entry.msgid) for entry in entries("es")}
    said = {
        (context, text)
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for text, context in TEMPLATE_TEXT.findall(path.read_text())
    }
    assert len(said) > 200
    assert said - held == set()


@pytest.mark.parametrize(("language", "said"), [("es", "Legislación"), ("pt-br", "Legislação"), ("fr", "Législation")])
def test_the_compiled_catalogues_are_used(client, db, language, said):
    assert f">{said}</a>" in client.get(f"/{language}/").content.decode()
    with translation.override(language):
        assert translation.gettext("Legislation") == said
