"""The overview of States and treaties: who stands where, the totals, and that hidden treaties are not there."""

import csv
import io
import re

import pytest

from core.labels import Label
from legislation.treaties import TREATIES_OF_A_PAGE
from tests.factories import make_state, make_sub_region, make_treaty, make_treaty_action

TREATIES = "/en/legislation/treaties/"
QUERIES = 5


def row_of(page, name):
    """The cells of a State's row, each as its words."""
    row = re.search(rf'(?s)<tr><th scope="row"><a [^>]*>{name}</a></th>(.*?)</tr>', page)[1]
    return [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"(?s)<td.*?</td>", row)]


@pytest.mark.parametrize("rows", [1, 3])
def test_treaty_list_needs_the_same_queries_for_one_row_and_for_three(client, db, rows, django_assert_num_queries):
    for _ in range(rows):
        make_treaty_action()
    with django_assert_num_queries(QUERIES):
        table = client.get(TREATIES).context["table"]
    assert (len(table.treaties), len(table.states), len(table.standing)) == (rows, rows, rows)


def test_cells_tell_consent_signature_withdrawal_and_no_record(client, db):
    first, second = make_treaty(slug="first", adopted_on="1997"), make_treaty(slug="second", adopted_on="2002")
    brazil, chile, peru = (make_state(slug=name.lower(), name=name) for name in ("Brazil", "Chile", "Peru"))
    make_state(name="Cuba")
    make_treaty_action(instrument=first, state=brazil, kind="signature", date="1999-01-02")
    make_treaty_action(instrument=first, state=brazil, kind="accession", date="2004-06")
    make_treaty_action(instrument=second, state=brazil, kind="signature", date="2003")
    make_treaty_action(instrument=first, state=chile, kind="ratification", date="2001-02-03")
    make_treaty_action(instrument=first, state=chile, kind="withdrawal", date="2020-01-01")
    make_treaty_action(instrument=second, state=chile, kind="ratification", date="2001")
    make_treaty_action(instrument=first, state=peru, kind="withdrawal", date="2010")
    make_treaty_action(instrument=first, state=peru, kind="ratification", date="2015")
    page = client.get(TREATIES).content.decode()
    assert row_of(page, "Brazil") == ["● Accession June 2004", "◐ signature only 2003"]
    assert row_of(page, "Chile") == ["✕ withdrawn 1 January 2020", "● Ratification 2001"]
    assert row_of(page, "Peru") == ["● Ratification 2015", "– no record"]
    assert row_of(page, "Cuba") == ["– no record of any of these treaties"]
    assert page.count("does not mean that a State is outside the treaty") == 1
    assert "Latest action recorded: 1 January 2020." in page


def test_heads_lead_to_the_table_of_each_treaty_with_its_totals(client, db):
    treaty = make_treaty(slug="treaty", title="Convention")
    for kind in ("signature", "ratification", "accession"):
        make_treaty_action(instrument=treaty, kind=kind)
    withdrawn = make_state()
    make_treaty_action(instrument=treaty, state=withdrawn, kind="signature", date="2001")
    make_treaty_action(instrument=treaty, state=withdrawn, kind="withdrawal", date="2002")
    page = client.get(TREATIES).content.decode()
    assert '<a href="/en/legislation/treaty/treaty/">Convention</a><small>2 bound, 1 signed only</small>' in page
    assert client.get("/en/legislation/treaty/treaty/").context["bound"] == 2


def test_treaties_stand_in_the_order_of_their_adoption(client, db):
    for slug, date in [("b", "2005-04-13"), ("undated", ""), ("a", "1997")]:
        make_treaty_action(instrument=make_treaty(slug=slug, adopted_on=date))
    assert [treaty.slug for treaty in client.get(TREATIES).context["table"].treaties] == ["a", "b", "undated"]


def test_states_stand_by_sub_region_and_name(client, db):
    make_treaty_action(state=make_state(name="Peru", sub_region=make_sub_region(slug="z-andean", name="Andean")))
    caribbean = make_sub_region(slug="caribbean", name="Caribbean")
    for name in ("Cuba", "Bahamas"):
        make_state(name=name, sub_region=caribbean)
    page = client.get(TREATIES).content.decode()
    assert re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', page) == ["Peru", "Bahamas", "Cuba"]
    assert '<a href="#caribbean">Caribbean</a>' in page and '<tbody id="caribbean">' in page


