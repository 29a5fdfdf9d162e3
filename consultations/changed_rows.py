"""What became of the paragraphs of a chapter, as finished text: what differs in full, what does not in one line."""

from html import escape
from itertools import groupby

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.comparing import address_of
from consultations.insertions import Effort, all_of, in_one
from core.languages import content_language
from core.markdown import clean
from documents.models import Document
from training.models import EditionParagraph
from training.paragraph_rows import ONE_PARAGRAPH

Kind = EditionParagraph.Kind
TAGS = {  # in the order in which they stand
    "added": "done",
    "removed": "cancelled",
    "left": "ongoing",
    "changed": "upcoming",
    "moved": "ongoing",
    "kind": "upcoming",
}


class Rows:
    """Prints the Items of a chapter for one reader; `query` is what the page was asked, "" or "?…"."""

    def __init__(self, comparison, row, items, *, user, query, everything):
        self.comparison, self.row, self.items = comparison, row, items
        self.query, self.everything, self.effort = query, everything, Effort()
        self.orders = {one.was.pk: one.was.order for one in (*comparison.chapters, *comparison.gone) if one.was}
        self.here = {item.serial for item in items}
        self.reading = {"now": row.now and row.now.get_absolute_url(), "was": row.was and row.was.get_absolute_url()}
        reader = content_language()
        self.lang = {
            name: "" if edition.language == reader else f' lang="{edition.language}"'
            for name, edition in (("now", comparison.new), ("was", comparison.old))
        }
        self.pictures = self._pictures(user)
        self.pieces, self.taken = self._families()
        self.bodies = self._bodies()
        self.words = _words()

    def html(self):
        """All of them: what is as it was in a line for each run, unless everything is asked."""
        parts = []
        for is_quiet, run in groupby(self._with_headings(), key=lambda pair: pair[1]):
            items = [item for item, _quiet in run]
            parts += [self._line(items)] if is_quiet else map(self._item, items)
        return mark_safe("".join(parts))  # noqa: S308 - each part is escaped or cleaned

    def _with_headings(self):
        """[(item, whether it goes into a line)]; a heading stands where something below it differs."""
        found, differs = [], False
        for item in reversed(self.items):
            differs = differs or bool(item.how)
            heads = item.is_heading and differs
            found.append((item, not (item.how or heads or self.everything)))
            if item.is_heading:
                differs = False
        return found[::-1]

    def _line(self, items):
        """Unchanged paragraphs, with the way to them."""
        items = [item for item in items if not item.is_heading] or items
        said = ngettext("%(n)d paragraph unchanged", "%(n)d paragraphs unchanged", len(items)) % {"n": len(items)}
        numbers = [item.now.number for item in items if item.now.number]
        where = escape("–".join(dict.fromkeys((numbers[0], numbers[-1])))) if numbers else ""
        more = f"{self.query}{'&amp;' if self.query else '?'}all=1#p{items[0].serial}"
        return f'<div class="par"><p class="soft"><a href="{more}">{said}</a> {where}</p></div>\n'

    def _item(self, item):
        name = f"p{item.serial}"
        spot = item.was if item.how & {"removed", "left"} else item.now
        number = ""
        if not item.is_heading:
            address = self.reading["was" if spot is item.was else "now"]
            shown = escape(spot.number) or name
            number = f'<a class="par__n" href="{address}#{name}">{self.words["sr"]}{shown}</a>'
        said = self._said(item, spot)
        meta = f'<p class="meta">{said}</p>' if said else ""
        return f'<div class="par" id="{name}">{number}<div>{meta}{self._text(item)}</div>{self._why(item)}</div>\n'

    def _said(self, item, spot):
        """What was done to it, as tags, and from where and to where."""
        tags = [
            f'<span class="tag tag--{shade}">{self.words[how]}</span>' for how, shade in TAGS.items() if how in item.how
        ]
        facts = [*self._places(item, spot), *self._others(item)]
        if "kind" in item.how:
            kinds = {"before": _kind(item.was), "after": _kind(item.now)}
            facts.append(escape(_("%(before)s before, %(after)s now") % kinds))
        together = item.paragraph in self.pieces or item.paragraph in self.taken
        if "changed" in item.how and not together and not self.bodies[item.serial][1]:
            facts.append(self.words["form"])
        return " ".join([*tags, *(f"<span>{fact}</span>" for fact in facts)])

    def _places(self, item, spot):
        if "removed" in item.how:
            where = {"number": spot.number, "edition": self.comparison.old.label_of_edition}
            yield escape(_("%(number)s in %(edition)s") % where).strip()
        elif "left" in item.how:
            said = _("to chapter %(chapter)d: %(number)s")
            here = {"chapter": item.now.order, "number": item.now.number or f"p{item.serial}"}
            address = escape(address_of(self.comparison, item.now.order))
            yield f'<a href="{address}#p{item.serial}">{escape(said % here)}</a>'
        elif "moved" in item.how and item.was.chapter != (self.row.was and self.row.was.pk):
            said = _("from chapter %(chapter)d: %(number)s")
            there = {"chapter": self.orders[item.was.chapter], "number": item.was.number or f"p{item.serial}"}
            yield escape(said % there)
        elif item.was and item.was is not spot and item.was.number not in ("", spot.number):
            yield escape(_("was %(number)s") % {"number": item.was.number})

    def _others(self, item):
        """What was split from it or went into it; whence it was split, into what it went."""
        if item.paragraph in self.pieces:
            names = ", ".join(f"p{one.serial}" for one in [item, *self.pieces[item.paragraph]])
            yield escape(_("split into %(names)s") % {"names": names})
        if item.paragraph in self.taken:
            names = ", ".join(f"p{one.serial}" for one in self.taken[item.paragraph])
            yield escape(_("took in %(names)s") % {"names": names})
        if not item.other:
            return
        said = _("split from %(name)s") if "split" in item.how else _("went into %(name)s")
        serial = item.other[1]
        edition = self.comparison.new
        address = f"{edition.get_absolute_url()}p/{serial}/"
        address = f"#p{serial}" if serial in self.here else address
        yield f'<a href="{address}">{escape(said % {"name": f"p{serial}"})}</a>'

    def _text(self, item):
        if "left" in item.how:
            return ""
        body = self.bodies[item.serial][0]
        if item.is_heading:
            only = ONE_PARAGRAPH.fullmatch(body)
            body = f"<h{item.now.level}>{only[1] if only else body}</h{item.now.level}>"
            return f"<div{self.lang['now']}>{body}</div>"
        if item.now and item.now.kind == Kind.FIGURE:
            body = f"<figure>{self._picture(item.now.figure)}<figcaption>{body}</figcaption></figure>"
        if "<table>" in body:
            body = body.replace("<table>", self.words["table"]).replace("</table>", "</table></div>")
        shape = {Kind.BOX: " box", Kind.QUESTION: " notice"}.get(item.now.kind if item.now else "", "")
        return f'<div class="prose{shape}"{self.lang["now" if item.now else "was"]}>{body}</div>' if body else ""

    def _why(self, item):
        """The comments that caused it."""
        if not item.comments:
            return ""
        rows = "".join(f"<li>{self._comment(comment)}</li>" for comment in item.comments)
        return f'<div class="par__side"><p class="soft">{self.words["why"]}</p><ul class="links">{rows}</ul></div>'

    def _comment(self, comment):
        hidden = f" {self.words['hidden']}" if comment.is_hidden else ""
        said = f"<small>{escape(comment.get_disposition_display())}{hidden}</small>"
        return f'<a href="{comment.get_absolute_url()}">{escape(comment.code)}</a> {said}'

    def _bodies(self):
        """{serial: (safe HTML, whether its words differ)}."""
        pieces, taken = self.pieces, self.taken
        shown_elsewhere = {one.serial for family in (*pieces.values(), *taken.values()) for one in family}
        found = {}
        for item in self.items:
            if item.serial in found:
                continue
            if "changed" in item.how:
                family = [item, *pieces.get(item.paragraph, [])]
                before = [item.html["was"], *(gone.html["was"] for gone in taken.get(item.paragraph, []))]
                after = [one.html["now"] for one in family]
                bodies, differs = in_one("\n".join(before), *after, effort=self.effort)
                found |= {one.serial: (body, differs) for one, body in zip(family, bodies, strict=True)}
            elif "removed" in item.how:
                went = item.serial in shown_elsewhere
                found[item.serial] = ("" if went else all_of(item.html["was"], "del"), True)
            elif "added" in item.how:
                is_piece = item.serial in shown_elsewhere
                found[item.serial] = ("" if is_piece else all_of(item.html["now"], "ins"), True)
            else:
                found[item.serial] = (clean(item.html.get("now", "")), False)
        return found

    def _families(self):
        """({paragraph: the pieces split from it}, {paragraph: those that went into it}), of those that changed."""
        rows = {item.paragraph: item for item in self.items}
        pieces, taken = {}, {}
        for item in self.items:
            if not item.other:
                continue
            root, seen = rows.get(item.other[0]), set()
            while root and root.other and root.paragraph not in seen and root.how & item.how & {"split", "merged"}:
                seen.add(root.paragraph)
                root = rows.get(root.other[0])
            if root and "changed" in root.how:
                family = pieces if "split" in item.how else taken
                family.setdefault(root.paragraph, []).append(item)
        return pieces, taken

    def _pictures(self, user):
        keys = {item.now.figure for item in self.items if item.now and item.now.figure and "now" in item.html}
        return {row.pk: row for row in Document.objects.visible_to(user).filter(pk__in=keys)} if keys else {}

    def _picture(self, key):
        picture = self.pictures.get(key)
        return f'<img src="{picture.get_absolute_url()}" alt="">' if picture else ""


def _kind(spot):
    label = str(Kind(spot.kind).label)
    return f"{label} {spot.level}" if spot.level else label


def _words():
    """The words that many paragraphs need, escaped."""
    table = escape(_("Table"))
    words = {
        "changed": _("Changed"),
        "added": _("New"),
        "removed": _("Removed"),
        "left": _("Moved"),
        "moved": _("Moved"),
        "kind": _("Another kind"),
        "form": _("Only its form or a link differs, no word."),
        "why": _("Because of comments"),
        "hidden": _("(hidden by the moderators)"),
    }
    words = {key: escape(said) for key, said in words.items()}
    words["sr"] = f'<span class="sr">{escape(_("Paragraph"))} </span>'
    words["table"] = f'<div class="table-box" role="region" tabindex="0" aria-label="{table}"><table class="table">'
    return words
