"""Charts: what they draw of plain numbers, and the pages that show them to those who may know the rows."""

import re

import pytest
from django.utils import translation

from core import charts
from core.dates import today
from core.labels import Label
from events.charts import event_chart
from legislation.charts import instrument_chart
from programme.charts import activity_chart
from tests.factories import make_activity, make_event, make_instrument, make_state, make_treaty

THIS_YEAR = today().year


def of_years(counts, **more):
    texts = {"noun": "All", "title": "Most: %(years)s, with %(n)s", "otherwise": "From %(first)s to %(last)s"}
    return charts.by_year(counts, **texts | more)


def bars(chart, shade="bar"):
    """[(left, width, height)] of the bars of one shade, as the drawing has them."""
    group = "".join(re.findall(rf'<g class="{shade}">(.*?)</g>', chart.svg))
    found = re.findall(r'<rect x="([\d.]+)%" y="[\d.]+" width="([\d.]+)%" height="([\d.]+)"/>', group)
    return [tuple(float(number) for number in bar) for bar in found]


def table(chart):
    return [(heading, [(head, numbers) for head, numbers in rows]) for heading, rows in chart.groups]


def test_nothing_to_draw_is_no_chart():
    assert of_years([]) is None
    assert of_years([(2010, "a", 0)]) is None
    assert charts.by_name([("Group", []), ("Other", [("a", 0)])], title="t", header=["a", "b"]) is None
    assert [event_chart([]), instrument_chart([]), activity_chart([])] == [None, None, None]


def test_years_without_a_row_stand_empty_between_the_others():
    chart = of_years([(2010, "a", 3), (2013, "a", 1), (2013, "b", 2)], kinds={"a": "Kind a", "b": "Kind b"})
    assert chart.header == ["Year", "Kind a", "Kind b", "All"]
    assert table(chart) == [
        ("", [("2010", [3, 0, 3]), ("2011", [0, 0, 0]), ("2012", [0, 0, 0]), ("2013", [1, 2, 3])]),
    ]
    assert [left for left, *_ in bars(chart)] == [2.5, 77.5, 2.5, 77.5, 77.5]
    assert chart.said == "All 6, Kind a 4, Kind b 2"


def test_bars_are_on_one_scale_whatever_their_kind():
    chart = of_years([(2010, "a", 4), (2011, "b", 2)], kinds={"a": "Kind a", "b": "Kind b"})
    heights = [height for *_, height in bars(chart)]
    assert heights == [4 * heights[0] / 4, 2 * heights[0] / 4, heights[0], heights[1]]


def test_kinds_come_with_the_most_first_and_without_the_empty():
    chart = of_years([(2010, "a", 1), (2010, "b", 5)], kinds={"c": "None", "a": "Few", "b": "Many"})
    assert chart.header == ["Year", "Many", "Few", "All"]


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ([(2010, "", 2), (2011, "", 1)], "Most: 2010, with 2"),
        ([(2010, "", 2), (2012, "", 2)], "Most: 2010 and 2012, with 2"),
        ([(year, "", 1) for year in range(2010, 2013)], "Most: 2010, 2011 and 2012, with 1"),
        ([(year, "", 1) for year in range(2010, 2015)], "From 2010 to 2014"),
        ([(2010, "a", 700), (2010, "b", 800), (2011, "a", 1000)], "Most: 2010, with 1,500"),
    ],
)
def test_title_is_true_of_the_numbers(counts, title):
    assert of_years(counts).title == title


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (2007, 2030, ["2007", "2008"]),
        (1976, 2030, ["1976–1977", "1978–1979"]),
        (1, 9999, ["0–499", "500–999"]),
    ],
)
def test_a_long_time_is_drawn_in_longer_periods(first, last, shown):
    chart = of_years([(first, "", 1), (last, "", 1)])
    rows = chart.groups[0][1]
    assert [head for head, _ in rows[:2]] == shown
    assert len(rows) <= charts.MOST_BARS
    assert sum(numbers[-1] for _, numbers in rows) == 2
    assert all(left + width <= 100 for left, width, _ in bars(chart) + bars(chart, "bar bar--amber"))


