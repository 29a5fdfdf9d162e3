"""Events like the real ones."""

import calendar
import datetime
from collections import defaultdict
from decimal import Decimal

from benchmarks.making import MADE, Made, Maker
from core.dates import Precision, period_end, period_start
from core.languages import texts
from core.text import fold
from events.models import EventPlace, MajorEvent
from legislation.models import Instrument
from reference.models import MemberState

SHARE_WITH_THEMES = 0.3  # the real events have none yet
SPREAD = 20  # hundredths of a degree that a city's venues lie apart


class EventMaker(Maker):
    """Each keeps the States of its model, the places there, the month and the length."""

    model = MajorEvent
    name = "name"
    translated = ("name", "summary", "status_note")
    plain = ()
    read = ("places", "other_hosts")

    def __init__(self, seed):
        super().__init__(seed)
        self.cities, self.places_of, self.others_of = defaultdict(dict), {}, {}
        for row in self.real:
            self.places_of[row.pk] = [(place.city, place.latitude, place.longitude) for place in row.places.all()]
            self.others_of[row.pk] = [host.pk for host in row.other_hosts.all()]
            for city, *spot in self.places_of[row.pk][:1]:
                self.cities[row.host_state_id][city] = spot
        laws = Instrument.objects.exclude(slug__regex=MADE).order_by("slug").prefetch_related("themes")
        self.themes = [[theme.pk for theme in law.themes.all()] for law in laws]
        self.host_names = {state.pk: texts(state, "name") for state in MemberState.objects.all()}

    def one(self, row, number):
        year = self.rng.choice(self.real).start.year
        event = MajorEvent(**self.values(row, year, number), **self.period(row, year))
        hosts = self.others_of[row.pk]
        places = self.places(row, event)
        event.search_text = self.search_text(event, places, hosts)
        themed = self.themes and self.rng.random() < SHARE_WITH_THEMES
        related = {
            "other_hosts": hosts,
            "themes": self.rng.choice(self.themes) if themed else [],
            "named_states": self.named_states(event),
        }
        return Made(event, related, places)

    def values(self, row, year, number):
        values = super().values(row, year, number)
        return {name: value for name, value in values.items() if name not in {"start", "end"}}

    def period(self, row, year):
        """The same month and length in another year, as exact as the model is known."""
        month, last = row.start.month, calendar.monthrange(year, row.start.month)[1]
        start = datetime.date(year, month, self.rng.randint(1, last))
        if row.precision != Precision.DAY:
            return {
                "start": period_start(start, row.precision),
                "end": period_end(start, row.precision),
            }
        return {"start": start, "end": start + (row.end - row.start)}

    def places(self, row, event):
        """As many cities as the model has: of its host where that hosts alone, else the same."""
        cities, known = self.places_of[row.pk], self.cities[row.host_state_id]
        if not self.others_of[row.pk] and len(known) >= len(cities):
            cities = [(city, *known[city]) for city in self.rng.sample(sorted(known), len(cities))]
        return [
            EventPlace(event=event, city=city, latitude=self._near(north), longitude=self._near(east), order=order)
            for order, (city, north, east) in enumerate(cities)
        ]

    def _near(self, degrees):
        return degrees and degrees + Decimal(self.rng.randint(-SPREAD, SPREAD)) / 100

    def search_text(self, event, places, hosts):
        """What `event.searchable()` gives, without asking the database."""
        words = [*texts(event, "name"), *texts(event, "summary")]
        words += [word for place in places for word in (place.city, place.venue)]
        words += [name for host in [event.host_state_id, *hosts] for name in self.host_names[host]]
        return fold(" ".join(words))

    def store(self, batch):
        super().store(batch)
        EventPlace.objects.bulk_create(place for made in batch for place in made.rows)
