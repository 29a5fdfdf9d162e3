"""What stands beside the paragraphs of a chapter for those who comment on it: the comments, and the way to add one."""

from html import escape

from django.db.models import prefetch_related_objects
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consultations.beside_edition import consultations_on
from consultations.models import Comment, Consultation
from consultations.rules import spaces_of, why_not_comment
from core.languages import localized
from members.access import Action, Scope, can, scope
from reference.models import MemberState
from training.models import EditionParagraph

MOST_BESIDE = 8  # comments at one paragraph; the rest are counted
LONGEST_BEGINNING = 90
COLUMNS = ["placed__paragraph__serial", "pk", "state__iso2", "serial", "kind", "status", "is_hidden", "language"]
COLUMNS += ["beginning"]


def beside_chapter(chapter, user):
    """{serial: finished HTML} for the paragraphs of a chapter that passed the gate; nothing for whoever neither reads
    comments nor writes them."""
    if scope(user, Action.READ_COMMENTS) == Scope.NONE:
        return {}
    now = timezone.now()
    consultations = [row for row in consultations_on(chapter.edition) if row.opens <= now]
    if not consultations:
        return {}
    found = _comments(chapter, user, consultations)
    ways = _ways(chapter, user, [row for row in consultations if row.stage == Consultation.Stage.OPEN])
    placed = chapter.placed.order_by().values_list("paragraph__serial", "kind")
    kinds = dict(placed) if ways else dict.fromkeys(found, "")
    say = Saying(ways)
    return {serial: say.beside(serial, kind, found.get(serial, [])) for serial, kind in kinds.items()}


def _comments(chapter, user, consultations):
    """{serial: [rows of COLUMNS]} of the comments on a chapter that somebody may know of."""
    rows = Comment.objects.visible_within(consultations, user).on_paragraphs_of(chapter).standing()
    rows, found = rows.in_matrix_order(), {}
    for row in rows.annotate(beginning=Left("text", LONGEST_BEGINNING + 1)).values_list(*COLUMNS):
        found.setdefault(row[0], []).append(row[1:])
    return found


def _ways(chapter, user, consultations):
    """[(address of the form without the paragraph, name of the State where there are several)] for whoever writes."""
    if not consultations or not can(user, Action.DRAFT_COMMENT):
        return []
    prefetch_related_objects(consultations, "chapters", "states", "extensions")
    asked = [row for row in consultations if not row.chapters.all() or chapter in row.chapters.all()]
    states = list(MemberState.objects.filter(pk__in=spaces_of(user)).by_name())
    ways = [(row, state) for row in asked for state in states if not why_not_comment(row, state)]
    several = len(ways) > 1
    return [
        (reverse("consultations:comment_add", args=[row.pk, state.slug]), _for(row, state) if several else "")
        for row, state in ways
    ]


def _for(consultation, state):
    return escape(f" ({localized(state, 'name')[0]}, {consultation})")


class Saying:
    """How one page says comments and ways to write one: what is the same on each paragraph is worked out once."""

    def __init__(self, ways):
        self.ways = ways
        self.heading, self.add = escape(_("Comments")), escape(pgettext("to say something of a text", "Comment"))
        self.kinds = {kind.value: escape(str(kind.label)) for kind in Comment.Kind}
        self.draft = f" · {escape(str(Comment.Status.DRAFT.label))}"
        self.hidden = f" · {escape(_('hidden by the moderators'))}"
        self.pages = reverse("consultations:comment_detail", args=[0]).removesuffix("0/")

    def beside(self, serial, kind, comments):
        """What stands beside one paragraph. A heading is no place to begin a comment."""
        links = "".join(
            f'<p class="no-print"><a href="{url}?p={serial}">{self.add}<span class="sr"> p{serial}</span>{more}</a></p>'
            for url, more in (self.ways if kind != EditionParagraph.Kind.HEADING else [])
        )
        if not comments and not links:
            return ""
        if not comments:
            return f'<div class="par__side">{links}</div>'
        items = "".join(self._item(*row) for row in comments[:MOST_BESIDE])
        if len(comments) > MOST_BESIDE:
            items += f"<li>{escape(_('and %(n)d more') % {'n': len(comments) - MOST_BESIDE})}</li>"
        head = f'<p class="soft">{self.heading}</p><ul class="links">{items}</ul>'
        return f'<div class="par__side">{head}{links}</div>'

    def _item(self, pk, state, serial, kind, status, is_hidden, language, beginning):
        code = f"{state} {serial}" if serial else state
        signs = self.kinds[kind] + (self.draft if status == Comment.Status.DRAFT else "")
        signs += self.hidden if is_hidden else ""
        words = beginning if len(beginning) <= LONGEST_BEGINNING else f"{beginning[:LONGEST_BEGINNING].rstrip()}…"
        said = f'<small>{signs}</small> <span lang="{language}">{escape(words)}</span>'
        return f'<li><a href="{self.pages}{pk}/">{escape(code)}</a> {said}</li>'
