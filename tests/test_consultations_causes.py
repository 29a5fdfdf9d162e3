"""The comments that caused a change stand beside it, for those who may know what became of them."""

import re

import pytest

from tests.factories import make_final, make_state
from tests.test_consultations_comparing import address, an_edition, caused, close, edit, following, page, placed
from training import writing

pytestmark = pytest.mark.django_db


def commented(state, other):
    """(The next edition, comments of two States on its changes, their consultation)."""
    old = an_edition()
    new = following(old)
    edit(new, 1, "One and more.")
    writing.remove_paragraph(placed=placed(new, 3), by=None)
    first = caused(old, serial=1, state=state)
    second = caused(old, serial=3, state=other, consultation=first.consultation)
    return make_final(new), (first, second), first.consultation


def comments_on(text):
    return re.findall(r'<a href="/en/manual/consultations/comments/(\d+)/">([A-Z ]+\d+)</a> <small>([^<]*)<', text)


def test_chapter_compare_links_changes_to_the_comments_that_caused_them(
    client, client_for, partner, focal_point, other_focal_point, secretariat
):
    new, (first, second), consultation = commented(focal_point.state, other_focal_point.state)
    close(consultation)
    said = [(str(first.pk), "BR 1", "Accepted"), (str(second.pk), "MX 1", "Accepted")]
    for reader in (focal_point, other_focal_point, secretariat):
        assert comments_on(page(client_for(reader), address(new, 1))) == said
    for reader in (client, client_for(partner)):
        assert comments_on(page(reader, address(new, 1))) == []
    first.status, first.disposition = "withdrawn", ""
    first.save()
    assert comments_on(page(client_for(focal_point), address(new, 1))) == said[1:]


def test_chapter_compare_hides_what_is_not_decided_in_public_yet(client_for, focal_point, secretariat, expert):
    new, (first, _second), consultation = commented(focal_point.state, make_state(iso2="AR"))
    assert comments_on(page(client_for(focal_point), address(new, 1))) == []
    assert len(comments_on(page(client_for(secretariat), address(new, 1)))) == 2
    close(consultation)
    assert comments_on(page(client_for(expert), address(new, 1))) == [(str(first.pk), "BR 1", "Accepted")]


def test_chapter_compare_hides_comments_that_moderators_hid(client_for, focal_point, other_focal_point):
    new, (first, second), consultation = commented(focal_point.state, other_focal_point.state)
    close(consultation)
    first.is_hidden = True
    first.save()
    assert [key for key, *_ in comments_on(page(client_for(other_focal_point), address(new, 1)))] == [str(second.pk)]
    assert "(hidden by the moderators)" in page(client_for(focal_point), address(new, 1))


def test_chapter_compare_over_two_editions_names_the_comments_of_both(client_for, focal_point):
    first = an_edition()
    second = following(first)
    edit(second, 1, "One and more.")
    one = caused(first, serial=1, state=focal_point.state)
    second = make_final(second)
    third = following(second)
    edit(third, 1, "One and much more.")
    other = caused(second, serial=1, state=focal_point.state)
    third = make_final(third)
    close(one.consultation), close(other.consultation)
    reader = client_for(focal_point)
    assert [key for key, *_ in comments_on(page(reader, address(third, 1)))] == [str(other.pk)]
    both = comments_on(page(reader, address(third, 1, "?with=1")))
    assert {key for key, *_ in both} == {str(one.pk), str(other.pk)}
