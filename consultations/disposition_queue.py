"""The comments of a consultation as the secretariat works through them: narrowed, counted, one after the other."""

from math import ceil

from django.db.models import Count, Prefetch
from django.utils.translation import gettext_lazy as _

from consultations.applying import as_one
from consultations.insertions import Effort
from consultations.models import Comment, Endorsement
from core.languages import localized
from moderation.lists import LAST_PAGE, PER_PAGE, Numbered
from reference.models import MemberState

GENERAL = "none"  # what is on no chapter
FOLDED = ["kind", "state", "chapter"]


def comments_of(consultation, user):
    """What was submitted and not withdrawn."""
    return Comment.objects.visible_to(user).of(consultation).submitted()


def rows_of(consultation, user):
    """The same in the order of the matrix, each with who endorses it and whether another proposal rivals it."""
    endorsed = Prefetch("endorsements", Endorsement.objects.for_list())
    rows = comments_of(consultation, user).with_rivals().for_list()
    return rows.prefetch_related(endorsed).in_matrix_order()


def queue_of(request, consultation):
    """The list of them as its address narrows it. There may be thousands: the rows of its page are read by rows_on.

    Pages become fewer as comments are disposed of: one that is no more is the last page, which has what is left.
    """
    rows = comments_of(consultation, request.user)
    listing = Numbered(request, rows.in_matrix_order(), _narrowings(rows), _narrow)
    if listing.asked.isascii() and listing.asked.isdigit() and 1 < int(listing.asked[:4]) <= LAST_PAGE:
        last = max(1, ceil(listing.rows.count() / PER_PAGE))
        listing.asked = str(min(int(listing.asked), last))
    return listing


def groups_of(listing):
    """(the groups of links that narrow the list and stand open, those in the fold)."""
    folded = {str(listing.narrowings[name][0]) for name in FOLDED}
    groups = listing.groups
    return [row for row in groups if str(row[0]) not in folded], [row for row in groups if str(row[0]) in folded]


def rows_on(page, consultation, user):
    """The comments on a page of the list."""
    keys = list(page.rows.values_list("pk", flat=True))
    return list(rows_of(consultation, user).filter(pk__in=keys))


def _narrowings(rows):
    counts = _counted(rows, "disposition")
    dispositions = {"waiting": (_("None yet"), counts[""])} if counts.get("") else {}
    dispositions |= {one.value: (one.label, counts[one]) for one in Comment.Disposition if one in counts}
    todo = {"rivals": (_("Several proposals on one paragraph"), rows.rivalling().count())}
    todo["unapplied"] = (_("Accepted, not in the text yet"), rows.unapplied().count())
    counts = _counted(rows, "kind")
    kinds = {one.value: (one.label, counts[one]) for one in Comment.Kind if one in counts}
    return {
        "disposition": (_("Disposition"), dispositions),
        "todo": (_("To look at"), {name: said for name, said in todo.items() if said[1]}),
        "kind": (_("Type"), kinds),
        "state": (_("State"), _states(rows)),
        "chapter": (_("Chapter"), _chapters(rows)),
    }


def _counted(rows, field):
    return dict(rows.order_by(field).values_list(field).annotate(n=Count("pk")))


def _states(rows):
    counts = _counted(rows, "state")
    states = MemberState.objects.in_bulk(list(counts))
    named = sorted((localized(states[key], "name")[0], states[key].iso2, n) for key, n in counts.items())
    return {code.lower(): (name, n) for name, code, n in named}


def _chapters(rows):
    """{order of a chapter, or GENERAL: (what the link says, how many)}."""
    counts = sorted(_counted(rows, "chapter__order").items(), key=lambda pair: pair[0] or 0)
    return {str(order or GENERAL): (str(order) if order else _("The whole text"), n) for order, n in counts}


def _narrow(rows, name, value):
    if name == "disposition":
        return rows.with_disposition("" if value == "waiting" else value)
    if name == "todo":
        return rows.rivalling() if value == "rivals" else rows.unapplied()
    if name == "state":
        return rows.filter(state__iso2=value.upper())
    if name == "chapter":
        return rows.filter(chapter=None) if value == GENERAL else rows.filter(chapter__order=int(value))
    return rows.filter(kind=value)


def tally_of(consultation, user):
    """[(what becomes of comments, "" for those that wait, how many)] in the order of the dispositions."""
    counts = _counted(comments_of(consultation, user), "disposition")
    return [*((one.label, counts.get(one, 0)) for one in Comment.Disposition), ("", counts.get("", 0))]


def next_of(comment, user):
    """The key of the next comment without a disposition, behind one in the order of the matrix, else from its
    beginning; None where none is left."""
    rows = comments_of(comment.consultation, user).in_matrix_order().values_list("pk", "disposition")
    behind, before, passed = [], [], False
    for key, disposition in rows:
        passed = passed or key == comment.pk
        if not disposition and key != comment.pk:
            (behind if passed else before).append(key)
    return next(iter(behind + before), None)


def with_marks(comments):
    """Each comment with what it would change in the text, marked in safe HTML, or ""."""
    effort = Effort()
    return [(row, as_one(row.base, row.proposed, effort) if row.proposed else "") for row in comments]