def test_what_is_to_come_has_a_line_a_word_and_another_shade():
    chart = of_years([(THIS_YEAR, "", 2), (THIS_YEAR + 1, "", 1)])
    assert (len(bars(chart)), len(bars(chart, "bar bar--amber"))) == (1, 1)
    assert ">to come<" in chart.svg and 'stroke-dasharray="3 3"' in chart.svg
    past = of_years([(THIS_YEAR - 1, "", 2), (THIS_YEAR, "", 1)])
    assert ("to come" in past.svg, "amber" in past.svg, '"3 3"' in past.svg) == (False, False, False)


def test_names_have_a_bar_each_and_the_rest_is_said_in_words():
    rows = [(f"State {n}", 20 - n) for n in range(12)]
    chart = charts.by_name([("By level", [("National", 174), ("Regional", 0)]), ("By State", rows)],
                           title="t", header=["Name", "Texts"], most=8)  # fmt: skip
    assert [round(width, 1) for _, width, _ in bars(chart)][:2] == [100, round(100 * 20 / 174, 1)]
    assert len(bars(chart)) == 1 + 8
    assert "4 others" in chart.svg and "State 9" not in chart.svg
    assert table(chart)[1] == ("By State", [(name, [n]) for name, n in rows])
    assert "Regional" not in chart.svg
    assert chart.said.endswith("4 others 42")


def test_one_more_name_than_fits_is_named_all_the_same():
    chart = charts.by_name([("", [(f"n{n}", 1) for n in range(9)])], title="t", header=["a", "b"], most=8)
    assert ("n8" in chart.svg, "others" in chart.svg) == (True, False)


def test_texts_in_a_drawing_and_its_table_are_escaped():
    evil = '<script>"&'
    drawn = [
        charts.by_name([(evil, [(evil, 1)])], title=evil, header=[evil, evil]),
        of_years([(2010, "a", 1)], kinds={"a": evil}, noun=evil),
    ]
    for chart in drawn:
        assert "<script" not in chart.svg + chart.table
        assert "&lt;script&gt;" in chart.svg and 'aria-label="' in chart.svg


def test_law_is_counted_by_level_and_its_states_by_number_then_name():
    chart = instrument_chart([("national", "Peru", 2), ("national", "Brazil", 2), ("national", "Chile", 3),
                              ("regional", None, 4)])  # fmt: skip
    assert chart.title == "Most national law on record: Chile, with 3 texts"
    assert table(chart) == [
        ("By level", [("Regional", [4]), ("National", [7])]),
        ("National law by State", [("Chile", [3]), ("Brazil", [2]), ("Peru", [2])]),
    ]
    tied = instrument_chart([("national", "Peru", 2), ("national", "Brazil", 2)])
    assert tied.title == "Legal instruments by level and by State"


def everything(label):
    """One row of each kind that a chart counts, in years that tell who may know of it."""
    make_event(kind="sport", start=f"{2010 + label}-01-01", label=label)
    make_activity(start=f"{2010 + label}-01-01", label=label)
    make_instrument(state=make_state(name=f"State of {label}"), label=label)


PAGES = {"/en/": "event_chart", "/en/programme/": "chart", "/en/programme/history/": "chart"}


def years_of(client, address):
    chart = client.get(address).context[PAGES[address]]
    return [head for head, numbers in chart.groups[0][1] if numbers[-1]]


@pytest.mark.parametrize("address", PAGES)
def test_charts_count_what_the_reader_may_know_of(client, client_for, expert, secretariat, address):
    for label in Label:
        everything(label)
    make_event(start="1990-01-01", publication="draft")
    make_activity(start="1990-01-01", publication="withdrawn")
    assert years_of(client, address) == ["2010"]
    assert years_of(client_for(expert), address) == ["2010", "2011"]
    assert len(years_of(client_for(secretariat), address)) > 4


