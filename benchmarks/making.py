"""Makes records that are distributed like the real ones; what events and instruments share in that.

Every new record follows a real one, drawn at random: kind, State, status, precision, length of period, languages,
places, themes and links are kept, the year comes from another real one, the texts are recombined. What the real data
lack and what costs when it is read is added in small shares: labels, drafts, themes of events. No history is written.
"""

import datetime
import random
import re
from dataclasses import dataclass, field

from django.utils.text import slugify

from benchmarks.wording import Wording, coined, long_words
from core.labels import Label
from core.languages import CONTENT_CODES
from reference.models import MemberState

LABELS = {Label.CLEAR: 900, Label.GREEN: 60, Label.AMBER: 25, Label.RED: 15}
PUBLICATIONS = {"published": 950, "draft": 40, "withdrawn": 10}
FIRST_RECORDED = datetime.datetime(2022, 1, 1, tzinfo=datetime.UTC)
MINUTES_OF_RECORDING = 4 * 365 * 24 * 60
MADE = r"-x[0-9]+$"  # how the slug of a made record ends
NOT_COPIED = {"id", "slug", "search_text", "created", "updated", "label", "publication", "umbrella_id"}
YEAR = re.compile(r"\b(19|20)[0-9]{2}\b")


@dataclass
class Made:
    """One new record with what is saved after it: {many-to-many field: primary keys}, and rows of its own."""

    record: object
    related: dict
    rows: list = field(default_factory=list)


class Maker:
    """Makes and saves the records of one model."""

    model = None
    name = ""  # the field that names a record, with a column for each language
    translated = ()  # all such fields
    plain = ()  # texts without
    read = ()  # what is read with the real records

    def __init__(self, seed):
        there = self.model.objects.filter(slug__regex=MADE).count()
        self.first = there + 1
        self.rng = random.Random(f"{self.model.__name__} {seed} {there}")  # noqa: S311 - reproducible, not secret
        self.real = list(self.model.objects.exclude(slug__regex=MADE).prefetch_related(*self.read).order_by("slug"))
        columns = [column.attname for column in self.model._meta.concrete_fields]
        texts = [f"{name}_{code}" for name in self.translated for code in CONTENT_CODES]
        self.wording = {
            name: Wording([getattr(row, name) or "" for row in self.real], self.rng) for name in [*texts, *self.plain]
        }
        self.copied = [name for name in columns if name not in NOT_COPIED.union(self.translated, self.wording)]
        self.names = long_words(str(row) for row in self.real)
        self.state_ids = list(MemberState.objects.order_by("iso3").values_list("pk", flat=True))

    def make(self, number):
        """So many new records, one after the other; none where there are no real ones to follow."""
        for extra in range(number if self.real else 0):
            yield self.one(self.rng.choice(self.real), self.first + extra)

    def values(self, row, year, number):
        """The columns of a record that follows `row`, in another year."""
        values = {name: getattr(row, name) for name in self.copied}
        values |= {name: wording.like(getattr(row, name) or "") or None for name, wording in self.wording.items()}
        values |= {name: values[name] or "" for name in self.plain}
        coin = coined(self.names, self.rng)
        named = [f"{self.name}_{code}" for code in CONTENT_CODES] + [name for name in self.plain if "title" in name]
        for name in named:
            if values[name]:
                values[name] = self._renamed(values[name], coin, year)[: self._longest(name)]
        title = next(values[name] for name in named if values[name])
        return values | self._recorded() | {"slug": f"{slugify(title)[:65].strip('-')}-x{number}"}

    def _longest(self, name):
        return self.model._meta.get_field(name).max_length

    def _renamed(self, text, coin, year):
        """A title of another year, with a name of its own."""
        text = text.replace(max(text.split(), key=len), coin, 1)
        return YEAR.sub(str(year), text) if year else text

    def _recorded(self):
        """Audience, publication and the times of recording."""
        created = FIRST_RECORDED + datetime.timedelta(minutes=self.rng.randrange(MINUTES_OF_RECORDING))
        later = datetime.timedelta(minutes=self.rng.randrange(MINUTES_OF_RECORDING // 8))
        weighted = {"label": LABELS, "publication": PUBLICATIONS}
        drawn = {name: self.rng.choices(list(share), share.values())[0] for name, share in weighted.items()}
        return drawn | {"created": created, "updated": created + later}

    def named_states(self, record):
        """Two States that read a RED record besides its owner."""
        return self.rng.sample(self.state_ids, 2) if record.label == Label.RED else []

    def store(self, batch):
        """Save a batch in as few statements as there are tables."""
        self.model.objects.bulk_create([made.record for made in batch])
        for name in batch[0].related:
            relation = getattr(self.model, name).field
            ours, theirs = relation.m2m_column_name(), relation.m2m_reverse_name()
            relation.remote_field.through.objects.bulk_create(
                relation.remote_field.through(**{ours: made.record.pk, theirs: key})
                for made in batch
                for key in made.related[name]
            )
