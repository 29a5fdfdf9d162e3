"""HTML as the Markdown in which paragraphs are kept. A part of the splitting program: it needs no Django."""

import re

from bs4 import NavigableString, Tag
from markdownify import MarkdownConverter

# Signs that would mean something to Markdown where the text only holds them.
INLINE = re.compile(r"[\\`]|(?<!\s)\*|\*(?!\s)|(?<!\w)_|_(?!\w)|\](?=\()|<(?=[a-zA-Z/!?])|~(?=~)|&(?=#?\w+;)")
AT_START = re.compile(r"^(?:[#>+*-](?=\s|$)|\#{2,6}(?=\s|$)|\[(?=[^\]]*\]:)|[-=_*](?=[-=_* ]*$))")
NUMBER_AT_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
RAISED, LOWERED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"), str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SCHEMES = ("http://", "https://", "mailto:")
STARTERS = {"p", "li", "div", "blockquote", "td", "th", "dd", "dt", "figcaption", "[document]"}
MOST_SPANNED, MOST_CELLS = 100, 20_000


class Writer(MarkdownConverter):
    """Markdown that core.markdown reads back as the text that was given; `dropped` counts the links left out."""

    def __init__(self):
        super().__init__(wrap=True, wrap_width=None, bullets="-", heading_style="atx")
        self.dropped = self.merged = 0

    def escape(self, text, parent_tags):
        return INLINE.sub(lambda found: "\\" + found[0], text) if text else ""

    def process_text(self, el, parent_tags=None):
        text = super().process_text(el, parent_tags=parent_tags)
        before, after = el.previous_sibling, el.next_sibling
        broken = before is not None and before.name == "br"
        text = text.lstrip() if broken else text
        text = text.rstrip() if after is not None and after.name == "br" else text
        if broken or (before is None and el.parent is not None and el.parent.name in STARTERS):
            text = _guarded(text)
        return text

    def convert_br(self, el, text, parent_tags):
        return " " if "_inline" in parent_tags else "\n"

    def convert_hr(self, el, text, parent_tags):
        return ""

    def convert_img(self, el, text, parent_tags):
        return ""

    def convert_a(self, el, text, parent_tags):
        address = "".join((el.get("href") or "").split())
        if not text.strip() or not address.lower().startswith(SCHEMES):
            self.dropped += bool(text.strip()) and bool(address) and not address.startswith("#")
            return text
        inner = re.sub(r"(?<!\\)([\[\]])", r"\\\1", text.strip())
        address = re.sub(r"[<>()\\]", lambda sign: f"%{ord(sign[0]):02X}", address)
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{lead}[{inner}]({address}){tail}"

    def _emphasis(self, el, text, mark):
        """Emphasis, where Markdown can say it: not where a letter touches a mark that a point stands inside of."""
        inner = text.strip()
        if not inner or not _sayable(el, text):
            return text
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{lead}{mark}{inner}{mark}{tail}"

    def convert_strong(self, el, text, parent_tags):
        return self._emphasis(el, text, "**")

    def convert_em(self, el, text, parent_tags):
        return self._emphasis(el, text, "*")

    convert_b, convert_i = convert_strong, convert_em

    def convert_sup(self, el, text, parent_tags):
        return text.translate(RAISED) if text.strip().isdecimal() else text

    def convert_sub(self, el, text, parent_tags):
        return text.translate(LOWERED) if text.strip().isdecimal() else text

    def convert_table(self, el, text, parent_tags):
        return text if "_inline" in parent_tags else f"\n\n{self.table(el)}\n\n"

    def convert_tr(self, el, text, parent_tags):
        return text

    def convert_td(self, el, text, parent_tags):
        return f" {text.strip()} "

    convert_th = convert_td

    def table(self, table):
        """A table of Markdown; what a merged cell says is repeated in each place that it covers."""
        rows = self._grid(table)
        width = max((len(row) for row in rows), default=0)
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
        return "\n".join([*lines[:1], "|" + " --- |" * width, *lines[1:]]) if width else ""

    def _grid(self, table):
        rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
        grid, below, cells = [], {}, 0
        for row in rows:
            line, here, below = [], below, {}
            for cell in row.find_all(["td", "th"], recursive=False):
                _covered(line, here, below)
                text, across, down = self._cell(cell), _span(cell, "colspan"), _span(cell, "rowspan")
                self.merged += across * down > 1
                for _column in range(across):
                    if down > 1:
                        below[len(line)] = (text, down - 1)
                    line.append(text)
            _covered(line, here, below)
            cells += len(line)
            if cells > MOST_CELLS:
                raise ValueError("a table without end")
            grid.append(line)
        return [line for line in grid if any(line)]

    def _cell(self, cell):
        text = " ".join(self.process_tag(cell, parent_tags={"table", "tr"}).split())
        return text.replace("|", "\\|")


def _covered(line, here, below):
    """Fill the places of a row that cells of the rows above cover."""
    while len(line) in here:
        text, left = here[len(line)]
        if left > 1:
            below[len(line)] = (text, left - 1)
        line.append(text)


def _span(cell, name):
    said = str(cell.get(name) or "1")
    return max(1, min(int(said), MOST_SPANNED)) if said.isdecimal() and len(said) < 6 else 1


def _guarded(text):
    """A text whose beginning Markdown does not take for a list, a heading or a definition."""
    if AT_START.match(text):
        return "\\" + text
    return NUMBER_AT_START.sub(r"\1\\\2", text)


def _sayable(el, text):
    before, after = _neighbour(el, "previous_sibling")[-1:], _neighbour(el, "next_sibling")[:1]
    inner = text.strip()
    opens = text[:1].isspace() or inner[0].isalnum() or not before.isalnum()
    closes = text[-1:].isspace() or inner[-1].isalnum() or not after.isalnum()
    return opens and closes and "*" not in (before, after)


def _neighbour(el, side):
    other = getattr(el, side)
    return (
        other.get_text() if isinstance(other, Tag) else str(other or "") if isinstance(other, NavigableString) else ""
    )
