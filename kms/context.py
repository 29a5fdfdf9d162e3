"""What the frame around every page shows."""

from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.access import Action, can

SECTIONS = [
    ("events", "events:event_list"),
    ("legislation", "legislation:instrument_list"),
    ("programme", "programme:activity_list"),
    ("community", "community:forum_list"),
    ("manual", "training:publication_list"),
    ("network", "kms:country_list"),
]


def frame(request):
    """Context of the frame: {"frame": {sections, languages, standing, admin_url, demo, contact_email, footer}}."""
    user = getattr(request, "user", None)
    member = user is not None and user.is_authenticated
    return {
        "frame": {
            "sections": _sections(request.path, user if member else None),
            "languages": _languages(request),
            "standing": user.standing if member else "",
            "admin_url": reverse("admin:index") if member and can(user, Action.CURATE) else "",
            "demo": settings.DEMO,
            "contact_email": settings.CONTACT_EMAIL,
            "base_url": settings.BASE_URL,
            "footer": _footer(get_language(), settings.VERSION, settings.DEMO),
        }
    }


@lru_cache(maxsize=16)
def _footer(language, version, demo):
    """The finished footer, which is the same on every page in a language; a portal that is changed starts anew."""
    return render_to_string("components/footer.html", {"version": version, "demo": demo})


def _sections(path, member):
    """The sections of the portal, and for a member the pages of the queues and seats that he works with."""
    labels = {
        "events": _("Events"),
        "legislation": _("Legislation"),
        "programme": _("Programme"),
        "community": _("Community"),
        "manual": _("Manual"),
        "network": _("Network"),
    }
    rows = [(labels[key], reverse(name)) for key, name in SECTIONS]
    rows += [*_queues(member), *_seats(member)] if member else []
    return [{"label": label, "url": url, "current": path.startswith(url)} for label, url in rows]


def _queues(member):
    """[(name, address)] of the queue that moderators work through."""
    return [(_("Moderation"), reverse("moderation:flag_queue"))] if can(member, Action.MODERATE) else []


def _seats(member):
    """[(name, address)]: the seat of one's own State, or those of all and the invitations to them."""
    if can(member, Action.MANAGE_ACCOUNTS):
        return [(_("Seats"), reverse("kms:seat_board")), (_("Invitations"), reverse("kms:invitation_list"))]
    if not can(member, Action.INVITE_COLLEAGUES):
        return []
    state = member.mandates_in_force[0].state
    return [(_("My State"), reverse("kms:seat_detail", args=[state.slug]))]


def _languages(request):
    """The same page in each language; the start page where it has no language prefix."""
    current = get_language()
    prefix = f"/{current}/"
    rest = request.get_full_path().removeprefix(prefix) if request.path.startswith(prefix) else ""
    return [
        {"code": code, "name": name, "url": f"/{code}/{rest}", "current": code == current}
        for code, name in settings.LANGUAGES
    ]
