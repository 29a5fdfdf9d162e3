"""Pages and files of what the States said in a consultation, all together."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations.matrix import audience_for, hears_all
from consultations.matrix_files import matrix_form
from consultations.matrix_filters import matrix_listing
from consultations.matrix_rows import Rows
from consultations.models import Consultation
from consultations.statistics import Statistics
from core.dates import today
from members.access import Action, allow
from training.reading import place_of


def _consultation(request, key):
    return get_object_or_404(Consultation.objects.visible_to(request.user).with_key(key).for_list())


def _frame(consultation, user):
    """What both pages say around their numbers."""
    return {
        "consultation": consultation,
        "edition": consultation.edition,
        "publication": consultation.edition.work,
        "place": place_of(consultation.edition),
        "audience": audience_for(consultation),
        "asked_on": today(),
        "hears_all": hears_all(user, consultation),
        "shown_after": timezone.localtime(consultation.ends),
        "comes_later": consultation.shown == Consultation.Shown.AFTER_CLOSING and consultation.ends > timezone.now(),
    }


@require_safe
@allow(Action.READ_COMMENTS)
def matrix(request, key):
    """Every submitted comment of a consultation with what became of it: filters, counts, rows."""
    consultation = _consultation(request, key)
    listing = matrix_listing(request, consultation)
    rows = Rows(listing.reading).html(listing.page)
    context = {"listing": listing, "rows": rows, "shows": listing.reading.shows}
    context["first"] = (listing.page.number - 1) * listing.per_page + 1
    context["last"] = min(listing.page.number * listing.per_page, listing.total)
    return render(request, "consultations/matrix.html", {**_frame(consultation, request.user), **context})


@require_safe
@allow(Action.READ_COMMENTS)
def matrix_export(request, key, form):
    """The same as a table or as a Word file."""
    return matrix_form(request, _consultation(request, key), form)


@require_safe
@allow(Action.READ_COMMENTS)
def statistics(request, key):
    """How much each State said, and of what; who answered, and of whom there is no record."""
    consultation = _consultation(request, key)
    context = {"statistics": Statistics(consultation, request.user)}
    return render(request, "consultations/statistics.html", {**_frame(consultation, request.user), **context})
