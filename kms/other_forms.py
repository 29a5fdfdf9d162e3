"""The board of States and the themes as CSV and XLSX."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.columns import plain_decimal
from core.other_forms import cells, refused, text_of
from core.spreadsheets import table_file
from kms import figures

# Every list: what it is called, its page, its forms and which there are.
LISTS = [
    (_("Major events"), "events:event_list", "events:event_export", "csv xlsx ics atom"),
    (pgettext_lazy("several series of events", "Series"), "events:series_list", "events:series_export", "csv xlsx"),
    (_("Lessons"), "events:lesson_list", "events:lesson_export", "csv xlsx atom"),
    (_("Legislation"), "legislation:instrument_list", "legislation:instrument_export", "csv xlsx atom"),
    (_("Law by State and theme"), "legislation:theme_matrix", "legislation:theme_matrix_export", "csv xlsx"),
    (_("States and treaties"), "legislation:treaty_list", "legislation:treaty_list_export", "csv xlsx"),
    (_("Activities of the Programme"), "programme:activity_list", "programme:activity_export", "csv xlsx ics atom"),
    (_("Network of States"), "kms:country_list", "kms:country_export", "csv xlsx"),
    (_("Themes"), "kms:theme_list", "kms:theme_export", "csv xlsx"),
]
STATE_COLUMNS = {
    "iso3": lambda row: row["state"].iso3,
    "iso2": lambda row: row["state"].iso2,
    "name": lambda row: text_of(row["state"], "name"),
    "subregion": lambda row: text_of(row["state"].sub_region, "name"),
    "oas_status": lambda row: row["state"].oas_status,
    "status_note": lambda row: row["state"].status_note,
    "participates_in_34": lambda row: row["state"].participates,
    "seat": lambda row: "filled" if row["filled"] else "vacant" if row["state"].participates else "none",
    "events": lambda row: row["events"],
    "instruments": lambda row: row["instruments"],
    "activities": lambda row: row["activities"],
    "lessons": lambda row: row["lessons"],
    "capital": lambda row: row["state"].capital,
    "latitude": lambda row: plain_decimal(row["state"].latitude),
    "longitude": lambda row: plain_decimal(row["state"].longitude),
    "official_languages": lambda row: row["state"].official_languages,
    "source": lambda row: row["state"].source,
    "page": lambda row: settings.BASE_URL + row["state"].get_absolute_url(),
}
THEME_COLUMNS = {
    "code": lambda row: row["theme"].slug,
    "name": lambda row: text_of(row["theme"], "name"),
    "description": lambda row: text_of(row["theme"], "description"),
    "instruments": lambda row: row["instruments"],
    "events": lambda row: row["events"],
    "activities": lambda row: row["activities"],
    "lessons": lambda row: row["lessons"],
    "source": lambda row: row["theme"].source,
    "page": lambda row: settings.BASE_URL + row["theme"].get_absolute_url(),
}


def whole_lists():
    """[{"label", "url" of the page, and the address of each form by its name}]."""
    return [
        {"label": label, "url": reverse(page), **{form: reverse(name, args=[form]) for form in forms.split()}}
        for label, page, name, forms in LISTS
    ]


def state_form(request, form, states):
    """A row for each State, sub-region by sub-region as on the board."""
    return refused(request, form) or table_file("network", form, list(STATE_COLUMNS), _states(request.user, states))


def _states(user, states):
    regions = figures.board(user, states)["regions"]
    return cells(STATE_COLUMNS, (row for _, rows in regions for row in rows))


def theme_form(request, form, themes):
    """A row for each theme."""
    return refused(request, form) or table_file("themes", form, list(THEME_COLUMNS), _themes(request.user, themes))


def _themes(user, themes):
    return cells(THEME_COLUMNS, figures.themes(user, themes))
