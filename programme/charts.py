"""The chart of the Programme's activities."""

from django.utils.translation import gettext as _

from core.charts import by_year


def activity_chart(counts):
    """The Chart of activities by year, of [(year, kind, number)]."""
    return by_year(
        counts,
        noun=_("Activities"),
        title=_("Most activities in a year: %(years)s, with %(n)s"),
        otherwise=_("Activities by year, %(first)s to %(last)s"),
    )
