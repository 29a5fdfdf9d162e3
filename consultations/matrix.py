"""The consolidated matrix: what the States said in a consultation, as one reader gets it, on page and in files.

A comment that the moderators hid keeps its row. Its State and the secretariat read its words on the page, marked; files
are passed on and do not hold them.
"""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.disposing import shows_dispositions
from consultations.models import Comment, Endorsement
from core.kept_sql import by_keys
from core.labels import Label
from core.other_forms import grouped, in_batches
from core.templatetags.texts import plain
from events.dossier import Audience
from members.access import Action, Scope, can, scope
from reference.models import MemberState
from training.models import Chapter, Edition, ParagraphChange
from training.pdf import AUDIENCES


def comments_for(consultation, user):
    """What was officially said in a consultation that passed the gate, as far as `user` may know of it."""
    return Comment.objects.visible_within([consultation], user).submitted()


def hears_all(user, consultation):
    """Whether somebody reads what every State submitted; else what his own did."""
    if can(user, Action.CONSULT):
        return True
    is_shown = consultation.shown == consultation.Shown.AT_ONCE or consultation.ends <= timezone.now()
    return is_shown and scope(user, Action.READ_COMMENTS) == Scope.ANY


def audience_for(consultation):
    """For whom a page or file of comments is: whoever reads the text, but never more people than read comments."""
    label = Label(max(consultation.label, Label.AMBER))
    return Audience(label, consultation.edition.publication == Edition.Publication.PUBLISHED)


def readers_said(label):
    """For whom such a label is, in words."""
    return AUDIENCES[Label(label)]


@dataclass(frozen=True)
class Place:
    """A paragraph that changed because of a comment, in the edition in which it did."""

    identifier: str
    edition: str
    path: str

    @property
    def words(self):
        return f"{self.identifier}, {self.edition}"

    @property
    def url(self):
        return settings.BASE_URL + self.path


@dataclass
class Known:
    """A comment with what stands beside it. What is not yet published of its disposition is empty."""

    comment: Comment
    state: MemberState
    chapter: Chapter | None
    disposition: str = ""
    observation: str = ""
    endorsed_by: list = field(default_factory=list)
    places: list = field(default_factory=list)

    @property
    def paragraph(self):
        """ "3.2 (p17)", or "" where it is on none."""
        number, serial = self.comment.paragraph_number, self.comment.paragraph_serial
        if serial is None:
            return ""
        return f"{number} (p{serial})" if number else f"p{serial}"

    @property
    def supporters(self):
        return ", ".join(self.endorsed_by)

    def passed_on(self, words):
        """Words of the State, for a file; "" of a comment that is hidden."""
        return "" if self.comment.is_hidden else words


PLACED = {"paragraph_number": F("placed__number"), "paragraph_serial": F("placed__paragraph__serial")}
COMMENT = [field.attname for field in Comment._meta.concrete_fields]


def _of_keys(keys):
    return Comment.objects.filter(pk__in=keys).order_by().values(*COMMENT, **PLACED)


def _comment_of(row):
    """The Comment of a row of _of_keys."""
    placed = {name: row.pop(name) for name in PLACED}
    comment = Comment(**row)
    vars(comment).update(placed)
    return comment


def _supporting(keys):
    return Endorsement.objects.filter(comment__in=keys).order_by().values("comment", "state")