@pytest.mark.parametrize(("address", "name"), [("/en/", "instrument_chart"), ("/en/legislation/", "chart")])
def test_chart_of_law_counts_what_the_reader_may_know_of(client, client_for, expert, address, name):
    for label in Label:
        everything(label)
    seen = {who: dict(reader.get(address).context[name].groups[1][1]) for who, reader in
            {"visitor": client, "member": client_for(expert)}.items()}  # fmt: skip
    assert seen == {"visitor": {"State of 0": [1]}, "member": {"State of 0": [1], "State of 1": [1]}}
    assert "State of 1" not in client.get(address).content.decode()


def test_a_page_without_rows_has_no_empty_frame(client, db):
    for address in ["/en/", "/en/legislation/", "/en/programme/", "/en/programme/history/"]:
        page = client.get(address).content.decode()
        assert (address, "<figure" in page, "What is on record" in page) == (address, False, False)


@pytest.mark.parametrize("address", ["/en/legislation/", "/en/programme/"])
def test_a_chart_stands_under_the_first_page_of_the_whole_list_only(client, db, address):
    for _ in range(26):
        make_activity()
        make_instrument()
    page = client.get(address).content.decode()
    assert page.count('<figure class="chart">') == 1
    assert page.index('<figure class="chart">') > page.rindex('<nav class="pager"')
    drawn = {query: client.get(f"{address}?{query}").context["chart"] is not None
             for query in ("sort=title", "page=2", "q=a", "kind=nonsense")}  # fmt: skip
    assert drawn == {"sort=title": True, "page=2": False, "q=a": False, "kind=nonsense": True}


def test_a_list_longer_than_is_counted_has_no_chart(client, db, monkeypatch):
    make_instrument()
    make_instrument()
    monkeypatch.setattr(charts, "MOST_COUNTED", 1)
    assert client.get("/en/legislation/").context["chart"] is None
    assert client.get("/en/").context["instrument_chart"] is not None


def test_chart_has_its_sentence_a_text_and_a_table(client, db):
    make_event(start="2014-01-01", kind="summit")
    make_event(start="2014-06-01", kind="sport")
    make_event(start="2013-01-01", kind="sport")
    figure = re.search(r"(?s)<figure.*?</figure>", client.get("/en/").content.decode())[0]
    assert "<figcaption>Most major events on record: 2014, with 2</figcaption>" in figure
    assert 'role="img" aria-label="All events 3, Sport 2, Summit 1"' in figure
    head, body = re.search(r"(?s)<thead>(.*?)</thead>\s*<tbody>(.*?)</tbody>", figure).groups()
    assert re.findall(r"<th[^>]*>(.*?)</th>", head) == ["Year", "Sport", "Summit", "All events"]
    assert re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", body) == ["2013", "1", "0", "1", "2014", "1", "1", "2"]
    assert re.findall(r" (?:style|on\w+)=", figure) == []


def test_years_of_an_event_are_those_in_which_it_begins(client, db):
    make_event(start="2013-12-30", end="2014-01-02")
    assert client.get("/en/").context["event_chart"].groups == [("", [("2013", [1, 1])])]


def test_numbers_of_the_home_page_are_the_sums_of_its_charts(client, db):
    make_event(kind="sport", start="2010-01-01")
    make_event(kind="summit", start="2011-01-01")
    make_treaty()
    make_instrument()
    make_event(label=Label.GREEN)
    figures = client.get("/en/").context["figures"]
    assert (figures["events"], figures["instruments"]) == (2, 2)


def test_charts_speak_the_readers_language(db):
    with translation.override("es"):
        chart = instrument_chart([("international", None, 12_345)])
    assert table(chart)[0][1] == [("Internacional", [12_345])]
    assert "12.345" in chart.svg.replace("\u202f", ".").replace("\xa0", ".").replace(" ", ".")
