"""Import and export of instruments and treaty actions, in the format of data/README.md."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.columns import Choice, Column, ReducedDate, Related, RelatedList, Text, unknown
from core.imports import RecordResource
from core.languages import CONTENT_CODES
from core.text import split_list
from documents.actions import refresh_record
from events.models import MajorEvent
from legislation.actions import REPEALS, set_repealers
from legislation.models import Instrument, TreatyAction
from reference.models import MemberState, Organisation, Theme
from reference.resources import label, source_kind


class Jurisdiction(Column):
    """The State of a national instrument by its ISO code, the organisation of any other by its own."""

    def __init__(self):
        super().__init__("state", "jurisdiction", also=["organisation"], needs=["level"])
        self.state = Related("state", MemberState, "iso3", "jurisdiction")
        self.organisation = Related("organisation", Organisation, "code", "jurisdiction")

    def take(self, instance, row):
        for part in (self.state, self.organisation):
            part.resource = self.resource
        if row["level"] not in Instrument.Level.values:
            return False  # the column of the level says so
        mine, other = self.state, self.organisation
        if row["level"] != Instrument.Level.NATIONAL:
            mine, other = other, mine
        if not row["jurisdiction"]:
            raise ValidationError(_("Say whose text it is: a State of a national one, else an organisation."))
        return mine.take(instance, row) | other.take(instance, {"jurisdiction": ""})

    def export(self, instance, **kwargs):
        if instance.state_id:
            return self.resource.code_of(MemberState, "iso3", instance.state_id)
        return self.resource.code_of(Organisation, "code", instance.organisation_id)


class RepealedBy(Column):
    """The instruments that repeal this one, by slug; they may stand later in the same file."""

    def __init__(self):
        super().__init__("inverse_relations", "repealed_by_slug")

    def take(self, instance, row):
        slugs = self._slugs(row)
        if row["slug"] in slugs:
            raise ValidationError(_("A record does not refer to itself."))
        missing = slugs - self.resource.in_file - self.resource.codes(Instrument, "slug").keys()
        if missing:
            raise unknown(Instrument, sorted(missing))
        return slugs != self._current(instance)

    def write(self, instance, row):
        slugs, by = self._slugs(row), self.resource.by
        self.resource.later.append(lambda: set_repealers(instance, slugs=slugs, by=by))

    def _slugs(self, row):
        return set(split_list(row[self.column_name]))

    def _current(self, instance):
        relations = instance.inverse_relations.all() if instance.pk else []
        return {relation.instrument.slug for relation in relations if relation.kind == REPEALS}

    def export(self, instance, **kwargs):
        return ";".join(sorted(self._current(instance)))


class InstrumentResource(RecordResource):
    slug = Text("slug")
    original_title = Text("original_title", "title")
    title_en = Text("title_en")
    title_es = Text("title_es")
    title_pt = Text("title_pt")
    title_fr = Text("title_fr")
    language = Choice("language", {code: code for code in CONTENT_CODES}, keep=True)
    level = Choice("level", Instrument.Level)
    jurisdiction = Jurisdiction()
    subdivision = Text("subdivision")
    kind = Choice("kind", Instrument.Kind)
    number = Text("number")
    gazette = Text("gazette")
    adopted_on = ReducedDate("adopted_on")
    in_force_on = ReducedDate("in_force_on")
    last_amended_on = ReducedDate("last_amended_on")
    repealed_on = ReducedDate("repealed_on")
    status = Choice("status", Instrument.Status, keep=True)
    repealed_by = RepealedBy()
    themes = RelatedList("themes", Theme, "slug", "topics")
    events = RelatedList("events", MajorEvent, "slug", "related_event_slugs")
    url = Text("url")
    summary_en = Text("summary_en")
    summary_es = Text("summary_es")
    summary_pt = Text("summary_pt")
    summary_fr = Text("summary_fr")
    source = Text("source")
    source_kind = source_kind()
    label = label()
    publication = Choice("publication", Instrument.Publication, keep=True)

    lists = ["inverse_relations__instrument"]

    class Meta:
        model = Instrument

    def refresh(self, instance):
        refresh_record(instance)


class TreatyActionResource(RecordResource):
    """One action per row; or, as in treaty_status.csv, a signature and a consent in the columns signed_on and
    ratified_on, where a row without any date yields no action but is checked all the same."""

    instrument = Related("instrument", Instrument, "slug", "instrument_slug")
    state = Related("state", MemberState, "iso3", "iso3")
    kind = Choice("kind", TreatyAction.Kind, "action")
    date = ReducedDate("date")
    reservation = Text("reservation")
    note = Text("note")
    source = Text("source")
    source_kind = source_kind()

    WIDE = ["signed_on", "ratified_on"]
    ORIGIN = "column of the date"  # where the date of a row that was split stood

    class Meta:
        model = TreatyAction
        import_id_fields = ["instrument", "state", "kind"]

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.wide, self.taken = False, set()

    def known_columns(self):
        known = super().known_columns()
        if self.wide:
            del known["date"]
            known |= {"signed_on": ["ratified_on"], "ratified_on": ["signed_on"]}
        return known

    def before_import(self, dataset, **kwargs):
        headers = dataset.headers or []
        self.wide, self.taken = any(column in headers for column in self.WIDE), set()
        super().before_import(dataset, **kwargs)
        if self.wide:
            self._split(dataset)

    def _split(self, dataset):
        """Give each action its own row; `lines` goes along."""
        headers = [header for header in dataset.headers if header not in self.WIDE]
        found = []
        for line, row in zip(self.lines, dataset.dict, strict=True):
            for action, date, origin in self._actions(row):
                cells = {**row, "action": action}
                found.append((line, [*(cells[header] for header in headers), date, origin]))
        dataset.wipe()
        dataset.headers = [*headers, "date", self.ORIGIN]
        dataset.extend(cells for _line, cells in found)
        self.lines = [line for line, _cells in found]

    def _actions(self, row):
        """(action, date, column of the date) of each action in a row; what has no date is only checked."""
        if row["signed_on"]:
            yield "signature", row["signed_on"], "signed_on"
        if row["ratified_on"] or row["action"] or not row["signed_on"]:
            yield row["action"], row["ratified_on"], "ratified_on"

    def key_of(self, row):
        key = super().key_of(row)
        return key if self.wide else (*key, row.get("date", ""))

    def before_import_row(self, row, **kwargs):
        super().before_import_row(row, **kwargs)
        self.origin = row.pop(self.ORIGIN, "date")
        self.only_checked = self.wide and not row["date"]
        if self.only_checked:
            self.failed += [self.fields["kind"], self.fields["date"]]  # nothing is missing here

    def column_said(self, name):
        return self.origin if name == "date" else name

    def get_instance(self, instance_loader, row):
        """The State's action of that kind: the one of that date, else the only one that no other row is about."""
        if self.only_checked:
            return None
        instrument, state, kind = super().key_of(row)
        rows = self.locked(instrument__slug=instrument, state__iso3=state, kind=kind)
        actions = list(rows.exclude(pk__in=self.taken))
        same = [action for action in actions if action.date == row.get("date")] or actions
        if len(same) > 1:
            raise ValidationError({"action": _("There are several of them. Correct them in the admin.")})
        self.taken.update(action.pk for action in same)
        return same[0] if same else None

    def skip_row(self, instance, original, row, import_validation_errors=None):
        if self.only_checked and not import_validation_errors:
            return True
        return super().skip_row(instance, original, row, import_validation_errors)

    def after_import_row(self, row, row_result, **kwargs):
        super().after_import_row(row, row_result, **kwargs)
        if self.only_checked:
            row_result.key = ""
