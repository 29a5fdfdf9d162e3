"""Pages across apps: home, the network of States, themes, the portal's own pages."""

import datetime

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consultations.models import Consultation
from consultations.standing import changes_today
from core.caching import allow_keeping, kept_for_visitors
from core.conditional import conditional
from events.maps import map_of
from events.models import MajorEvent
from kms import figures, health
from kms.other_forms import state_form, theme_form, whole_lists
from kms.profiles import country_profile, theme_page
from members.access import Action, can, public
from programme.models import Activity, Page
from reference.models import MemberState, Theme

NEXT_EVENTS = 8
LATEST_ACTIVITIES = 4


@require_safe
@public
def root(request):
    """The bare address: on to the reader's language."""
    response = HttpResponseRedirect(f"/{get_language_from_request(request)}/")
    response["Vary"] = "Accept-Language, Cookie"
    return response


@require_safe
@public
@kept_for_visitors
def home(request):
    """What is coming, what the Programme did last, and what is in here."""
    now = timezone.now()
    asked = list(Consultation.objects.visible_to(request.user).under_way().for_list())
    events = MajorEvent.objects.visible_to(request.user).for_list()
    ongoing, coming = events.ongoing().ending_first()[:NEXT_EVENTS], events.upcoming().soonest_first()[:NEXT_EVENTS]
    context = {
        "ongoing_events": ongoing,
        "next_events": coming,
        "map": map_of([*ongoing, *coming]),
        "latest_activities": Activity.objects.visible_to(request.user).for_list().latest_first()[:LATEST_ACTIVITIES],
        "consultations": [row for row in asked if row.stage == Consultation.Stage.OPEN],
        **figures.of_the_portal(request.user),
    }
    return allow_keeping(render(request, "kms/home.html", context), None if changes_today(asked, now) else "")


@require_safe
@public
@kept_for_visitors
def country_list(request):
    """The board of States: which seats are filled, what is recorded of each."""
    states = MemberState.objects.visible_to(request.user).for_list().by_name()
    return render(request, "kms/country_list.html", figures.board(request.user, states))


@require_safe
@public
def country_export(request, form):
    """The same board as a table."""
    states = MemberState.objects.visible_to(request.user).for_list().by_name()
    return conditional(request, lambda: state_form(request, form, states))


@require_safe
@public
@kept_for_visitors
def country_detail(request, slug):
    """Everything that is recorded of one State."""
    user = request.user
    state = get_object_or_404(MemberState.objects.visible_to(user).for_list(), slug=slug)
    context = {
        "state": state,
        **country_profile(state, user),
        "may_curate": can(user, Action.CURATE),
    }
    return render(request, "kms/country_detail.html", context)


@require_safe
@public
@kept_for_visitors
def theme_list(request):
    """The themes, each with what is recorded under it."""
    themes = Theme.objects.visible_to(request.user).by_name()
    return render(request, "kms/theme_list.html", {"themes": figures.themes(request.user, themes)})


@require_safe
@public
def theme_export(request, form):
    """The same themes as a table."""
    themes = Theme.objects.visible_to(request.user).by_name()
    return conditional(request, lambda: theme_form(request, form, themes))


@require_safe
@public
@kept_for_visitors
def theme_detail(request, slug):
    """One theme across events, law and activities."""
    user = request.user
    theme = get_object_or_404(Theme.objects.visible_to(user), slug=slug)
    context = {"theme": theme, **theme_page(theme, user), "may_curate": can(user, Action.CURATE)}
    return render(request, "kms/theme_detail.html", context)


def _page(request, slug):
    """One of the portal's text pages."""
    page = get_object_or_404(Page.objects.visible_to(request.user), slug=slug)
    return render(request, "kms/page.html", {"page": page})


@require_safe
@public
@kept_for_visitors
def about(request):
    """What the portal is."""
    return _page(request, "about")


@require_safe
@public
@kept_for_visitors
def contact(request):
    """How to reach the secretariat."""
    page = get_object_or_404(Page.objects.visible_to(request.user), slug="contact")
    return render(request, "kms/contact.html", {"page": page})


@require_safe
@public
@kept_for_visitors
def accessibility(request):
    """The accessibility statement."""
    return _page(request, "accessibility")


@require_safe
@public
@kept_for_visitors
def data_protection(request):
    """What is stored of people, and why."""
    return _page(request, "data-protection")


@require_safe
@public
@kept_for_visitors
def feeds(request):
    """Every list's calendar, feed and files."""
    return render(request, "kms/feeds.html", {"rows": whole_lists()})


@require_safe
@public
def styleguide(request):
    """Every component in every state; in demo mode only."""
    if not settings.DEMO:
        raise Http404
    return render(request, "kms/styleguide.html")


@never_cache
@require_safe
@public
def healthz(request):
    """200 while database and queue answer, else 503: {"database": bool, "queue": bool}."""
    state = {"database": health.database_answers()}
    state["queue"] = state["database"] and health.queue_answers()
    return JsonResponse(state, status=200 if all(state.values()) else 503)


@require_safe
@public
def favicon(request):
    """The sign for browsers that ask for it at this address."""
    return HttpResponseRedirect(static("img/favicon.svg"))


@require_safe
@public
def robots_txt(request):
    """What crawlers may read: the open pages."""
    lines = ["User-agent: *", "Disallow: /admin/", f"Sitemap: {settings.BASE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@public
def security_txt(request):
    """Whom to tell of a weakness (RFC 9116)."""
    expires = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(days=180)
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en, es, pt, fr",
        f"Canonical: {settings.BASE_URL}{reverse('security_txt')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
