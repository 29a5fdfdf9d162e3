"""The registry as CSV, XLSX, iCalendar and Atom, and the lessons: the same rows as the list, for the same reader."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.calendars import CANCELLED, CONFIRMED, TENTATIVE, Entry, Head, calendar_response
from core.columns import plain_decimal
from core.dates import Precision
from core.feeds import MOST_ENTRIES, Change, feed_response
from core.languages import localized
from core.other_forms import (
    cells,
    date_columns,
    grouped,
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
from core.spreadsheets import table_file
from events.filters import event_listing, lesson_listing
from events.models import EventPlace, Lesson, MajorEvent, Series
from reference.models import MemberState, Organisation, Theme

STATUS = MajorEvent.Status
CALENDAR_STATUS = {
    STATUS.BID: TENTATIVE,
    STATUS.AWARDED: TENTATIVE,
    STATUS.POSTPONED: TENTATIVE,
    STATUS.CANCELLED: CANCELLED,
}
PLACE = ["event_id", "city", "latitude", "longitude"]


@dataclass
class Known:
    """An event with what stands beside it."""

    record: MajorEvent
    host: MemberState
    other_hosts: list
    places: list
    themes: list
    series: Series | None
    organiser: Organisation | None
    umbrella: str

    @property
    def cities(self):
        return list(dict.fromkeys(place.city for place in self.places))

    @property
    def hosts(self):
        return [self.host, *self.other_hosts]


def known_events(events, user):
    """Each event with what stands beside it and `user` may know of, read in batches."""
    states = MemberState.objects.visible_to(user).in_bulk()
    themes, series = Theme.objects.visible_to(user).in_bulk(), Series.objects.visible_to(user).in_bulk()
    organisations = Organisation.objects.visible_to(user).in_bulk()
    for batch in in_batches(events.bare()):
        places = EventPlace.objects.filter(event__in=batch).values_list(*PLACE, named=True)
        places = grouped((place.event_id, place) for place in places)
        hosts, about = linked(MajorEvent, "other_hosts", batch), linked(MajorEvent, "themes", batch)
        umbrellas = MajorEvent.objects.visible_to(user).slugs_of({event.umbrella_id for event in batch} - {None})
        for event in batch:
            yield Known(
                event,
                states[event.host_state_id],
                picked(states, hosts.get(event.pk, [])),
                places.get(event.pk, []),
                picked(themes, about.get(event.pk, [])),
                series.get(event.series_id),
                organisations.get(event.organiser_id),
                umbrellas.get(event.umbrella_id, ""),
            )


# Named as in data/README.md where they hold the same. The file is for reading: what the texts of all languages are
# needed for, such as loading it again, is exported in the administration.
COLUMNS = {
    "slug": lambda known: known.record.slug,
    **text_columns("name"),
    "kind": lambda known: known.record.kind,
    "series": lambda known: known.series.slug if known.series else "",
    "host_country_iso3": lambda known: known.host.iso3,
    "other_hosts_iso3": lambda known: ";".join(
        [*sorted(state.iso3 for state in known.other_hosts), *filter(None, [known.record.hosts_elsewhere])]
    ),
    "cities": lambda known: ";".join(known.cities),
    "latitude": lambda known: plain_decimal(known.places[0].latitude) if known.places else None,
    "longitude": lambda known: plain_decimal(known.places[0].longitude) if known.places else None,
    **date_columns(),
    "expected_attendance": lambda known: known.record.expected_attendance,
    "participating_delegations": lambda known: known.record.delegations,
    "official_website": lambda known: known.record.website,
    "status": lambda known: known.record.status,
    "status_note": lambda known: text_of(known.record, "status_note"),
    "summary": lambda known: text_of(known.record, "summary"),
    "umbrella": lambda known: known.umbrella,
    "organiser": lambda known: known.organiser.code if known.organiser else "",
    "security_authority": lambda known: known.record.security_authority,
    "themes": lambda known: ";".join(sorted(theme.slug for theme in known.themes)),
    "ipo_support": lambda known: known.record.ipo_support,
    **last_columns(),
}


def event_form(request, form):
    """The list in one of its other forms, or a 400 that says what is wrong with the query."""
    listing = event_listing(request)
    return refused(request, form, listing) or FORMS[form](listing)


def _calendar(listing):
    head = Head(
        in_words(_("Major events"), listing),
        _("From the registry of IPO Americas. A month or a year stands for days that are not recorded."),
        listing.at(reverse("events:event_list")),
        listing.at(reverse("events:event_export", args=["ics"])),
    )
    known = known_events(listing.ordered(), listing.request.user)
    return calendar_response("events", head, (_entry(one) for one in known))


def _entry(known):
    event = known.record
    spot = next(((p.latitude, p.longitude) for p in known.places if None not in (p.latitude, p.longitude)), None)
    return Entry(
        record=event,
        title=localized(event, "name"),
        description="\n".join(_lines(event)),
        location=", ".join([*known.cities, *(text_of(state, "name") for state in known.hosts)]),
        spot=spot,
        categories=_categories(known),
        status=CALENDAR_STATUS.get(event.status, CONFIRMED),
    )


def _categories(known):
    named = [*filter(None, [known.series]), *known.themes]
    return [known.record.get_kind_display(), *(text_of(record, "name") for record in named)]


def _lines(event):
    """What a calendar shows beneath the name."""
    summary, note = text_of(event, "summary"), text_of(event, "status_note")
    yield from [summary, ""] if summary else []
    yield _("Dates: %(dates)s") % {"dates": event.dates}
    if event.precision != Precision.DAY:
        yield _("The exact days are not recorded.")
    if event.status != STATUS.CONFIRMED:
        yield _("Status: %(status)s") % {"status": event.get_status_display()}
    yield from [note] if note else []


def _feed(listing):
    events = listing.narrowed().changed_last()[:MOST_ENTRIES]
    return feed_response(
        title=pgettext("feed", "%(list)s: changes") % {"list": in_words(_("Major events"), listing)},
        subtitle=_("What was added or changed last, the newest first."),
        page=listing.at(reverse("events:event_list")),
        source=listing.at(reverse("events:event_export", args=["atom"])),
        changes=[_change(known) for known in known_events(events, listing.request.user)],
    )


def _change(known):
    event = known.record
    place = ", ".join([*known.cities[:3], text_of(known.host, "name")])
    facts = f"{event.dates}. {place}."
    summary = " ".join(filter(None, [facts, text_of(event, "summary")]))
    return Change(event, text_of(event, "name"), summary, _categories(known))


FORMS = {**tables("events", COLUMNS, known_events), "ics": _calendar, "atom": _feed}

SERIES_COLUMNS = {
    "slug": lambda series: series.slug,
    "name": lambda series: text_of(series, "name"),
    "editions": lambda series: series.editions,
    "page": lambda series: settings.BASE_URL + series.get_absolute_url(),
}


def series_form(request, form, series):
    """The series as a table."""
    return refused(request, form) or table_file("series", form, list(SERIES_COLUMNS), cells(SERIES_COLUMNS, series))


@dataclass
class KnownLesson:
    """A lesson with what stands beside it."""

    record: Lesson
    state: MemberState
    event: str
    themes: list


def known_lessons(lessons, user):
    """Each lesson with what stands beside it and `user` may know of, read in batches."""
    states, themes = MemberState.objects.visible_to(user).in_bulk(), Theme.objects.visible_to(user).in_bulk()
    for batch in in_batches(lessons.bare()):
        about = linked(Lesson, "themes", batch)
        events = MajorEvent.objects.visible_to(user).slugs_of({lesson.event_id for lesson in batch} - {None})
        for lesson in batch:
            mine = picked(themes, about.get(lesson.pk, []))
            yield KnownLesson(lesson, states[lesson.state_id], events.get(lesson.event_id, ""), mine)


LESSON_COLUMNS = {
    "slug": lambda known: known.record.slug,
    "kind": lambda known: known.record.kind,
    **text_columns("title"),
    "state_iso3": lambda known: known.state.iso3,
    "event": lambda known: known.event,
    "context": lambda known: text_of(known.record, "context"),
    "what_happened": lambda known: text_of(known.record, "what_happened"),
    "what_we_did": lambda known: text_of(known.record, "what_we_did"),
    "recommendation": lambda known: text_of(known.record, "recommendation"),
    "evidence": lambda known: known.record.evidence,
    "themes": lambda known: ";".join(sorted(theme.slug for theme in known.themes)),
    "validated_on": lambda known: known.record.validated,
    **{name: show for name, show in last_columns().items() if not name.startswith("source")},
}


def lesson_form(request, form):
    """The lessons in one of their other forms, or a 400 that says what is wrong with the query."""
    listing = lesson_listing(request)
    return refused(request, form, listing) or LESSON_FORMS[form](listing)


def _lesson_feed(listing):
    lessons = listing.narrowed().changed_last()[:MOST_ENTRIES]
    return feed_response(
        title=pgettext("feed", "%(list)s: changes") % {"list": in_words(_("Lessons"), listing)},
        subtitle=_("What was added or changed last, the newest first."),
        page=listing.at(reverse("events:lesson_list")),
        source=listing.at(reverse("events:lesson_export", args=["atom"])),
        changes=[_lesson_change(known) for known in known_lessons(lessons, listing.request.user)],
    )


def _lesson_change(known):
    lesson, state = known.record, text_of(known.state, "name")
    told = text_of(lesson, "recommendation") or text_of(lesson, "what_happened")
    about = [lesson.get_kind_display(), state, *(text_of(theme, "name") for theme in known.themes)]
    return Change(lesson, text_of(lesson, "title"), f"{lesson.get_kind_display()} · {state}. {told}", about)


LESSON_FORMS = {**tables("lessons", LESSON_COLUMNS, known_lessons), "atom": _lesson_feed}
