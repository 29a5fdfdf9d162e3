"""Matching a newer text with the paragraphs that are there: nothing twice, nothing lost, what is alike found again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from training.matching import Text, in_order, likeness, match, match_translation

LONG = "The host State names one person who answers for the security of all venues and says so in writing."
OTHER = "Crowds leave a stadium in fewer than eight minutes where all of its gates are opened at the same time."
THIRD = "Drones over venues are reported to the air police, who alone decide what becomes of them."


def texts(*said):
    return [Text("text", one) for one in said]


def test_what_is_the_same_is_found_wherever_it_went():
    assert match(texts(LONG, OTHER, THIRD), texts(THIRD, LONG, OTHER)) == [2, 0, 1]


def test_what_is_alike_at_its_place_is_a_changed_one_and_the_rest_is_new():
    newer = texts(LONG.replace("one person", "two people"), "Nothing of the kind was said.", OTHER)
    assert match(texts(LONG, OTHER), newer) == [0, None, 1]


def test_what_was_changed_and_moved_is_found_by_its_rare_words():
    newer = texts(OTHER.replace("eight", "nine"), THIRD, LONG.replace("writing", "public"))
    assert match(texts(LONG, OTHER, THIRD), newer) == [1, 2, 0]


def test_of_a_paragraph_that_was_split_the_beginning_keeps_the_identity():
    first, second = (
        "The host State names one person.",
        LONG.replace("The host State names one person who", "That person"),
    )
    assert match(texts(LONG, OTHER), texts(first, second, OTHER)) == [0, None, 1]


def test_of_paragraphs_that_were_joined_the_first_stays():
    assert match(texts(LONG, OTHER, THIRD), texts(f"{LONG} {OTHER}", THIRD)) == [0, 2]


def test_a_heading_that_was_reworded_is_known_by_its_letters():
    old = [Text("heading2", "Organisation of the force"), *texts(LONG)]
    assert match(old, [Text("heading2", "Organising the force"), *texts(LONG)]) == [0, 1]


def test_equal_paragraphs_are_matched_in_their_order():
    assert match(texts("x", LONG, "x", "x"), texts("x", LONG, "x")) == [0, 1, 2]


def test_what_somebody_said_by_hand_is_so():
    assert match(texts(LONG, OTHER), texts(LONG, OTHER), {0: 1}) == [1, None]
    assert match(texts(LONG), texts(LONG), {0: None}) == [None]


def test_a_picture_and_a_text_are_never_alike():
    assert likeness(Text("figure", LONG), Text("text", LONG)) == 0


def test_those_in_the_longest_run_have_not_moved():
    assert in_order([4, 0, None, 1, 3]) == {1, 3, 4}


def test_translations_are_matched_section_by_section():
    old = [Text("heading2", "A"), *texts("aa", "ab"), Text("heading2", "B"), *texts("ba")]
    new = [Text("heading2", "X"), *texts("xx"), Text("heading2", "Y"), *texts("yy")]
    assert match_translation(old, new)[::2] == [0, 3]
    assert match_translation(old, new)[3] == 4


WORDS = st.sampled_from(["gate", "crowd", "police", "drone", "venue", "night", "plan", "map", "the", "of", "and"])
TEXT = st.builds(
    Text, st.sampled_from(["text", "text", "text", "heading2", "list"]), st.lists(WORDS, max_size=14).map(" ".join)
)
CHAPTER = st.lists(TEXT, max_size=30)


@st.composite
def edits(draw):
    """(a chapter, the same after any edits: left out, repeated, moved, changed, added)."""
    old = draw(CHAPTER)
    new = draw(st.permutations(old)) if draw(st.booleans()) else list(old)
    new = [text for text in new if draw(st.integers(0, 5))]
    new = [Text(text.kind, f"{text.text} {draw(WORDS)}") if not draw(st.integers(0, 3)) else text for text in new]
    for text in draw(st.lists(TEXT, max_size=5)):
        new.insert(draw(st.integers(0, len(new))), text)
    return old, new


@settings(max_examples=200, deadline=None)
@given(edits())
def test_no_paragraph_is_given_twice_and_what_is_equal_is_never_new_while_it_is_free(pair):
    old, new = pair
    for found in (match(old, new), match_translation(old, new)):
        places = [place for place in found if place is not None]
        assert len(found) == len(new)
        assert len(places) == len(set(places))
        assert all(0 <= place < len(old) for place in places)
    found = match(old, new)
    free = {old[place].same for place in set(range(len(old))) - set(found)}
    assert not free & {text.same for text, place in zip(new, found, strict=True) if place is None}


@settings(max_examples=50, deadline=None)
@given(CHAPTER)
def test_a_text_that_did_not_change_is_matched_with_itself(chapter):
    found = match(chapter, chapter)
    assert [chapter[place].same for place in found] == [text.same for text in chapter]
    assert len(in_order(found)) == len(chapter)
