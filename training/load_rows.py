"""What the page shows on which a loaded text is confirmed: its plan in parts, remarks and differences as words."""

from dataclasses import dataclass, field
from itertools import groupby

from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from core.markdown import clean, to_html
from moderation.differences import marked
from training.load_plan import Entry
from training.parsing import plain

ROWS_OF_PAGE = 100
NEW, CHANGED = pgettext_lazy("paragraphs", "new"), pgettext_lazy("paragraphs", "changed")
MOVED, LEFT_OUT = pgettext_lazy("paragraphs", "moved"), pgettext_lazy("paragraphs", "left out")


@dataclass
class Row:
    """One entry to be looked at, or several in a row that stay as they are."""

    entry: Entry | None = None
    same: list = field(default_factory=list)


def parts_of(entries):
    """The Rows of a plan, in pages."""
    rows = []
    for stays, group in groupby(entries, lambda entry: entry.fate == "same" and not entry.moved):
        found = list(group)
        rows += [Row(same=found)] if stays else list(map(Row, found))
    return [rows[at : at + ROWS_OF_PAGE] for at in range(0, len(rows), ROWS_OF_PAGE)] or [[]]


def shown_in(rows):
    """The entries of a page that have fields."""
    return [row.entry for row in rows if row.entry]


def lines_of(rows, form, plan):
    """What the template prints of each Row."""
    return [_line(row.entry, form, plan) if row.entry else _folded(row.same) for row in rows]


def _folded(entries):
    first, last, n = entries[0].old, entries[-1].old, len(entries)
    said = ngettext(
        "%(n)d paragraph stays as it is: %(first)s", "%(n)d paragraphs stay as they are: %(first)s to %(last)s", n
    )
    words = {"n": n, "first": first.placed.paragraph.identifier, "last": last.placed.paragraph.identifier}
    texts = [(entry.old.placed, Truncator(plain(entry.text[:400])).chars(120)) for entry in entries]
    return {"same": texts, "said": said % words}


def _line(entry, form, plan):
    placed = entry.old.placed if entry.old else None
    line = {"entry": entry, "placed": placed, "fate": _fate(entry, plan), "how": _how(entry)}
    line["name"] = placed.paragraph.identifier if placed else _("block %(n)d") % {"n": entry.place + 1}
    names = [f"kind_{entry.place}", f"as_{entry.place}"] if entry.place is not None else [f"out_{entry.old.serial}"]
    line["fields"] = [form[name] for name in names if name in form.fields]
    if entry.fate == "changed" and entry.before and entry.is_rewritten:
        line["before"], line["after"] = marked(entry.before, entry.text)
    else:
        line["html"] = mark_safe(_html(entry))  # noqa: S308 - cleaned
    if plan.is_translation and entry.old:
        line["original"] = mark_safe(clean(entry.old.original.html))  # noqa: S308 - cleaned
    return line


def _html(entry):
    html = clean(to_html(entry.text))
    if entry.level:
        return html.replace("<p>", "<p><strong>", 1).replace("</p>", "</strong></p>", 1)
    return html


def _fate(entry, plan):
    """(what becomes of it, the look of its tag)."""
    if plan.is_translation and entry.fate == "changed":
        return (_("changed translation"), "ongoing") if entry.before else (_("new translation"), "in-force")
    return {
        "new": (NEW, "in-force"),
        "chapter": (_("a chapter begins"), "ongoing"),
        "same": (MOVED, "upcoming"),
        "changed": (_("changed and moved") if entry.moved else CHANGED, "ongoing"),
        "removed": (_("not in the text: taken out"), "cancelled"),
        "kept": (_("not in the text: stays"), "past"),
        "out": (LEFT_OUT, "cancelled"),
        "left": (_("belongs to no paragraph: not loaded"), "overdue"),
    }[entry.fate]


def _how(entry):
    """What else is to be said of an entry."""
    said = []
    if entry.other:
        words = _("It was a part of %(name)s.") if entry.fate == "new" else _("It is a part of %(name)s now.")
        said.append(words % {"name": entry.other.placed.paragraph.identifier})
    if entry.fate == "changed" and entry.is_recast:
        placed = entry.old.placed
        if (placed.kind, placed.level) != (entry.kind, entry.level):
            said.append(_("It was: %(kind)s.") % {"kind": placed.get_kind_display()})
        if entry.has_new_picture:
            said.append(_("It gets another picture."))
    return " ".join(said)


def summary_of(plan):
    """[(how many, what becomes of them)] of a plan."""
    words = {
        "new": NEW, "changed": CHANGED, "same": _("unchanged"), "moved": MOVED, "removed": _("taken out"),
        "kept": _("not in the text, stay"), "out": LEFT_OUT, "chapter": _("new chapters"),
        "left": _("belong to no paragraph"),
    }  # fmt: skip
    return [(plan.counts[fate], said) for fate, said in words.items() if plan.counts.get(fate)]
