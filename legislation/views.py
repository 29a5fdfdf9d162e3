"""Pages of legislation."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.caching import allow_keeping, kept_for_visitors
from core.charts import belongs_under
from core.conditional import conditional
from core.history import history_page
from documents.models import Document
from legislation.charts import instrument_chart
from legislation.filters import instrument_listing
from legislation.matrix import MatrixPage
from legislation.models import Instrument, InstrumentRelation, TreatyAction
from legislation.other_forms import instrument_form, matrix_form, treaty_form, treaty_list_form
from legislation.treaties import TreatyTable, treaty_page, treaty_rows
from members.access import Action, allow, can, public, require
from reference.models import MemberState


@require_safe
@public
@kept_for_visitors
def instrument_list(request):
    """The legislation on the security of major events: filters, counts, rows; a chart where it is the whole list."""
    listing = instrument_listing(request)
    chart = None
    if belongs_under(listing):
        chart = instrument_chart(Instrument.objects.visible_to(request.user).counted_by_level())
    page = render(request, "legislation/instrument_list.html", {"listing": listing, "chart": chart})
    return allow_keeping(page, listing.canonical)


@require_safe
@public
@kept_for_visitors
def theme_matrix(request):
    """What law each State of a sub-region has on each theme, and when that was last verified."""
    page = MatrixPage(request)
    return allow_keeping(render(request, "legislation/theme_matrix.html", {"page": page}), page.canonical)


@require_safe
@public
def theme_matrix_export(request, form):
    """The same matrix as a table, or that of all sub-regions."""
    return conditional(request, lambda: matrix_form(request, form))


@require_safe
@public
def instrument_export(request, form):
    """The same texts as a table or a feed."""
    return conditional(request, lambda: instrument_form(request, form))


@require_safe
@public
@kept_for_visitors
def instrument_detail(request, slug):
    """One legal text: status and dates, source, relations from both ends, events it concerns."""
    user = request.user
    instrument = get_object_or_404(Instrument.objects.visible_to(user).for_detail(), slug=slug)
    relations = InstrumentRelation.objects.visible_to(user).for_list()
    actions = TreatyAction.objects.visible_to(user).on(instrument)
    context = {
        "instrument": instrument,
        "relations": relations.from_(instrument),
        "inverse_relations": relations.towards(instrument),
        "events": instrument.events.visible_to(user).for_list().latest_first(),
        "documents": Document.objects.visible_to(user).on(instrument).official_first(),
        "action_count": actions.count(),
        "party_count": actions.bound_states_count(),
        "may_read_history": can(user, Action.READ_HISTORY, instrument),
        "may_curate": can(user, Action.CURATE, instrument),
    }
    return render(request, "legislation/instrument_detail.html", context)


@require_safe
@public
@kept_for_visitors
def treaty_detail(request, slug):
    """What each State did with a treaty: a row a State, a column an action."""
    instrument = get_object_or_404(Instrument.objects.visible_to(request.user).treaties().for_detail(), slug=slug)
    actions = TreatyAction.objects.visible_to(request.user).on(instrument)
    states = MemberState.objects.visible_to(request.user).for_list().by_name()
    context = {"instrument": instrument, **treaty_rows(states, actions)}
    return render(request, "legislation/treaty_detail.html", context)


@require_safe
@public
@kept_for_visitors
def treaty_list(request):
    """Where each State stands with each treaty: a row a State, a column a treaty."""
    user = request.user
    treaties = Instrument.objects.visible_to(user).treaties().for_list().oldest_first()
    page = treaty_page(treaties, request.GET.get("page", "1"))
    states = MemberState.objects.visible_to(user).for_list().by_name()
    table = TreatyTable(states, page, TreatyAction.objects.visible_to(user).on_any(page.object_list))
    response = render(request, "legislation/treaty_list.html", {"page": page, "table": table})
    return allow_keeping(response, f"page={page.number}" if page.number > 1 else "")


@require_safe
@public
def treaty_list_export(request, form):
    """The same, all treaties in one table."""
    return conditional(request, lambda: treaty_list_form(request, form))


@require_safe
@public
def treaty_export(request, slug, form):
    """The same table as a file."""

    def make():
        instrument = get_object_or_404(Instrument.objects.visible_to(request.user).treaties(), slug=slug)
        actions = TreatyAction.objects.visible_to(request.user).on(instrument)
        states = MemberState.objects.visible_to(request.user).by_name()
        return treaty_form(request, form, instrument, treaty_rows(states, actions)["rows"])

    return conditional(request, make)


@require_safe
@allow(Action.READ_HISTORY)
def instrument_history(request, slug):
    """Who changed what in an instrument's record, for its owner and the secretariat."""
    instrument = get_object_or_404(Instrument.objects.visible_to(request.user), slug=slug)
    require(request.user, Action.READ_HISTORY, instrument)
    return render(
        request, "components/history.html", history_page(instrument, request.GET.get("page", "1"), request.user)
    )
