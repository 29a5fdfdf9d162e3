"""Dates of reduced precision: what they are, how they are sorted and how they are said in four languages."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.dates import (
    PartialDate,
    PartialDateFormField,
    Precision,
    period_end,
    period_start,
    say_period,
    undecided_periods,
)
from events.models import EventPlace
from reference.querysets import today
from reference.templatetags.dates import date_block, distance
from tests.factories import make_event, make_instrument

DATES = st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31))
DAY, MONTH, YEAR = Precision.DAY, Precision.MONTH, Precision.YEAR


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("2027", YEAR, "2027-01-01", "2027-12-31"),
        ("2026-06", MONTH, "2026-06-01", "2026-06-30"),
        ("2024-02", MONTH, "2024-02-01", "2024-02-29"),
        ("2026-06-12", DAY, "2026-06-12", "2026-06-12"),
    ],
)
def test_a_partial_date_knows_its_precision_and_its_period(text, precision, first, last):
    date = PartialDate(text)
    assert (date, date.precision, date.first, date.last) == (text, precision, day(first), day(last))


@pytest.mark.parametrize(
    "text",
    ["", "27", "02027", "2027-6", "2027-13", "2027-00", "2027-06-00", "2026-02-30", "2026-06-12T00", "2026/06",
     "12.6.2026", " 2027", "2027\n", "٢٠٢٧", "-2027", "1799", "2201", "0000", "2026-06-12\0"],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_a_reason(text):
    with pytest.raises(ValidationError) as refused:
        PartialDate(text)
    assert len(refused.value.messages) == 1


def test_form_field_takes_partial_dates_or_nothing():
    field = PartialDateFormField(required=False)
    assert [field.clean(text) for text in ("2027", " 2026-06 ", "")] == ["2027", "2026-06", ""]
    assert field.clean("2027").precision == YEAR
    with pytest.raises(ValidationError):
        field.clean("soon")


@given(DATES, st.sampled_from(Precision))
def test_a_period_holds_its_day_and_is_whole(date, precision):
    start, end = period_start(date, precision), period_end(date, precision)
    assert start <= date <= end
    assert (period_start(end, precision), period_end(start, precision)) == (start, end)
    assert (precision == DAY) == (start == end)


@given(DATES)
def test_a_period_is_undecided_until_its_last_day(date):
    text = date.isoformat()
    expected = [part for part in (text[:4], text[:7]) if PartialDate(part).last > date]
    assert undecided_periods(date) == expected
    assert all(PartialDate(part).first <= date for part in expected)


@given(DATES, DATES)
def test_partial_dates_sort_as_their_periods_begin(one, other):
    earlier, later = sorted([one, other])
    assert PartialDate(earlier.isoformat()) <= PartialDate(later.isoformat())
    assert PartialDate(earlier.isoformat()[:7]) <= PartialDate(later.isoformat())


PERIODS = [
    ("2026-06-12", "2026-06-12", DAY, {"en": "12 June 2026", "es": "12 de junio de 2026", "fr": "12 juin 2026"}),
    (
        "2026-06-12",
        "2026-06-14",
        DAY,
        {"en": "12–14 June 2026", "es": "12–14 de junio de 2026", "fr": "12–14 juin 2026"},
    ),
    ("2026-05-28", "2026-06-02", DAY, {"en": "28 May – 2 June 2026", "fr": "28 mai – 2 juin 2026"}),
    ("2026-12-30", "2027-01-02", DAY, {"en": "30 December 2026 – 2 January 2027"}),
    ("2026-06-01", "2026-06-30", MONTH, {"en": "June 2026", "es": "junio de 2026", "fr": "juin 2026"}),
    ("2026-06-01", "2026-07-31", MONTH, {"en": "June 2026 – July 2026", "fr": "juin 2026 – juillet 2026"}),
    ("2027-01-01", "2027-12-31", YEAR, {"en": "2027", "es": "2027", "pt-br": "2027", "fr": "2027"}),
    ("2027-01-01", "2028-12-31", YEAR, {"en": "2027–2028", "es": "2027–2028"}),
]


@pytest.mark.parametrize(("start", "end", "precision", "said"), PERIODS)
def test_a_period_is_said_as_exactly_as_it_is_known(start, end, precision, said):
    found = {}
    for language in said:
        with translation.override(language):
            found[language] = say_period(day(start), day(end), precision)
    assert found == said


@pytest.mark.parametrize(
    ("start", "end", "precision", "block"),
    [
        ("2199-06-12", "2199-06-14", DAY, '<p class="when when--upcoming"><b>12–14</b> Jun 2199 </p>'),
        ("2199-06-12", "2199-06-12", DAY, '<p class="when when--upcoming"><b>12</b> Jun 2199 </p>'),
        ("2199-07-23", "2199-08-08", DAY, '<p class="when when--upcoming"><b>23 Jul</b> – 8 Aug 2199 </p>'),
        ("2199-06-01", "2199-06-30", MONTH, '<p class="when when--month when--upcoming"><b>June</b> 2199 </p>'),
        ("2199-01-01", "2199-12-31", YEAR, '<p class="when when--year when--upcoming"><b>2199</b>  </p>'),
        ("2011-10-14", "2011-10-30", DAY, '<p class="when"><b>14–30</b> Oct 2011 </p>'),
    ],
)
def test_date_block_shows_the_precision(db, start, end, precision, block):
    assert date_block(make_event(start=day(start), end=day(end), precision=precision)) == block


@pytest.mark.parametrize("status", ["postponed", "cancelled"])
def test_date_block_of_what_does_not_take_place_is_struck(db, status):
    event = make_event(start=day("2199-06-12"), status=status)
    assert date_block(event) == '<p class="when when--off"><b>12</b> Jun 2199 </p>'


def test_distance_says_how_far_away(db):
    now = today()
    days = datetime.timedelta(days=1)
    year = {"start": datetime.date(now.year, 1, 1), "end": datetime.date(now.year, 12, 31)}
    assert distance(make_event(start=now - days, end=now + days)) == "going on now"
    assert distance(make_event(start=now + 400 * days)) == "in 1\xa0year"
    assert distance(make_event(start=now - 900 * days)) == "2\xa0years ago"
    assert distance(make_event(precision=YEAR, **year)) == "date not yet known"


def test_saving_a_reduced_date_stretches_it_to_its_whole_period(db):
    event = make_event(start=day("2027-06-12"), precision=MONTH)
    event.end = None
    event.full_clean()
    assert (event.start, event.end) == (day("2027-06-01"), day("2027-06-30"))


def test_an_end_before_the_start_is_refused(db):
    event = make_event(start=day("2027-06-12"))
    event.end = day("2027-06-11")
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert refused.value.message_dict["end"] == ["The end is before the start."]


def test_a_column_gives_back_the_precision_it_got(db):
    make_instrument(slug="law", adopted_on="2012-06", in_force_on="2013", repealed_on="2014-01-02")
    law = make_instrument().__class__.objects.get(slug="law")
    dates = (law.adopted_on, law.in_force_on, law.repealed_on, law.last_amended_on)
    assert dates == ("2012-06", "2013", "2014-01-02", "")
    assert [date.precision for date in dates[:3]] == [MONTH, YEAR, DAY]
    assert law.adopted_on.said() == "June 2012"


@pytest.mark.parametrize("field", ["start", "end"])
@pytest.mark.parametrize("year", [202, 1799, 2201, 9999])
def test_a_year_that_the_portal_does_not_know_is_refused_in_records(db, field, year):
    event = make_event()
    setattr(event, field, datetime.date(year, 12, 31))
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert refused.value.message_dict[field] == ["The year is out of range."]


def test_undecided_periods_of_any_date_there_is():
    assert undecided_periods(datetime.date(9999, 12, 30)) == ["9999", "9999-12"]
    assert undecided_periods(datetime.date(900, 12, 31)) == []


@pytest.mark.parametrize(("latitude", "longitude"), [(1, None), (None, 1)])
def test_half_a_place_is_refused(db, latitude, longitude):
    place = EventPlace(event=make_event(), city="Quito", latitude=latitude, longitude=longitude)
    with pytest.raises(ValidationError, match="Latitude and longitude go together"):
        place.full_clean()
