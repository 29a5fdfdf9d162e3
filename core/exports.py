"""Cells that a spreadsheet would take for a formula: refused in imports, escaped in exports."""

import re

PLAIN_NUMBER = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
ESCAPABLE = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # quotes before it count, so that unescaping is exact
ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def is_formula(text):
    """Whether a spreadsheet may run this cell; a plain number such as -34.6 is none."""
    return bool(FORMULA.match(text)) and not PLAIN_NUMBER.fullmatch(text)


def escape_cell(value):
    """A value as it may stand in a CSV or XLSX file: text that looks like a formula gets a leading quote."""
    if isinstance(value, str) and ESCAPABLE.match(value) and not PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def unescape_cell(text):
    """The text that escape_cell() was given."""
    return text[1:] if ESCAPED.match(text) else text
