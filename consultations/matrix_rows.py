"""The rows of the matrix, finished as text before the template prints them."""

from html import escape

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from consultations.insertions import in_one
from consultations.models import Comment
from consultations.templatetags.dispositions import disposition_tag
from core.markdown import to_html
from core.templatetags.texts import text

LONGEST = 300  # letters of a text that stand open in a row
MOST_COMPARED = 40_000  # pairs of words of a proposed change; a page holds 25


class Rows:
    """Writes the rows of one page; what is the same in each is worked out once."""

    def __init__(self, reading):
        edition, self.reading = reading.edition, reading
        self.kinds = {value: escape(str(label)) for value, label in Comment.Kind.choices}
        self.page = reverse("consultations:comment_detail", args=[0])
        self.paragraph = reverse("training:paragraph_detail", args=[edition.work.slug, edition.number, 0])
        self.words = {
            "where": escape(_("Place")),
            "supported": escape(_("Endorsed by")),
            "proposed": escape(_("Proposed change")),
            "disposition": escape(_("Disposition")),
            "rationale": escape(_("Rationale:")),
            "show": escape(_("Show the text")),
            "more": escape(_("Read on")),
            "hidden": escape(_("hidden by the moderators")),
            "none": escape(_("none")),
            "open": escape(_("none yet")),
            "new": escape(_("New text:")),
        }

    def html(self, rows):
        """The `<tr>` of each Known."""
        return mark_safe("\n".join(self._row(known) for known in rows))  # noqa: S308 - each part is escaped

    def _row(self, known):
        comment, state = known.comment, known.state
        address = self.page.replace("/0/", f"/{comment.pk}/")
        return (
            f'<tr><th scope="row"><a href="{address}">{state.iso2}&nbsp;{comment.serial}</a> '
            f"<small>{text(state, 'name')}</small></th>\n"
            f'<td data-label="{self.words["where"]}"><div>{self._where(known)}</div></td>\n'
            f"<td>{self._comment(comment)}</td>\n{self._proposed(comment)}\n"
            f"{self._disposition(known) if self.reading.shows else ''}{self._supporters(known)}</tr>"
        )

    def _where(self, known):
        if not known.chapter:
            return escape(_("the whole text"))
        chapter, serial = known.chapter, known.comment.paragraph_serial
        if serial is None:
            return f'<a href="{chapter.get_absolute_url()}">{chapter.order}. {text(chapter, "title")}</a>'
        return f'<a href="{self.paragraph.replace("/p/0/", f"/p/{serial}/")}">{escape(known.paragraph)}</a>'

    def _comment(self, comment):
        tags = f'<span class="tag">{self.kinds[comment.kind]}</span>'
        if comment.is_hidden:
            tags += f' <span class="tag tag--cancelled">{self.words["hidden"]}</span>'
        said = self._long(comment.text)
        if comment.rationale:
            said += f'<p class="tail"><b>{self.words["rationale"]}</b></p>{self._long(comment.rationale)}'
        return f'<p>{tags}</p><div lang="{comment.language}">{said}</div>'

    def _long(self, words):
        """A text, the rest of a long one folded."""
        if len(words) <= LONGEST:
            return f"<p>{_lines(words)}</p>"
        cut = words.rfind(" ", LONGEST // 2, LONGEST)
        cut = LONGEST if cut < 0 else cut
        rest = f"<summary>{self.words['more']}</summary><p>… {_lines(words[cut:].strip())}</p>"
        return f'<p>{_lines(words[:cut])} …</p><details class="fold">{rest}</details>'

    def _proposed(self, comment):
        """The proposed text with what it puts in and takes out."""
        if not comment.proposed:
            return f'<td class="void" data-label="{self.words["proposed"]}">{self.words["none"]}</td>'
        said = "".join(in_one(to_html(comment.base), to_html(comment.proposed), most=MOST_COMPARED)[0])
        if len(comment.proposed) > LONGEST:
            said = f'<details class="fold"><summary>{self.words["show"]}</summary>{said}</details>'
        return f'<td data-label="{self.words["proposed"]}"><div lang="{comment.text_language}">{said}</div></td>'

    def _disposition(self, known):
        comment, label = known.comment, f'data-label="{self.words["disposition"]}"'
        if not known.disposition:
            return f'<td class="void" {label}>{self.words["open"]}</td>\n'
        said = disposition_tag(comment)
        said += self._long(known.observation) if known.observation else ""
        links = ", ".join(f'<a href="{place.path}">{escape(place.words)}</a>' for place in known.places)
        said += f"<p>{self.words['new']} {links}</p>" if links else ""
        return f"<td {label}><div>{said}</div></td>\n"

    def _supporters(self, known):
        label = f'data-label="{self.words["supported"]}"'
        if not known.endorsed_by:
            return f'<td class="void" {label}>{self.words["none"]}</td>'
        return f"<td {label}>{escape(known.supporters)}</td>"


def _lines(words):
    return escape(words).replace("\n", "<br>")
