"""Pages of the Programme."""

from collections import Counter
from itertools import groupby

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.caching import allow_keeping, kept_for_visitors
from core.charts import belongs_under
from core.conditional import conditional
from core.history import history_page
from documents.models import Document
from events.models import MajorEvent
from members.access import Action, allow, can, public, require
from programme.charts import activity_chart
from programme.filters import activity_listing
from programme.models import Activity, Page, Participation
from programme.other_forms import activity_form
from reference.models import Organisation


@require_safe
@public
@kept_for_visitors
def activity_list(request):
    """What the Programme did and will do: filters, counts, rows; a chart where it is the whole list."""
    listing = activity_listing(request)
    activities = Activity.objects.visible_to(request.user)
    chart = activity_chart(activities.counted_by_year()) if belongs_under(listing) else None
    page = render(request, "programme/activity_list.html", {"listing": listing, "chart": chart})
    return allow_keeping(page, listing.canonical)


@require_safe
@public
def activity_export(request, form):
    """The same activities as a table, a calendar or a feed."""
    return conditional(request, lambda: activity_form(request, form))


@require_safe
@public
@kept_for_visitors
def activity_detail(request, slug):
    """One activity: when, where, who, what came out."""
    user = request.user
    activity = get_object_or_404(Activity.objects.visible_to(user).for_detail(), slug=slug)
    context = {
        "activity": activity,
        "event": MajorEvent.objects.visible_to(user).prepared_by(activity),
        "participations": Participation.objects.of(activity),
        "documents": Document.objects.visible_to(user).on(activity).official_first(),
        "may_read_history": can(user, Action.READ_HISTORY, activity),
        "may_curate": can(user, Action.CURATE, activity),
    }
    return render(request, "programme/activity_detail.html", context)


@require_safe
@allow(Action.READ_HISTORY)
def activity_history(request, slug):
    """Who changed what in an activity's record, for the secretariat."""
    activity = get_object_or_404(Activity.objects.visible_to(request.user), slug=slug)
    require(request.user, Action.READ_HISTORY, activity)
    return render(
        request, "components/history.html", history_page(activity, request.GET.get("page", "1"), request.user)
    )


@require_safe
@public
@kept_for_visitors
def programme_about(request):
    """What the Programme is."""
    page = get_object_or_404(Page.objects.visible_to(request.user), slug="programme")
    return render(request, "programme/programme_about.html", {"page": page})


@require_safe
@public
@kept_for_visitors
def programme_history(request):
    """The Programme since 2007: its activities year by year."""
    activities = Activity.objects.visible_to(request.user).for_list().soonest_first()
    years = [(year, list(rows)) for year, rows in groupby(activities, key=lambda activity: activity.start.year)]
    context = {
        "chart": activity_chart([(year, "", len(rows)) for year, rows in years]),
        "page": Page.objects.visible_to(request.user).at("programme-history"),
        "title": _("The Programme since 2007"),
        "years": years,
    }
    return render(request, "programme/programme_history.html", context)


@require_safe
@public
@kept_for_visitors
def programme_partners(request):
    """Partners and donors, with the number of activities that each took part in."""
    activities = Activity.objects.visible_to(request.user)
    others = Counter(name for activity in activities for name in activity.other_partner_names)
    context = {
        "page": Page.objects.visible_to(request.user).at("programme-partners"),
        "title": _("Partners and donors"),
        "organisations": activities.partners_counted(Organisation.objects.visible_to(request.user)),
        "others": others.most_common(),
    }
    return render(request, "programme/programme_partners.html", context)