def test_a_restricted_treaty_is_in_no_column_total_date_or_file(client, client_for, expert):
    state = make_state(name="Chile")
    open_treaty, secret = make_treaty(slug="open"), make_treaty(slug="secret", title="Secret pact", label=Label.GREEN)
    make_treaty_action(instrument=open_treaty, state=state, date="2001")
    make_treaty_action(instrument=secret, state=state, date="2019")
    make_treaty_action(instrument=make_treaty(slug="draft", publication="draft"), date="2020")
    member = client_for(expert)
    for reader, slugs, latest in ((client, ["open"], "2001"), (member, ["open", "secret"], "2019")):
        table = reader.get(TREATIES).context["table"]
        assert (sorted(treaty.slug for treaty in table.treaties), table.latest) == (slugs, latest)
        file = reader.get("/en/legislation/treaties.csv").getvalue().decode("utf-8-sig")
        assert sorted({row["slug"] for row in csv.DictReader(io.StringIO(file))}) == slugs
    assert "Secret" not in client.get(TREATIES).content.decode()
    assert "TLP:GREEN" in member.get(TREATIES).content.decode()


def test_many_treaties_come_a_few_at_a_time(client, db):
    state = make_state()
    for n in range(TREATIES_OF_A_PAGE + 1):
        make_treaty_action(instrument=make_treaty(slug=f"t{n}", adopted_on=f"{1990 + n}"), state=state)
    first, second = client.get(TREATIES), client.get(f"{TREATIES}?page=2")
    assert [len(response.context["table"].treaties) for response in (first, second)] == [TREATIES_OF_A_PAGE, 1]
    assert ["ETag" in client.get(f"{TREATIES}?page={page}") for page in ("2", "02")] == [True, False]
    assert 'rel="next" href="?page=2"' in first.content.decode() and 'rel="prev"' not in first.content.decode()
    assert 'rel="prev" href="?page=1"' in second.content.decode() and "Treaties 9 to 9 of 9" in second.content.decode()


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "", "²", "1" * 400, "1e9", "\0"])
def test_a_page_that_is_not_there_is_not_found(client, db, number):
    make_treaty_action()
    assert client.get(TREATIES, {"page": number}).status_code == 404


def test_no_treaty_at_all_says_so_and_leads_on(client, db):
    make_state()
    page = client.get(TREATIES).content.decode()
    assert "No treaty action is recorded yet" in page
    assert '<a href="/en/legislation/">See all legislation</a>' in page
    assert "<table" not in page


def test_file_has_a_row_for_every_treaty_and_state(client, db):
    treaty, peru = make_treaty(slug="treaty", title="Convention"), make_state(iso3="PER", name="Peru")
    make_state(iso3="CUB", name="Cuba")
    make_treaty_action(instrument=treaty, state=peru, kind="signature", date="2001-02-03", note="=1+1")
    make_treaty_action(instrument=treaty, state=peru, kind="accession", date="2005")
    file = client.get("/en/legislation/treaties.csv")
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    found = [(row["slug"], row["iso3"], row["signed_on"], row["action"], row["ratified_on"]) for row in rows]
    assert found == [("treaty", "CUB", "", "", ""), ("treaty", "PER", "2001-02-03", "accession", "2005")]
    assert (rows[1]["treaty"], rows[1]["note"]) == ("Convention", "'=1+1")
    assert client.get("/en/legislation/treaties.xlsx").getvalue().startswith(b"PK")
    refusal = client.get("/en/legislation/treaties.csv?state=peru")
    assert (refusal.status_code, refusal["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "state: there is no such filter." in refusal.content.decode()


def test_treaties_is_a_word_of_the_addresses():
    from django.core.exceptions import ValidationError

    from core.text import refuse_reserved

    for word in ("treaties", "matrix"):
        with pytest.raises(ValidationError):
            refuse_reserved(word)
