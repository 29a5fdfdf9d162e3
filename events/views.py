"""Pages of the registry."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.caching import allow_keeping, kept_for_visitors
from core.conditional import conditional
from core.history import history_page
from documents.models import Document
from events.atlas import atlas_of
from events.calendars import sheet_of
from events.dossier import dossier_of, editions_of
from events.filters import event_listing, lesson_listing
from events.lessons import may_write_lessons, versions_of
from events.models import Lesson, MajorEvent, Series
from events.other_forms import event_form, lesson_form, series_form
from events.timelines import timeline_of
from members.access import Action, allow, can, public, require


@require_safe
@public
@kept_for_visitors
def event_list(request):
    """The registry of major events: filters, counts, rows."""
    listing = event_listing(request)
    page = render(request, "events/event_list.html", {"listing": listing})
    return allow_keeping(page, listing.canonical)


@require_safe
@public
@kept_for_visitors
def event_map(request):
    """The same events on a map of the Americas, and beneath it by place."""
    listing = event_listing(request)
    page = render(request, "events/event_map.html", {"listing": listing, "atlas": atlas_of(listing)})
    return allow_keeping(page, listing.canonical)


@require_safe
@public
@kept_for_visitors
def event_calendar(request):
    """The same events in the calendar of a month."""
    listing = event_listing(request)
    sheet = sheet_of(listing, request.GET.get("month", ""))
    page = render(request, "events/event_calendar.html", {"listing": listing, "sheet": sheet})
    return allow_keeping(page, listing.canonical)


@require_safe
@public
@kept_for_visitors
def event_timeline(request):
    """The same events by years, in the order of the calendar."""
    listing = event_listing(request)
    page = render(request, "events/event_timeline.html", {"listing": listing, "timeline": timeline_of(listing)})
    return allow_keeping(page, listing.canonical)


@require_safe
@public
def event_export(request, form):
    """The same events as a table, a calendar or a feed."""
    return conditional(request, lambda: event_form(request, form))


@require_safe
@public
@kept_for_visitors
def event_detail(request, slug):
    """Everything that is recorded of one event."""
    user = request.user
    event = get_object_or_404(MajorEvent.objects.visible_to(user).for_detail(), slug=slug)
    context = {
        "event": event,
        **dossier_of(event, user),
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
@kept_for_visitors
def series_list(request):
    """All series with the number of their recorded editions."""
    series = Series.objects.visible_to(request.user).with_editions_for(request.user).by_name()
    return render(request, "events/series_list.html", {"series": series})


@require_safe
@public
def series_export(request, form):
    """The same as a table."""
    series = Series.objects.visible_to(request.user).with_editions_for(request.user).by_name()
    return conditional(request, lambda: series_form(request, form, series))


@require_safe
@public
@kept_for_visitors
def series_detail(request, slug):
    """One series: every edition, its host and its dates."""
    series = get_object_or_404(Series.objects.visible_to(request.user), slug=slug)
    return render(request, "events/series_detail.html", {"series": series, **editions_of(series, request.user)})


@require_safe
@public
@kept_for_visitors
def lesson_list(request):
    """What States learned at events: filters, counts, rows."""
    listing = lesson_listing(request)
    context = {"listing": listing, "may_write_lessons": may_write_lessons(request.user)}
    return allow_keeping(render(request, "events/lesson_list.html", context), listing.canonical)


@require_safe
@public
def lesson_export(request, form):
    """The same lessons as a table or a feed."""
    return conditional(request, lambda: lesson_form(request, form))


@require_safe
@public
@kept_for_visitors
def lesson_detail(request, slug):
    """One lesson: the situation, what happened, what its State recommends, and what that rests on."""
    user = request.user
    lesson = get_object_or_404(Lesson.objects.visible_to(user).for_detail(), slug=slug)
    context = {
        "lesson": lesson,
        "event": MajorEvent.objects.visible_to(user).behind(lesson),
        "documents": Document.objects.visible_to(user).on(lesson).official_first(),
        "versions": versions_of(lesson),
        "may_read_history": can(user, Action.READ_HISTORY, lesson),
        "may_curate": can(user, Action.CURATE, lesson),
    }
    return render(request, "events/lesson_detail.html", context)


@require_safe
@allow(Action.READ_HISTORY)
def lesson_history(request, slug):
    """Who changed what in a lesson, the State's own words too, for its owner and the secretariat."""
    lesson = get_object_or_404(Lesson.objects.visible_to(request.user), slug=slug)
    require(request.user, Action.READ_HISTORY, lesson)
    return render(request, "components/history.html", history_page(lesson, request.GET.get("page", "1"), request.user))
