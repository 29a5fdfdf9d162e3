"""Pages of legislation."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.history import history_page
from documents.models import Document
from legislation.filters import instrument_listing
from legislation.models import Instrument, InstrumentRelation, TreatyAction
from legislation.treaties import treaty_rows
from members.access import Action, allow, can, public, require
from reference.models import MemberState


@require_safe
@public
def instrument_list(request):
    """The legislation on the security of major events: filters, counts, rows."""
    return render(request, "legislation/instrument_list.html", {"listing": instrument_listing(request)})


@require_safe
@public
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
def treaty_detail(request, slug):
    """What each State did with a treaty: a row a State, a column an action."""
    instrument = get_object_or_404(Instrument.objects.visible_to(request.user).treaties().for_detail(), slug=slug)
    actions = TreatyAction.objects.visible_to(request.user).on(instrument)
    states = MemberState.objects.visible_to(request.user).for_list().by_name()
    context = {"instrument": instrument, **treaty_rows(states, actions)}
    return render(request, "legislation/treaty_detail.html", context)


@require_safe
@allow(Action.READ_HISTORY)
def instrument_history(request, slug):
    """Who changed what in an instrument's record, for its owner and the secretariat."""
    instrument = get_object_or_404(Instrument.objects.visible_to(request.user), slug=slug)
    require(request.user, Action.READ_HISTORY, instrument)
    return render(
        request, "components/history.html", history_page(instrument, request.GET.get("page", "1"), request.user)
    )
