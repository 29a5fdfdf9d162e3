"""What a reader may ask of the matrix: filters with counts, sorting. What is not published cannot be asked either."""

import django_filters
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from consultations.matrix import Reading, chapter_name, comments_for
from consultations.models import Comment, Endorsement
from core.facets import Facet, Pairs
from core.filters import ListFilter, SlugFilter, WordsFilter
from core.listing import MOST_WORDS, Listing
from reference.models import MemberState

WHOLE, UNDISPOSED = "0", "none"
PROPOSAL = {"yes": _("Proposes another text"), "no": _("Comment alone")}
DISPOSITIONS = {**dict(Comment.Disposition.choices), UNDISPOSED: _("None yet")}


class MatrixFilter(ListFilter):
    """The filters of the matrix, as a GET form."""

    q = WordsFilter(method="filter_words")
    state = SlugFilter(label=_("State"), field_name="state__slug")
    chapter = django_filters.CharFilter(label=_("Chapter"), method="filter_chapter", max_length=4)
    kind = django_filters.ChoiceFilter(label=_("Type"), choices=Comment.Kind.choices)
    proposal = django_filters.ChoiceFilter(
        label=_("Proposed change"), choices=list(PROPOSAL.items()), method="filter_proposal"
    )
    endorsed_by = SlugFilter(label=_("Endorsed by"), field_name="endorsements__state__slug")

    class Meta:
        model = Comment
        fields = []

    def filter_words(self, rows, name, value):
        """Words that the State wrote; those of the secretariat may not be published yet."""
        for word in value.split()[:MOST_WORDS]:
            said = Q(text__icontains=word) | Q(rationale__icontains=word) | Q(proposed__icontains=word)
            rows = rows.filter(said)
        return rows

    def filter_chapter(self, rows, name, value):
        """The listing refuses what is no choice before it comes here."""
        return rows.filter(chapter=None) if value == WHOLE else rows.filter(chapter__order=int(value))

    def filter_proposal(self, rows, name, value):
        return rows.proposing() if value == "yes" else rows.filter(proposed="")


class DisposedFilter(MatrixFilter):
    """The same for who reads how the comments were disposed of."""

    disposition = django_filters.ChoiceFilter(
        label=_("Disposition"), choices=list(DISPOSITIONS.items()), method="filter_disposition"
    )

    def filter_disposition(self, rows, name, value):
        return rows.filter(disposition="" if value == UNDISPOSED else value)


def _either(empty, instead, otherwise):
    """An expression that tells rows with an empty text from others."""
    return Case(When(**{empty: ""}, then=Value(instead)), default=otherwise, output_field=CharField())


ENDORSEMENTS = Pairs("endorsements", Endorsement.objects.order_by().values(endorsed_by=F("state"), row_id=F("comment")))
STATE = Facet("state", _("State"), F("state"), of=MemberState.objects)
KIND = Facet("kind", _("Type"), F("kind"), labels=dict(Comment.Kind.choices))
PROPOSED = Facet("proposal", _("Proposed change"), _either("proposed", "no", Value("yes")), labels=PROPOSAL)
ENDORSED = Facet("endorsed_by", _("Endorsed by"), pairs=ENDORSEMENTS, of=MemberState.objects)
DISPOSED = Facet(
    "disposition", _("Disposition"), _either("disposition", UNDISPOSED, F("disposition")), labels=DISPOSITIONS
)

SORTS = {
    "place": (_("Order of the text"), lambda rows: rows.in_matrix_order()),
    "state": (_("State"), lambda rows: rows.order_by("state__iso2", "serial", "pk")),
    "latest": (_("Latest first"), lambda rows: rows.order_by("-submitted", "-pk")),
}


def matrix_listing(request, consultation):
    """The Listing of the submitted comments of a consultation that passed the gate; `reading` reads them."""
    reading = Reading(consultation, request.user)
    facets = [STATE, _chapters(reading), KIND, *([DISPOSED] if reading.shows else []), PROPOSED, ENDORSED]
    filters = DisposedFilter if reading.shows else MatrixFilter
    filterset = filters(request.GET, queryset=comments_for(consultation, request.user))
    listing = Listing(request, filterset, facets, SORTS, lambda rows: list(reading.known(rows)), reading.of_keys)
    listing.reading = reading
    return listing


def _chapters(reading):
    named = {str(row.order): chapter_name(row) for row in reading.chapters.values()}
    return Facet("chapter", _("Chapter"), Coalesce("chapter__order", 0), labels={WHOLE: _("The whole text"), **named})
