"""What a person prefers: the language and the time zone in which the portal speaks to him."""

from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from members.models import User

REGIONS = {
    "America": _("Americas"),
    "Atlantic": _("Atlantic Ocean"),
    "Africa": _("Africa"),
    "Asia": _("Asia"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}
UTC = [("UTC", "UTC")]


@cache
def time_zone_choices():
    """UTC, then the names of the IANA database by region, each beginning with its city: typing finds it in the list."""
    groups = {region: [] for region in REGIONS}
    for name in available_timezones():
        region, _slash, place = name.partition("/")
        if place and region in groups:
            groups[region].append((name, city(name)))
    return UTC + [(REGIONS[region], sorted(zones, key=lambda zone: zone[1])) for region, zones in groups.items()]


def city(name):
    """The city of a time zone: "Buenos Aires (Argentina)" of America/Argentina/Buenos_Aires."""
    *above, place = name.replace("_", " ").split("/")
    return f"{place} ({above[-1]})" if len(above) > 1 else place


def prefer(user, *, language, time_zone):
    """Keep what somebody prefers, and nothing else of the account: it may have changed since it was read."""
    User.objects.filter(pk=user.pk).update(preferred_language=language, time_zone=time_zone)
    user.preferred_language, user.time_zone = language, time_zone