class Reading:
    """Reads comments of one consultation, that passed the gate, with what stands beside them and `user` may know."""

    def __init__(self, consultation, user):
        self.consultation, self.edition, self.user = consultation, consultation.edition, user
        self.shows = shows_dispositions(user, consultation)

    @cached_property
    def states(self):
        return MemberState.objects.visible_to(self.user).in_bulk()

    @cached_property
    def chapters(self):
        """{key: Chapter} of the edition, in their order."""
        chapters = {chapter.pk: chapter for chapter in Chapter.objects.of(self.edition).order_by("order")}
        for chapter in chapters.values():
            chapter.edition = self.edition
        return chapters

    @cached_property
    def editions(self):
        """{key: (name, path of a paragraph in it)} of the publication's editions that the reader may know of."""
        editions = Edition.objects.visible_to(self.user).of(self.edition.work)
        slug = self.edition.work.slug
        return {
            row.pk: (row.label_of_edition, reverse("training:paragraph_detail", args=[slug, row.number, 0]))
            for row in editions
        }

    def known(self, comments):
        """The Known of each of the comments, in their order, read in batches."""
        for batch in in_batches(comments.annotate(**PLACED)):
            yield from self._beside(batch)

    def of_keys(self, keys):
        """The same of one page, by the comments' keys."""
        found = {row["id"]: row for row in by_keys(_of_keys, keys)}
        return list(self._beside([_comment_of(found[key]) for key in keys if key in found]))

    def _beside(self, batch):
        keys = [comment.pk for comment in batch]
        supporters, places = self._supporters(keys), self._places(keys) if self.shows else {}
        for comment in batch:
            yield self._known(comment, supporters.get(comment.pk, []), places.get(comment.pk, []))

    def _known(self, comment, supporters, places):
        comment.state, comment.consultation = self.states[comment.state_id], self.consultation
        known = Known(comment, comment.state, self.chapters.get(comment.chapter_id), endorsed_by=supporters)
        if self.shows:
            known.disposition, known.places = comment.get_disposition_display(), places
            known.observation = comment.observation
        return known

    def _supporters(self, keys):
        """{comment: codes of the States that endorse it}: whoever reads a comment reads that."""
        rows = [(row["comment"], self.states[row["state"]].iso2) for row in by_keys(_supporting, keys)]
        return grouped(sorted(rows))

    def _places(self, keys):
        """{comment: the Places of the paragraphs that changed because of it}."""
        rows = ParagraphChange.objects.visible_to(self.user).filter(comments__in=keys)
        found = rows.order_by("comments", "edition__number", "paragraph__serial").values_list(
            "comments", "edition", "paragraph__serial"
        )
        return grouped((comment, self._place(edition, serial)) for comment, edition, serial in dict.fromkeys(found))

    def _place(self, edition, serial):
        name, path = self.editions[edition]
        return Place(f"p{serial}", name, path.replace("/p/0/", f"/p/{serial}/"))


def chapter_name(chapter):
    """ "3. Planning", as plain text."""
    return f"{chapter.order}. {plain(chapter, 'title')}"


def _chapter_of(known):
    return known.chapter.order if known.chapter else _("the whole text")


# The order is that of the ISO commenting template.
COLUMNS = {
    "state": (gettext_lazy("State"), lambda known: known.state.iso2),
    "number": (gettext_lazy("No."), lambda known: known.comment.serial),
    "chapter": (gettext_lazy("Chapter"), _chapter_of),
    "paragraph": (gettext_lazy("Paragraph"), lambda known: known.paragraph),
    "kind": (gettext_lazy("Type"), lambda known: known.comment.get_kind_display()),
    "text": (
        gettext_lazy("Comment"),
        lambda known: known.passed_on(known.comment.text) or _("Hidden by the moderators."),
    ),
    "rationale": (gettext_lazy("Rationale"), lambda known: known.passed_on(known.comment.rationale)),
    "proposed": (gettext_lazy("Proposed change"), lambda known: known.passed_on(known.comment.proposed)),
    "disposition": (gettext_lazy("Disposition"), lambda known: known.disposition),
    "observation": (gettext_lazy("Observation of the secretariat"), lambda known: known.observation),
    "endorsed_by": (gettext_lazy("Endorsed by"), lambda known: known.supporters),
    "places": (gettext_lazy("New paragraph"), lambda known: "\n".join(place.url for place in known.places)),
}


def header():
    """What the columns are called."""
    return [str(label) for label, _show in COLUMNS.values()]


def cells(rows):
    """The cells of each Known, for a spreadsheet."""
    for known in rows:
        yield [show(known) for _label, show in COLUMNS.values()]
