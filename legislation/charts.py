"""The chart of legislation."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import by_name
from legislation.models import Instrument


def instrument_chart(counts):
    """The Chart of instruments by level and, of the national ones, by State; of [(level, State's name or None, n)]."""
    levels = {level: sum(n for found, _name, n in counts if found == level) for level in Instrument.Level.values}
    states = sorted(((name, n) for _level, name, n in counts if name), key=lambda row: (-row[1], row[0].casefold()))
    by_level = [(str(Instrument.Level(level).label), n) for level, n in levels.items()]
    groups = [(_("By level"), by_level), (_("National law by State"), states)]
    return by_name(groups, title=_title(states), header=[_("Level or State"), _("Texts")])


def _title(states):
    """The State with most law on record, where it is one."""
    if not states or [n for _name, n in states].count(states[0][1]) > 1:
        return _("Legal instruments by level and by State")
    name, n = states[0]
    said = ngettext(
        "Most national law on record: %(state)s, with %(n)s text",
        "Most national law on record: %(state)s, with %(n)s texts",
        n,
    )
    return said % {"state": name, "n": n}
