"""The activities as CSV, XLSX, iCalendar and Atom: the same rows as the list, for the same reader."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.calendars import Entry, Head, calendar_response
from core.dates import Precision
from core.feeds import MOST_ENTRIES, Change, feed_response
from core.languages import localized
from core.other_forms import (
    date_columns,
    in_batches,
    in_words,
    last_columns,
    linked,
    picked,
    refused,
    tables,
    text_columns,
    text_of,
)
from events.models import MajorEvent
from programme.filters import activity_listing
from programme.models import Activity
from reference.models import MemberState, Organisation, Theme


@dataclass
class Known:
    """An activity with what stands beside it."""

    record: Activity
    host: MemberState | None
    partners: list
    themes: list
    event: str

    @property
    def place(self):
        return ", ".join(filter(None, [self.record.city, self.host and text_of(self.host, "name")]))


def known_activities(activities, user):
    """Each activity with what stands beside it and `user` may know of, read in batches."""
    states, themes = MemberState.objects.visible_to(user).in_bulk(), Theme.objects.visible_to(user).in_bulk()
    organisations = Organisation.objects.visible_to(user).in_bulk()
    for batch in in_batches(activities.bare()):
        partners, about = linked(Activity, "partners", batch), linked(Activity, "themes", batch)
        events = MajorEvent.objects.visible_to(user).slugs_of({activity.event_id for activity in batch} - {None})
        for activity in batch:
            yield Known(
                activity,
                states.get(activity.host_state_id),
                picked(organisations, partners.get(activity.pk, [])),
                picked(themes, about.get(activity.pk, [])),
                events.get(activity.event_id, ""),
            )


# Named as in data/README.md where they hold the same.
COLUMNS = {
    "slug": lambda known: known.record.slug,
    **text_columns("title"),
    "kind": lambda known: known.record.kind,
    **date_columns(),
    "city": lambda known: known.record.city,
    "country_iso3": lambda known: known.host.iso3 if known.host else "",
    "related_event_slug": lambda known: known.event,
    "partners": lambda known: ";".join(
        [*sorted(partner.code for partner in known.partners), *known.record.other_partner_names]
    ),
    "funders": lambda known: known.record.funders,
    "participants_note": lambda known: text_of(known.record, "participants_note"),
    "summary": lambda known: text_of(known.record, "summary"),
    "themes": lambda known: ";".join(sorted(theme.slug for theme in known.themes)),
    **last_columns(),
}


def activity_form(request, form):
    """The list in one of its other forms, or a 400 that says what is wrong with the query."""
    listing = activity_listing(request)
    return refused(request, form, listing) or FORMS[form](listing)


def _calendar(listing):
    head = Head(
        in_words(_("Activities of the Programme"), listing),
        _("What IPO Americas did and will do. A month or a year stands for days that are not recorded."),
        listing.at(reverse("programme:activity_list")),
        listing.at(reverse("programme:activity_export", args=["ics"])),
    )
    known = known_activities(listing.ordered(), listing.request.user)
    return calendar_response("programme", head, (_entry(one) for one in known))


def _entry(known):
    return Entry(
        record=known.record,
        title=localized(known.record, "title"),
        description="\n".join(_lines(known.record)),
        location=known.place,
        categories=_categories(known),
    )


def _categories(known):
    return [known.record.get_kind_display(), *(text_of(theme, "name") for theme in known.themes)]


def _lines(activity):
    """What a calendar shows beneath the title."""
    summary = text_of(activity, "summary")
    yield from [summary, ""] if summary else []
    yield _("Dates: %(dates)s") % {"dates": activity.dates}
    if activity.precision != Precision.DAY:
        yield _("The exact days are not recorded.")


def _feed(listing):
    activities = listing.narrowed().changed_last()[:MOST_ENTRIES]
    return feed_response(
        title=pgettext("feed", "%(list)s: changes") % {"list": in_words(_("Activities of the Programme"), listing)},
        subtitle=_("What was added or changed last, the newest first."),
        page=listing.at(reverse("programme:activity_list")),
        source=listing.at(reverse("programme:activity_export", args=["atom"])),
        changes=[_change(known) for known in known_activities(activities, listing.request.user)],
    )


def _change(known):
    activity = known.record
    facts = ". ".join(filter(None, [activity.dates, known.place])) + "."
    summary = " ".join(filter(None, [facts, text_of(activity, "summary")]))
    return Change(activity, text_of(activity, "title"), summary, _categories(known))


FORMS = {**tables("programme", COLUMNS, known_activities), "ics": _calendar, "atom": _feed}
