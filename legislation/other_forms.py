"""Legislation as CSV, XLSX and Atom: the same texts as the list, for the same reader; and the tables of law."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.feeds import MOST_ENTRIES, Change, feed_response
from core.other_forms import (
    cells,
    exact,
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
from events.models import MajorEvent
from legislation.filters import instrument_listing
from legislation.matrix import Matrix, MatrixPage, matrix_rows
from legislation.models import Instrument, InstrumentRelation, TreatyAction
from legislation.treaties import TreatyRow, treaty_standing
from reference.models import MemberState, Organisation, Theme


@dataclass
class Known:
    """An instrument with what stands beside it."""

    record: Instrument
    jurisdiction: object
    themes: list
    repealed_by: list
    events: list


def known_instruments(instruments, user):
    """Each instrument with what stands beside it and `user` may know of, read in batches."""
    states, themes = MemberState.objects.visible_to(user).in_bulk(), Theme.objects.visible_to(user).in_bulk()
    organisations = Organisation.objects.visible_to(user).in_bulk()
    for batch in in_batches(instruments.bare()):
        about, events = linked(Instrument, "themes", batch), linked(Instrument, "events", batch)
        repealers = grouped(InstrumentRelation.objects.repealing(batch))
        event_slugs = MajorEvent.objects.visible_to(user).slugs_of(_all(events))
        repealer_slugs = Instrument.objects.visible_to(user).slugs_of(_all(repealers))
        for instrument in batch:
            yield Known(
                instrument,
                states.get(instrument.state_id) or organisations.get(instrument.organisation_id),
                picked(themes, about.get(instrument.pk, [])),
                _named(repealers.get(instrument.pk, []), repealer_slugs),
                _named(events.get(instrument.pk, []), event_slugs),
            )


def _all(found):
    return {pk for keys in found.values() for pk in keys}


def _named(keys, slugs):
    """The slugs of those that the reader may know of."""
    return sorted(picked(slugs, keys))


# Named as in data/README.md where they hold the same.
COLUMNS = {
    "slug": lambda known: known.record.slug,
    **text_columns("title"),
    "level": lambda known: known.record.level,
    "jurisdiction": lambda known: getattr(known.jurisdiction, "iso3", None) or known.jurisdiction.code,
    "subdivision": lambda known: known.record.subdivision,
    "kind": lambda known: known.record.kind,
    "number": lambda known: known.record.number,
    "gazette": lambda known: known.record.gazette,
    "adopted_on": lambda known: exact(known.record.adopted_on),
    "in_force_on": lambda known: exact(known.record.in_force_on),
    "last_amended_on": lambda known: exact(known.record.last_amended_on),
    "repealed_on": lambda known: exact(known.record.repealed_on),
    "status": lambda known: known.record.status,
    "repealed_by_slug": lambda known: ";".join(known.repealed_by),
    "topics": lambda known: ";".join(sorted(theme.slug for theme in known.themes)),
    "related_event_slugs": lambda known: ";".join(known.events),
    "url": lambda known: known.record.url,
    "summary": lambda known: text_of(known.record, "summary"),
    "verified_on": lambda known: known.record.verified_on,
    **last_columns(),
}


def instrument_form(request, form):
    """The list in one of its other forms, or a 400 that says what is wrong with the query."""
    listing = instrument_listing(request)
    return refused(request, form, listing) or FORMS[form](listing)


def _feed(listing):
    instruments = listing.narrowed().changed_last()[:MOST_ENTRIES]
    name = in_words(_("Legislation"), listing)
    return feed_response(
        title=pgettext("feed", "%(list)s: changes") % {"list": name},
        subtitle=_("What was added or changed last, the newest first."),
        page=listing.at(reverse("legislation:instrument_list")),
        source=listing.at(reverse("legislation:instrument_export", args=["atom"])),
        changes=[_change(known) for known in known_instruments(instruments, listing.request.user)],
    )


def _change(known):
    instrument, jurisdiction = known.record, text_of(known.jurisdiction, "name")
    facts = [jurisdiction, instrument.get_status_display()]
    if instrument.adopted_on:
        facts.append(_("adopted %(date)s") % {"date": instrument.adopted_on.said()})
    about = [instrument.get_kind_display(), jurisdiction, *(text_of(theme, "name") for theme in known.themes)]
    summary = " ".join(filter(None, [" · ".join(facts) + ".", text_of(instrument, "summary")]))
    return Change(instrument, text_of(instrument, "title"), summary, about)


FORMS = {**tables("legislation", COLUMNS, known_instruments), "atom": _feed}

TREATY_COLUMNS = {
    "iso3": lambda row: row.state.iso3,
    "state": lambda row: text_of(row.state, "name"),
    "signed_on": lambda row: row.signature and exact(row.signature.date),
    "action": lambda row: row.consent and row.consent.kind,
    "ratified_on": lambda row: row.consent and exact(row.consent.date),
    "withdrawn_on": lambda row: row.withdrawal and exact(row.withdrawal.date),
    "note": lambda row: "\n".join(row.remarks),
    "source": lambda row: " ; ".join(_sources(row)),
}


def _sources(row):
    actions = filter(None, [row.signature, row.consent, row.withdrawal])
    return dict.fromkeys(source for action in actions for source in action.sources)


def treaty_form(request, form, instrument, rows):
    """The table of a treaty as a file; each row names the treaty, so that several tables may be joined."""
    same = {"instrument_slug": lambda row: instrument.slug, "title": lambda row: text_of(instrument, "title")}
    columns = {**same, **TREATY_COLUMNS}
    return refused(request, form) or table_file(
        f"treaty-{instrument.slug}"[:60], form, list(columns), cells(columns, rows)
    )


def treaty_list_form(request, form):
    """The table of all treaties as a file: a row for each treaty and State, those without a record too."""
    columns = {
        "slug": lambda pair: pair[0].slug,
        "treaty": lambda pair: text_of(pair[0], "title"),
        **{name: lambda pair, show=show: show(pair[1]) for name, show in TREATY_COLUMNS.items()},
    }
    rows = cells(columns, _standing(request.user))
    return refused(request, form) or table_file("treaties", form, list(columns), rows)


def _standing(user):
    """(treaty, TreatyRow) of every treaty that `user` may know of and every State."""
    states = list(MemberState.objects.visible_to(user).by_name())
    for batch in in_batches(Instrument.objects.visible_to(user).treaties().oldest_first().bare()):
        standing = treaty_standing(states, TreatyAction.objects.visible_to(user).on_any(batch))
        for treaty in batch:
            yield from ((treaty, standing.get((state.pk, treaty.pk)) or TreatyRow(state)) for state in states)


MATRIX_COLUMNS = {
    "iso3": lambda row: row.state.iso3,
    "state": lambda row: text_of(row.state, "name"),
    "subregion": lambda row: text_of(row.state.sub_region, "name"),
    "topic": lambda row: row.theme.slug,
    "topic_name": lambda row: text_of(row.theme, "name"),
    "on": lambda row: row.day,
    "in_force": lambda row: row.cell.yes,
    "not_known": lambda row: row.cell.unknown,
    "not_in_force": lambda row: row.cell.no,
    "verified": lambda row: row.cell.verified,
    "verified_on": lambda row: row.cell.verified_on,
}


def matrix_form(request, form):
    """The matrix as a file, of all States unless a sub-region is asked for: a row for each State and theme."""
    page = MatrixPage(request)
    bad = refused(request, "csv", page)  # it has few rows in every form
    if bad:
        return bad
    rows = cells(MATRIX_COLUMNS, matrix_rows(Matrix(request.user, page.day, page.asked_region)))
    return table_file("law-by-theme", form, list(MATRIX_COLUMNS), rows)
