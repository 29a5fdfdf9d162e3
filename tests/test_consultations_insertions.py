"""Two versions of a text as one: which words are marked, and where they stand."""

import time

import pytest

from consultations.insertions import Effort, all_of, in_one
from core.markdown import to_html


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Begin in May.", "Begin in June, early.", "<p>Begin in <del>May.</del> <ins>June, early.</ins></p>"),
        ("a **b** c", "a **b d** c", "<p>a <strong>b <ins>d</ins></strong> c</p>"),
        ("", "new", "<p><ins>new</ins></p>"),
        ("old", "", "<p><del>old</del></p>"),
        ("first end.\n\nnext", "first\n\nnext", "<p>first <del>end.</del></p>\n<p>next</p>"),
        ("a b <script>", "a b", "<p>a b <del>&lt;script&gt;</del></p>"),
    ],
)
def test_words_that_came_and_left_stand_where_they_do(before, after, expected):
    (html,), differs = in_one(to_html(before), to_html(after))
    assert (html.strip(), differs) == (expected, True)


def test_a_row_of_a_table_and_an_item_of_a_list_may_leave():
    (html,), _ = in_one(to_html("- one\n- two\n- three"), to_html("- one\n- three"))
    assert html == "<ul>\n<li>one</li>\n<li><del>two</del> three</li>\n</ul>\n"
    head = "| Post | Task |\n| --- | --- |\n"
    (html,), _ = in_one(to_html(f"{head}| 1 | guard |\n| 2 | see |"), to_html(f"{head}| 2 | see |"))
    assert "<td><del>1 guard</del> 2</td>\n<td>see</td>" in html and html.count("<tr>") == 2


def test_what_differs_in_form_only_has_no_word_marked():
    assert in_one(to_html("a **b**"), to_html("a b")) == (["<p>a b</p>\n"], False)
    assert in_one(to_html("a b"), to_html("a"), to_html("b")) == (["<p>a</p>\n", "<p>b</p>\n"], False)


def test_texts_with_little_in_common_are_marked_as_a_whole():
    words = " ".join(f"w{n}" for n in range(600))
    others = " ".join(f"v{n}" for n in range(600))
    for before, after in ((words, others), ("a b c d e f g h i j", "k l m n o p q r s j")):
        (html,), differs = in_one(to_html(before), to_html(after))
        assert differs and html == f"<p><del>{before}</del></p>\n<p><ins>{after}</ins></p>\n"
    assert all_of('<p>a <a href="https://a.b" title="x > y">b</a></p><script>', "del").count("<del>") == 2


def test_one_word_again_and_again_takes_no_time():
    before, after = to_html("a " * 490 + "z"), to_html(" ".join(f"a x{n}" for n in range(249)))
    started = time.perf_counter()
    (html,), differs = in_one(before, after)
    assert differs and html.count("<del>") == html.count("<ins>") == 1
    assert time.perf_counter() - started < 0.5


def test_what_a_page_compares_has_an_end():
    effort, before, after = Effort(), to_html("a " * 90 + "z"), to_html("z " + "a " * 90)
    marks = [in_one(before, after, effort=effort)[0][0].count("<ins>z</ins>") for _n in range(100)]
    assert marks[0] and not marks[-1] and 40 < sum(marks) < 60
