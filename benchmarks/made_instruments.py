"""Instruments like the real ones."""

from collections import defaultdict

from benchmarks.making import Made, Maker
from core.languages import texts
from core.text import fold
from events.models import MajorEvent
from legislation.models import Instrument, InstrumentRelation
from reference.models import MemberState, Organisation
from reference.querysets import today

MOST_YEARS_OFF = 2
DATES = ("adopted_on", "in_force_on", "last_amended_on", "repealed_on")


class InstrumentMaker(Maker):
    """Each keeps the jurisdiction of its model, the precision of its dates and the time between them."""

    model = Instrument
    name = "title"
    translated = ("title", "summary", "commentary")
    plain = ("original_title", "number")
    read = ("themes", "events", "relations")

    def __init__(self, seed):
        super().__init__(seed)
        self.names_of = {
            model: {row.pk: texts(row, "name") for row in model.objects.all()} for model in (MemberState, Organisation)
        }
        self.events_of = defaultdict(list)
        for event, host in MajorEvent.objects.order_by("pk").values_list("pk", "host_state"):
            self.events_of[host].append(event)
        self.all_events = [event for events in self.events_of.values() for event in events]
        self.held = {
            row.pk: {
                "themes": [theme.pk for theme in row.themes.all()],
                "events": len(row.events.all()),
                "relations": sorted({relation.kind for relation in row.relations.all()}),
            }
            for row in self.real
        }
        self.latest = {}  # of each jurisdiction the instrument made last, which the next one may repeal

    def one(self, row, number):
        shift = self.rng.randint(-MOST_YEARS_OFF, MOST_YEARS_OFF)
        year = int(row.adopted_on[:4] or 0) and min(int(row.adopted_on[:4]) + shift, today().year)
        instrument = Instrument(**self.values(row, year, number) | self.dates(row, shift))
        instrument.search_text = self.search_text(instrument)
        related = {
            "themes": self.held[row.pk]["themes"],
            "events": self.events(row),
            "named_states": self.named_states(instrument),
        }
        return Made(instrument, related, self.relations(row, instrument))

    def values(self, row, year, number):
        values = super().values(row, year, number)
        same = row.original_title == row.title_en
        return values | ({"original_title": values["title_en"]} if same else {})

    def dates(self, row, shift):
        """The dates that the model has, some years earlier or later; none lies in the future."""
        dates = {}
        for name in DATES:
            year = min(int(getattr(row, name)[:4] or 0) + shift, today().year)
            dates[name] = f"{year:04}{self._within(getattr(row, name)[4:])}" if getattr(row, name) else ""
        return dates

    def _within(self, rest):
        """Month and day, where there are any: another day of the same month."""
        return f"{rest[:3]}-{self.rng.randint(1, 28):02}" if len(rest) == len("-12-31") else rest

    def events(self, row):
        """As many events as the model concerns, of the same State where it has one."""
        events = self.events_of[row.state_id] or self.all_events
        return sorted(set(self.rng.choices(events, k=self.held[row.pk]["events"]))) if events else []

    def relations(self, row, instrument):
        """What the model does to another one, done to the one made before in the same jurisdiction."""
        jurisdiction = (row.state_id, row.organisation_id)
        before, self.latest[jurisdiction] = self.latest.get(jurisdiction), instrument
        kinds = self.held[row.pk]["relations"] if before else []
        return [InstrumentRelation(instrument=instrument, kind=kind, target=before) for kind in kinds]

    def search_text(self, instrument):
        """What `instrument.searchable()` gives, without asking the database."""
        model = MemberState if instrument.state_id else Organisation
        words = [instrument.original_title, instrument.number, *texts(instrument, "title")]
        words += [
            *texts(instrument, "summary"),
            *self.names_of[model][instrument.state_id or instrument.organisation_id],
        ]
        return fold(" ".join(words))

    def store(self, batch):
        super().store(batch)
        InstrumentRelation.objects.bulk_create(relation for made in batch for relation in made.rows)
