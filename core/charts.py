"""Charts drawn on the server: plain numbers in, a figure out.

Places across are percentages and heights pixels, so that a drawing is as wide as its figure while its letters stay
as large as the page's. Each bar or strip carries its own label: no legend, and no colour that has to be told apart.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import today
from core.facets import MOST_COUNTED

STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
MOST_BARS = 30
MOST_NUMBERED = 26
MOST_NAMED = 3
TALLEST, TALLEST_ONE = 84, 12
LABEL, NUMBER, GAP, AXIS = 20, 14, 12, 18
ROW, BAR = 36, 9


@dataclass(frozen=True)
class Chart:
    """A figure: the sentence it proves, what it shows in words, the drawing, and the table beneath.

    `groups` are the rows of the table, [(heading or "", [(head, [numbers])])], under the columns of `header`.
    """

    title: str
    said: str
    svg: str
    header: list
    groups: list

    @property
    def table(self):
        """The bodies of the table, finished."""
        return format_html_join("\n", "{}", ((_body(*group, len(self.header)),) for group in self.groups))


@dataclass(frozen=True)
class Strip:
    """The bars of one kind, one for each period."""

    label: str
    numbers: list

    @property
    def total(self):
        return sum(self.numbers)


def belongs_under(listing):
    """Whether a chart of all rows stands under a list: it shows the first page of all of them, and they are few.

    Of more rows than a list counts, drawing one would cost more than the list.
    """
    return not listing.values and listing.page.number == 1 and listing.total <= MOST_COUNTED


def by_year(counts, *, noun, title, otherwise, kinds=None):
    """The Chart of `counts`, [(year, kind, number)]: a strip for all and one for each of `kinds`, {kind: label}.

    `noun` names what is counted. `title` tells the years with most, "%(years)s", and how many, "%(n)s"; where more
    than three share that place, `otherwise` stands there with "%(first)s" and "%(last)s". None without a number.
    """
    counts = [row for row in counts if row[2]]
    if not counts:
        return None
    periods = _periods(min(row[0] for row in counts), max(row[0] for row in counts))
    strips = _strips(counts, periods, noun, kinds or {})
    labels = [_period_said(period) for period in periods]
    header = [_("Year"), *(strip.label for strip in strips[1:]), strips[0].label]
    rows = [(label, [strip.numbers[place] for strip in [*strips[1:], strips[0]]]) for place, label in enumerate(labels)]
    said = _listed((strip.label, strip.total) for strip in strips)
    return Chart(
        _title(strips[0], labels, title, otherwise), said, _draw_strips(strips, periods, said), header, [("", rows)]
    )


def by_name(groups, *, title, header, most=8):
    """The Chart of `groups`, [(heading, [(label, number)])]: a bar for each label.

    Of a longer group the drawing shows the first `most` and says how many the rest are, without a bar: beside theirs
    those of the others would be too short to read. The table has them all. None without a number.
    """
    groups = [(heading, [row for row in rows if row[1]]) for heading, rows in groups]
    groups = [(heading, rows) for heading, rows in groups if rows]
    if not groups:
        return None
    drawn = [(heading, *_shortened(rows, most)) for heading, rows in groups]
    said = ". ".join(f"{heading}: {_listed([*rows, *rest])}" for heading, rows, rest in drawn)
    table = [(heading, [(label, [n]) for label, n in rows]) for heading, rows in groups]
    return Chart(title, said, _draw_bars(drawn, said), header, table)


def _number(n):
    return number_format(n, force_grouping=True)


def _listed(rows):
    """Labels and numbers in words."""
    return ", ".join(f"{label} {_number(n)}" for label, n in rows)


def _periods(first, last):
    """The years from the first to the last as [(first year, last year)], in steps that keep the bars few."""
    step = next(step for step in STEPS if last // step - first // step < MOST_BARS)
    return [(start, start + step - 1) for start in range(first // step * step, last + 1, step)]


def _period_said(period):
    first, last = period
    return str(first) if first == last else f"{first}–{last}"


def _strips(counts, periods, noun, kinds):
    """All, then each kind that has a number, the most first."""
    origin, step = periods[0][0], periods[0][1] - periods[0][0] + 1
    numbers = defaultdict(lambda: [0] * len(periods))
    for year, kind, n in counts:
        for name in (None, kind):
            numbers[name][(year - origin) // step] += n
    found = [Strip(str(label), numbers[kind]) for kind, label in kinds.items() if kind in numbers]
    return [Strip(str(noun), numbers[None]), *sorted(found, key=lambda strip: -strip.total)]


def _title(strip, labels, title, otherwise):
    most = max(strip.numbers)
    best = [label for label, n in zip(labels, strip.numbers, strict=True) if n == most]
    if len(best) > MOST_NAMED:
        return otherwise % {"first": labels[0], "last": labels[-1]}
    return title % {"years": get_text_list(best, _("and")), "n": _number(most)}


def _svg(height, parts, said):
    return format_html(
        '<svg width="100%" height="{}" role="img" aria-label="{}">{}</svg>',
        round(height),
        said,
        mark_safe("".join(parts)),  # noqa: S308 - each part is escaped
    )


def _group(classes, parts):
    """Parts that look the same; "" without any."""
    shape = '<g class="{}" text-anchor="middle">{}</g>' if classes == "small" else '<g class="{}">{}</g>'
    return format_html(shape, classes, mark_safe("".join(parts))) if parts else ""  # noqa: S308 - parts are escaped


def _text(x, y, text):
    return format_html('<text x="{}%" y="{}">{}</text>', f"{x:.4g}", f"{y:.4g}", text)


def _labelled(y, label, n):
    """A label with its number, which is bold."""
    return format_html('<text y="{}">{} <tspan font-weight="bold">{}</tspan></text>', round(y), label, _number(n))


def _rectangle(x, y, width, height):
    return format_html(
        '<rect x="{}%" y="{}" width="{}%" height="{}"/>', f"{x:.4g}", f"{y:.4g}", f"{width:.4g}", f"{height:.4g}"
    )


def _line(x1, x2, y1, y2, dashes=""):
    shape = format_html(' stroke-dasharray="{}"', dashes) if dashes else ""
    ends = (f"{place:.4g}" for place in (x1, x2, y1, y2))
    return format_html('<line class="axis" x1="{}%" x2="{}%" y1="{}" y2="{}"{}/>', *ends, shape)


def _draw_strips(strips, periods, said):
    """One strip under the other on the same scale, and the years below the last."""
    unit = min(TALLEST / max(strips[0].numbers), TALLEST_ONE)
    parts, y = [], 0
    for place, strip in enumerate(strips):
        numbered = max(strip.numbers) if place or len(periods) > MOST_NUMBERED else 1
        base = y + LABEL + NUMBER + max(strip.numbers) * unit
        parts += [_labelled(y + LABEL - 6, strip.label, strip.total)]
        parts += _bars(strip.numbers, periods, base, unit, numbered)
        parts += [_line(0, 100, base, base)]
        y = base + GAP
    parts += [_boundary(periods, LABEL, y - GAP), *_years(periods, y - GAP + AXIS)]
    return _svg(y - GAP + AXIS + 4, parts, said)


def _bars(numbers, periods, base, unit, numbered):
    """The bars of a strip; from `numbered` on they carry their number. What is to come has another shade."""
    slot, bars, ahead, said = 100 / len(numbers), [], [], []
    for place, n in enumerate(numbers):
        height = max(n * unit, 2)
        if n:
            shade = ahead if periods[place][0] > today().year else bars
            shade.append(_rectangle((place + 0.1) * slot, base - height, 0.8 * slot, height))
        if n >= numbered:
            said.append(_text((place + 0.5) * slot, base - height - 3, _number(n)))
    return [_group("bar", bars), _group("bar bar--amber", ahead), _group("small", said)]


def _boundary(periods, top, bottom):
    """A line before the first period that is yet to come, and a word on it."""
    ahead = [place for place, (first, _last) in enumerate(periods) if first > today().year]
    if not ahead or ahead[0] == 0:
        return ""
    x = 100 * ahead[0] / len(periods)
    said = format_html('<text x="100%" y="{}" text-anchor="end">{}</text>', LABEL - 6, _("to come"))
    return _line(x, x, top, bottom, "3 3") + said


def _years(periods, y):
    """The years along the axis: all where they are few, otherwise the round ones."""
    few = len(periods) <= 8
    slot = 100 / len(periods)
    shown = [
        (place, first)
        for place, (first, last) in enumerate(periods)
        if few or (first % 5 == 0 if first == last else place % 5 == 0)
    ]
    return [_group("small", [_text((place + 0.5) * slot, y, str(first)) for place, first in shown])]


def _shortened(rows, most):
    """(the rows that have a bar, what is said of the rest)."""
    if len(rows) <= most + 1:
        return rows, []
    rest = rows[most:]
    others = ngettext("%(n)s other", "%(n)s others", len(rest)) % {"n": _number(len(rest))}
    return rows[:most], [(others, sum(n for _label, n in rest))]


def _draw_bars(groups, said):
    """Each label above its bar, so that a long name never meets it; one scale for all."""
    most = max(n for _heading, rows, _rest in groups for _label, n in rows)
    parts, bars, y = [], [], 0
    for heading, rows, rest in groups:
        parts.append(format_html('<text y="{}"><tspan font-weight="bold">{}</tspan></text>', y + LABEL - 6, heading))
        y += LABEL + 4
        for label, n in rows:
            parts.append(_labelled(y + 14, label, n))
            bars.append(_rectangle(0, y + LABEL, 100 * n / most, BAR))
            y += ROW
        for label, n in rest:
            parts.append(_labelled(y + 14, label, n))
            y += LABEL
        y += GAP
    return _svg(y - GAP, [*parts, _group("bar", bars)], said)


def _body(heading, rows, columns):
    head = format_html('<tr class="group"><th scope="rowgroup" colspan="{}">{}</th></tr>', columns, heading)
    cells = (
        (label, format_html_join("", '<td class="num">{}</td>', ((_number(n),) for n in numbers)))
        for label, numbers in rows
    )
    lines = format_html_join("\n", '<tr><th scope="row">{}</th>{}</tr>', cells)
    return format_html("<tbody>{}{}</tbody>", head if heading else "", lines)
