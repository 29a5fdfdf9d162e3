"""One rule for who is bound by a treaty, on the treaty's own page and on its table."""

import re

import pytest

from tests.factories import make_state, make_treaty, make_treaty_action

CASES = [
    ([], 0),
    ([("signature", "2001-02-03")], 0),
    ([("ratification", "2005")], 1),
    ([("ratification", "2005"), ("withdrawal", "2015-01-01")], 0),
    ([("ratification", "2005"), ("withdrawal", "2015-01-01"), ("accession", "2020-06")], 1),
    ([("accession", "2015-01-01"), ("withdrawal", "2015-01-01")], 0),
]


@pytest.mark.parametrize(("actions", "bound"), CASES)
def test_both_pages_count_the_same_states(client, db, actions, bound):
    treaty, state = make_treaty(slug="treaty"), make_state()
    make_treaty_action(instrument=treaty, kind="signature", date="2000")
    for kind, date in actions:
        make_treaty_action(instrument=treaty, state=state, kind=kind, date=date)
    detail = client.get("/en/legislation/treaty/").content.decode()
    table = client.get("/en/legislation/treaty/treaty/").content.decode()
    counts = [
        int(re.search(r"(\d+) States? of the region ha(?:s|ve) a recorded consent", detail)[1]),
        int(re.search(r"(\d+) have a recorded consent", table)[1]),
    ]
    assert counts == [bound, bound]
