"""Events as rows of a list show them, read without making whole records: a list is the page that is asked for most."""

from collections import Counter, defaultdict
from types import SimpleNamespace

from core.languages import CONTENT_CODES
from documents.models import Document
from events.models import EventPlace, MajorEvent
from members.models import Labelled
from reference.models import Dated

SHOWN = ["pk", "slug", "kind", "status", "start", "end", "precision", "label", "language"]
SHOWN += [f"{field}_{code}" for field in ("name", "summary") for code in CONTENT_CODES]
HOST = {f"name_{code}": f"host_state__name_{code}" for code in CONTENT_CODES}


class EventRow(SimpleNamespace):
    """What a row shows, under the names of MajorEvent; `document_count` is of what the reader may know of."""

    label_field = MajorEvent.label_field
    time, time_label, dates = Dated.time, Dated.time_label, Dated.dates
    is_restricted = Labelled.is_restricted
    get_absolute_url = MajorEvent.get_absolute_url

    def get_kind_display(self):
        return MajorEvent.Kind(self.kind).label

    def get_status_display(self):
        return MajorEvent.Status(self.status).label


def read_rows(events, user):
    """The EventRows of a queryset, in its order, in three queries."""
    found = list(events.values(*SHOWN, *HOST.values()))
    keys = [row["pk"] for row in found]
    cities, documents = _cities(keys), _documents(keys, user)
    for row in found:
        row["host_state"] = SimpleNamespace(**{name: row.pop(path) for name, path in HOST.items()})
    return [EventRow(**row, cities=cities[row["pk"]], document_count=documents[row["pk"]]) for row in found]


def _cities(keys):
    """{event: its cities in their order, each once}."""
    cities = defaultdict(dict)
    for event, city in EventPlace.objects.filter(event__in=keys).values_list("event", "city"):
        cities[event][city] = True
    return defaultdict(list, {event: list(names) for event, names in cities.items()})


def _documents(keys, user):
    """{event: how many of its documents `user` may know of}."""
    attached = Document.objects.visible_to(user).filter(events__in=keys).order_by()
    return Counter(attached.values_list("events", flat=True))
