"""Import and export of series, events and lessons, in the format of data/README.md."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.columns import (
    LATITUDES,
    LONGITUDES,
    Choice,
    Column,
    Number,
    Period,
    Related,
    RelatedList,
    Shown,
    Text,
    Whole,
    date_precision,
    end_date,
    plain_decimal,
    yes_or_no,
)
from core.imports import RecordResource, SameFileRelated
from core.languages import CONTENT_CODES
from core.text import split_list
from documents.actions import refresh_record
from events.actions import set_places
from events.models import EventPlace, Lesson, MajorEvent, Series, validate_countries
from reference.models import MemberState, Organisation, Theme
from reference.resources import label, source_kind

LANGUAGES = {code: code for code in CONTENT_CODES}


class OtherHosts(RelatedList):
    """States of the table go to `other_hosts`, other countries of ISO 3166 to `hosts_elsewhere`."""

    def __init__(self):
        super().__init__("other_hosts", MemberState, "iso3", "other_hosts_iso3", also=["hosts_elsewhere"])

    def read(self, text):
        return {self.codes[code] for code in split_list(text) if code in self.codes}

    def take(self, instance, row):
        if row.get("host_country_iso3") in split_list(row[self.column_name]):
            raise ValidationError(_("The main host is not one of the other hosts."))
        elsewhere = [code for code in split_list(row[self.column_name]) if code not in self.codes]
        elsewhere = ";".join(dict.fromkeys(elsewhere))
        validate_countries(elsewhere)
        changed = elsewhere != instance.hosts_elsewhere
        instance.hosts_elsewhere = elsewhere
        return super().take(instance, row) or changed

    def export(self, instance, **kwargs):
        return ";".join(part for part in (super().export(instance), instance.hosts_elsewhere) if part)


class Places(Column):
    """The cities in their order; the columns latitude and longitude, where there are any, are the first one's."""

    AXES = {"latitude": LATITUDES, "longitude": LONGITUDES}

    def __init__(self):
        super().__init__("places", "cities")

    def take(self, instance, row):
        cities, spot = self._cities(row), self._spot(row)
        for city in cities:
            self._check(city)
        if any(spot.values()) and not cities:
            raise ValidationError({"latitude": _("Coordinates are those of the first city, and there is none.")})
        first = instance.places.first() if instance.pk else None
        moved = any(getattr(first, axis, None) != value for axis, value in spot.items())
        return moved or cities != (instance.cities if instance.pk else [])

    def write(self, instance, row):
        set_places(instance, cities=self._cities(row), spot=self._spot(row), by=self.resource.by)

    def _cities(self, row):
        return list(dict.fromkeys(split_list(row["cities"])))

    def _spot(self, row):
        """{"latitude": …, "longitude": …}, or nothing where the file has no such columns."""
        spot, errors = {}, {}
        for axis, bounds in self.AXES.items():
            if axis in row:
                try:
                    spot[axis] = Number(axis, *bounds).read(row[axis])
                except ValidationError as error:
                    errors[axis] = error.messages
        if errors:
            raise ValidationError(errors)
        if spot and (spot["latitude"] is None) != (spot["longitude"] is None):
            raise ValidationError({"latitude": _("Latitude and longitude go together.")})
        return spot

    def _check(self, city):
        try:
            EventPlace(city=city).full_clean(exclude=["event"])
        except ValidationError as error:
            raise ValidationError(error.messages) from error

    def export(self, instance, **kwargs):
        return ";".join(instance.cities) if instance.pk else ""


def coordinate(axis, other):
    """The column of the first city's latitude or longitude; Places reads it."""

    def show(event):
        places = list(event.places.all()) if event.pk else []
        return plain_decimal(getattr(places[0], axis)) if places else ""

    return Shown(axis, axis, show, needs=["cities", other])


class SeriesResource(RecordResource):
    slug = Text("slug")
    name_en = Text("name_en")
    name_es = Text("name_es")
    name_pt = Text("name_pt")
    name_fr = Text("name_fr")

    class Meta:
        model = Series


class EventResource(RecordResource):
    slug = Text("slug")
    name_en = Text("name_en", "name")
    name_es = Text("name_es")
    name_pt = Text("name_pt")
    name_fr = Text("name_fr")
    kind = Choice("kind", MajorEvent.Kind)
    series = Related("series", Series, "slug")
    host_state = Related("host_state", MemberState, "iso3", "host_country_iso3")
    other_hosts = OtherHosts()
    places = Places()
    latitude = coordinate("latitude", "longitude")
    longitude = coordinate("longitude", "latitude")
    start = Period()
    end = end_date()
    precision = date_precision()
    expected_attendance = Whole("expected_attendance")
    delegations = Whole("delegations", "participating_delegations")
    website = Text("website", "official_website")
    status_note_en = Text("status_note_en", "status_note")
    status_note_es = Text("status_note_es")
    status_note_pt = Text("status_note_pt")
    status_note_fr = Text("status_note_fr")
    summary_en = Text("summary_en")
    summary_es = Text("summary_es")
    summary_pt = Text("summary_pt")
    summary_fr = Text("summary_fr")
    ipo_support = yes_or_no("ipo_support")
    source = Text("source")
    source_kind = source_kind()
    status = Choice("status", MajorEvent.Status, keep=True)
    umbrella = SameFileRelated("umbrella", MajorEvent, "slug")
    organiser = Related("organiser", Organisation, "code")
    security_authority = Text("security_authority")
    themes = RelatedList("themes", Theme, "slug")
    label = label()
    publication = Choice("publication", MajorEvent.Publication, keep=True)
    language = Choice("language", LANGUAGES, keep=True)

    lists = ["places"]

    class Meta:
        model = MajorEvent

    def refresh(self, instance):
        refresh_record(instance)


class LessonResource(RecordResource):
    slug = Text("slug")
    title_en = Text("title_en", "title")
    title_es = Text("title_es")
    title_pt = Text("title_pt")
    title_fr = Text("title_fr")
    kind = Choice("kind", Lesson.Kind)
    state = Related("state", MemberState, "iso3", "state_iso3")
    event = Related("event", MajorEvent, "slug", "event_slug")
    context_en = Text("context_en", "context")
    context_es = Text("context_es")
    context_pt = Text("context_pt")
    context_fr = Text("context_fr")
    what_happened_en = Text("what_happened_en", "what_happened")
    what_happened_es = Text("what_happened_es")
    what_happened_pt = Text("what_happened_pt")
    what_happened_fr = Text("what_happened_fr")
    what_we_did_en = Text("what_we_did_en", "what_we_did")
    what_we_did_es = Text("what_we_did_es")
    what_we_did_pt = Text("what_we_did_pt")
    what_we_did_fr = Text("what_we_did_fr")
    recommendation_en = Text("recommendation_en", "recommendation")
    recommendation_es = Text("recommendation_es")
    recommendation_pt = Text("recommendation_pt")
    recommendation_fr = Text("recommendation_fr")
    evidence = Text("evidence")
    themes = RelatedList("themes", Theme, "slug")
    label = label()
    publication = Choice("publication", Lesson.Publication, keep=True)
    language = Choice("language", LANGUAGES, keep=True)

    class Meta:
        model = Lesson

    def refresh(self, instance):
        refresh_record(instance)
