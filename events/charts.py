"""The chart of the registry."""

from django.utils.translation import gettext as _

from core.charts import by_year
from events.models import MajorEvent


def event_chart(counts):
    """The Chart of events by year and kind, of [(year, kind, number)]."""
    return by_year(
        counts,
        noun=_("All events"),
        title=_("Most major events on record: %(years)s, with %(n)s"),
        otherwise=_("Major events by year, %(first)s to %(last)s"),
        kinds=dict(MajorEvent.Kind.choices),
    )
