"""Pages of the registry."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.history import history_page
from documents.models import Document
from events.filters import event_listing
from events.models import CooperationNeed, MajorEvent, Series
from members.access import Action, allow, can, public, require


@require_safe
@public
def event_list(request):
    """The registry of major events: filters, counts, rows."""
    return render(request, "events/event_list.html", {"listing": event_listing(request)})


@require_safe
@public
def event_detail(request, slug):
    """Everything that is recorded of one event."""
    user = request.user
    events = MajorEvent.objects.visible_to(user)
    event = get_object_or_404(events.for_detail(), slug=slug)
    related = list(events.related_to(event).for_list())
    context = {
        "event": event,
        "umbrella": next((other for other in related if other.pk == event.umbrella_id), None),
        "parts": [other for other in reversed(related) if other.umbrella_id == event.pk],
        "editions": [other for other in related if event.series_id and other.series_id == event.series_id],
        "needs": CooperationNeed.objects.visible_to(user).of_event(event),
        "instruments": event.instruments.visible_to(user).for_list().latest_first(),
        "activities": event.activities.visible_to(user).for_list().soonest_first(),
        "documents": Document.objects.visible_to(user).on(event).official_first(),
        "may_read_history": can(user, Action.READ_HISTORY, event),
        "may_curate": can(user, Action.CURATE, event),
    }
    return render(request, "events/event_detail.html", context)


@require_safe
@allow(Action.READ_HISTORY)
def event_history(request, slug):
    """Who changed what in an event's record, for its owner and the secretariat."""
    event = get_object_or_404(MajorEvent.objects.visible_to(request.user), slug=slug)
    require(request.user, Action.READ_HISTORY, event)
    return render(request, "components/history.html", history_page(event, request.GET.get("page", "1"), request.user))


@require_safe
@public
def series_list(request):
    """All series with the number of their recorded editions."""
    series = Series.objects.visible_to(request.user).with_editions_for(request.user).by_name()
    return render(request, "events/series_list.html", {"series": series})


@require_safe
@public
def series_detail(request, slug):
    """One series: every edition, its host and its dates."""
    series = get_object_or_404(Series.objects.visible_to(request.user), slug=slug)
    editions = series.events.visible_to(request.user).for_list().latest_first()
    return render(request, "events/series_detail.html", {"series": series, "editions": editions})
