"""Events as rows of a list show them, read without making whole records: a list is the page that is asked for most."""

from collections import Counter, defaultdict
from types import SimpleNamespace

from django.db.models import CharField, Value

from core.kept_sql import by_keys
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
    """The EventRows of a queryset, in its order, in two queries; in three where documents hang on them."""
    return _with_more(list(_shown(events)), user)


def read_keys(keys, user):
    """The same of these primary keys, in their order."""
    found = {row["pk"]: row for row in by_keys(_of_keys, keys)}
    return _with_more([found[key] for key in keys if key in found], user)


def _with_more(found, user):
    """EventRows of what the columns of events hold."""
    cities, documented = _around([row["pk"] for row in found])
    documents = _documents(documented, user) if documented else Counter()
    for row in found:
        row["host_state"] = SimpleNamespace(**{name: row.pop(path) for name, path in HOST.items()})
    return [EventRow(**row, cities=cities[row["pk"]], document_count=documents[row["pk"]]) for row in found]


def _of_keys(keys):
    return _shown(MajorEvent.objects.filter(pk__in=keys).order_by())


def _shown(events):
    return events.values(*SHOWN, *HOST.values())


def _beside(keys):
    """The places of events; without a city, the events on which any document hangs, whoever may know of it."""
    places = EventPlace.objects.filter(event__in=keys).order_by().values("event", "order", "pk", "city")
    attached = MajorEvent.documents.through.objects.filter(majorevent__in=keys)
    nothing = Value(None, output_field=CharField())
    return places.union(attached.values_list("majorevent", Value(0), "pk", nothing), all=True)


def _around(keys):
    """({event: its cities in their order, each once}, the events on which any document hangs)."""
    cities, documented = defaultdict(dict), set()
    for row in sorted(by_keys(_beside, keys), key=lambda row: (row["order"], row["pk"])):
        if row["city"] is None:
            documented.add(row["event"])
        else:
            cities[row["event"]][row["city"]] = True
    return defaultdict(list, {event: list(names) for event, names in cities.items()}), documented


def _documents(keys, user):
    """{event: how many of its documents `user` may know of}."""
    attached = Document.objects.visible_to(user).filter(events__in=keys).order_by()
    return Counter(attached.values_list("events", flat=True))
