"""How far States have adopted a standard: with evidence that each reader may know of, on a board and in files."""

import csv
import io

import openpyxl
import pytest

from consultations.boards import standings_of
from consultations.models import Adoption
from consultations.positions import record_adoption
from core.labels import Label
from moderation.refusals import Refused
from tests.factories import (
    make_chapter,
    make_edition,
    make_final,
    make_instrument,
    make_mandate,
    make_publication,
    make_state,
    make_user,
)
from tests.reading import table, words
from training.actions import start_edition

pytestmark = pytest.mark.django_db
LINK = "https://www.example.org/decree"
DONE = "Zx the ministry did it."
BOARD_QUERIES, RECORD_QUERIES = 8, 8


def final(kind="standard", label=Label.CLEAR):
    edition = make_edition(work=make_publication(kind=kind), label=label, name="Zx edition")
    return make_final(make_chapter(edition=edition, paragraphs=["One."]).edition)


@pytest.fixture
def edition(db):
    return final()


@pytest.fixture
def law(brazil):
    return make_instrument(slug="zx-law", original_title="Zx law", title="Zx law", state=brazil)


def board(edition):
    return f"{edition.get_absolute_url()}adoption/"


def record(edition):
    return f"{board(edition)}record/"


def adopted(edition, state, by, level="partial", instruments=(), link="", text="", version=0):
    given = {"level": level, "instruments": instruments, "link": link, "text": text, "version": version}
    return record_adoption(edition=edition, state=state, by=by, **given)


def post(client, edition, **given):
    return client.post(record(edition), {"level": "adopted", "text": DONE, "link": "", "version": 0} | given)


def on_record(edition):
    found = []
    for row in Adoption.objects.of(edition).order_by("state__iso3"):
        slugs = sorted(row.instruments.values_list("slug", flat=True))
        found.append((row.state.iso3, row.level, row.text, row.link, slugs, row.version))
    return found


# Recording it


def test_adoption_record_keeps_level_words_and_evidence(edition, client_for, focal_point, brazil, law):
    response = client_for(focal_point).post(
        record(edition),
        {"level": "adopted", "text": DONE, "link": "www.example.org/decree", "instruments": [law.pk], "version": 0},
        follow=True,
    )
    assert response.redirect_chain == [(board(edition), 302)]
    assert on_record(edition) == [("BRA", "adopted", DONE, LINK, ["zx-law"], 1)]
    assert Adoption.objects.get().by == focal_point
    text = words(response.content.decode())
    assert "Recorded for Brazil: Adopted. Every member who reads the edition sees it." in text
    assert "Zx law" in text and LINK in text and DONE in text and "Change what Brazil says" in text


@pytest.mark.parametrize("level", ["partial", "adopted"])
def test_adoption_without_evidence_is_refused(edition, client_for, focal_point, brazil, level):
    response = post(client_for(focal_point), edition, level=level)
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["instruments"])
    assert DONE in response.content.decode() and on_record(edition) == []
    with pytest.raises(Refused, match="shown by a law or rule"):
        adopted(edition, brazil, focal_point, level=level)


@pytest.mark.parametrize("level", ["none", "planned"])
def test_what_is_not_adopted_needs_no_evidence(edition, client_for, focal_point, level):
    assert post(client_for(focal_point), edition, level=level).status_code == 302
    assert on_record(edition) == [("BRA", level, DONE, "", [], 1)]


def test_evidence_is_a_law_that_one_may_know_of(edition, client_for, focal_point, mexico):
    red = make_instrument(original_title="Zx red", state=mexico, label=Label.RED)
    draft = make_instrument(original_title="Zx draft", state=mexico, publication="draft")
    for key in (red.pk, draft.pk, 10**30, "x"):
        response = post(client_for(focal_point), edition, instruments=[key])
        assert list(response.context["form"].errors) == ["instruments"]
        assert "Zx red" not in (text := response.content.decode()) and "Zx draft" not in text
    assert on_record(edition) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"level": "all"}, "level"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "ftp://example.org/x"}, "link"),
        ({"link": f"https://example.org/{'x' * 500}"}, "link"),
        ({"text": "x" * 5001, "link": LINK}, "text"),
        ({"find": "x" * 101, "link": LINK}, "find"),
        ({"version": "", "link": LINK}, "version"),
    ],
)
def test_adoption_record_gives_back_what_was_wrong(edition, client_for, focal_point, given, field):
    response = post(client_for(focal_point), edition, **given)
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert on_record(edition) == []


def test_adoption_record_is_for_focal_points_alone(
    edition, client, client_for, alternate, expert, partner, secretariat
):
    for person in (alternate, expert, partner, secretariat):
        assert client_for(person).get(record(edition)).status_code == 403
        assert post(client_for(person), edition, link=LINK).status_code == 403
    assert client.get(record(edition)).status_code == 302
    assert post(client, edition, link=LINK).status_code == 403
    assert on_record(edition) == []


def test_manual_is_not_adopted(client_for, focal_point, brazil):
    manual = final(kind="manual")
    client = client_for(focal_point)
    for address in (board(manual), record(manual), f"{manual.get_absolute_url()}adoption.csv"):
        assert client.get(address).status_code == 404
    with pytest.raises(Refused, match="a manual is not adopted"):
        adopted(manual, brazil, focal_point, level="none")
    assert "/adoption/" not in client.get(f"{manual.get_absolute_url()}positions/").content.decode()


def test_form_that_comes_twice_is_one_adoption(edition, client_for, focal_point, law):
    client = client_for(focal_point)
    assert [post(client, edition, instruments=[law.pk]).status_code for _ in range(2)] == [302, 302]
    assert on_record(edition) == [("BRA", "adopted", DONE, "", ["zx-law"], 1)]
    assert post(client, edition, instruments=[law.pk], link=LINK).status_code == 409
    assert post(client, edition, link=LINK, version=1).status_code == 302
    assert on_record(edition) == [("BRA", "adopted", DONE, LINK, [], 2)]


def test_other_evidence_alone_is_another_version(edition, focal_point, brazil, law):
    adopted(edition, brazil, focal_point, link=LINK)
    adopted(edition, brazil, focal_point, link=LINK, instruments=[law], version=1)
    assert on_record(edition) == [("BRA", "partial", "", LINK, ["zx-law"], 2)]


def test_two_who_speak_for_a_state_lose_nothing(edition, client_for, focal_point, brazil, law):
    colleague = make_mandate(person=make_user(state=brazil), role="focal_point").person
    adopted(edition, brazil, colleague, level="planned", text="Zx theirs")
    response = post(client_for(focal_point), edition, instruments=[law.pk])
    text = response.content.decode()
    assert response.status_code == 409 and "Zx theirs" in text and DONE in text
    assert f'value="{law.pk}"' in text and response.context["form"]["version"].value() == "1"
    assert on_record(edition) == [("BRA", "planned", "Zx theirs", "", [], 1)]


def test_evidence_that_one_may_not_know_of_stays(edition, client_for, focal_point, secretariat, brazil, mexico, law):
    hidden = make_instrument(slug="zx-hidden", original_title="Zx hidden", state=mexico, label=Label.RED)
    adopted(edition, brazil, secretariat, level="adopted", instruments=[hidden])
    client = client_for(focal_point)
    assert "Zx hidden" not in client.get(record(edition)).content.decode()
    assert post(client, edition, instruments=[law.pk], version=1).status_code == 302
    assert on_record(edition) == [("BRA", "adopted", DONE, "", ["zx-hidden", "zx-law"], 2)]
    assert post(client, edition, text="", version=2).status_code == 302  # the hidden one is evidence enough
    assert on_record(edition) == [("BRA", "adopted", "", "", ["zx-hidden"], 3)]


def test_adoption_of_a_superseded_edition_is_read_only(edition, client_for, focal_point, brazil):
    adopted(edition, brazil, focal_point, link=LINK, text=DONE)
    make_final(start_edition(work=edition.work, by=None, label=Label.CLEAR, language="en", based_on=edition))
    client = client_for(focal_point)
    text = client.get(record(edition)).content.decode()
    assert "A later edition has taken the place" in text and DONE in text and LINK in text
    response = post(client, edition, text="Zx new", link=LINK, version=1)
    assert "A later edition has taken" in (text := response.content.decode()) and "Zx new" in text
    assert on_record(edition) == [("BRA", "partial", DONE, LINK, [], 1)]
    assert DONE in client.get(board(edition)).content.decode()


# Finding laws


def choices(response):
    return [str(label).partition(" · ")[0] for _key, label in response.context["form"].fields["instruments"].choices]


def test_adoption_record_offers_the_law_of_ones_state_and_what_is_found(edition, client_for, focal_point, mexico, law):
    other = make_instrument(original_title="Zx ley de eventos", state=mexico)
    make_instrument(original_title="Zx secreto de eventos", state=mexico, label=Label.RED)
    client = client_for(focal_point)
    assert choices(client.get(record(edition))) == ["Zx law"]
    given = {"finding": "1", "find": "EVENTOS ley", "instruments": [law.pk], "level": "partial", "link": "x y"}
    response = post(client, edition, **given)
    assert choices(response) == ["Zx law", "Zx ley de eventos"]
    assert choices(post(client, edition, **given | {"find": "eventos"})) == ["Zx law", "Zx ley de eventos"]
    form = response.context["form"]
    kept = {name: form[name].value() for name in ("level", "text", "link", "find", "instruments", "version")}
    assert kept == {
        "level": "partial", "text": DONE, "link": "x y", "find": "EVENTOS ley", "instruments": [law.pk], "version": "0",
    }  # fmt: skip
    assert on_record(edition) == [] and not form.errors
    chosen = post(client, edition, **given | {"find": "", "instruments": [other.pk]})
    assert choices(chosen) == ["Zx ley de eventos", "Zx law"]
    nothing = post(client, edition, **given | {"find": "zzz\x00"})
    assert "No law or rule holds these words." in nothing.content.decode() and choices(nothing) == ["Zx law"]


def test_adoption_record_costs_the_same_for_any_number(
    edition, client_for, focal_point, brazil, law, django_assert_num_queries
):
    client, laws = client_for(focal_point), [law]
    for version in range(2):
        laws += [make_instrument(state=brazil), make_instrument()]
        adopted(edition, brazil, focal_point, instruments=laws, version=version)
        client.get(record(edition))
        with django_assert_num_queries(RECORD_QUERIES):
            client.get(record(edition))


# The board


def test_adoption_board_names_only_law_that_its_reader_may_know_of(
    edition, client_for, expert, focal_point, brazil, mexico, law
):
    amber = make_instrument(original_title="Zx amber", title="Zx amber", state=brazil, label=Label.AMBER)
    adopted(edition, brazil, focal_point, level="adopted", instruments=[law, amber], text=DONE)
    theirs, mine = (client_for(user).get(board(edition)).content.decode() for user in (expert, focal_point))
    assert "Zx law" in theirs and DONE in theirs and "Zx amber" not in theirs and "/history/" not in theirs
    assert "Zx amber" in mine and "TLP:AMBER" in mine and f"{board(edition)}brazil/history/" in mine
    country = brazil.get_absolute_url()
    theirs, mine = (client_for(user).get(country).content.decode() for user in (expert, focal_point))
    assert 'tag--done">Adopted<' in theirs and 'tag--done">Adopted<' in mine
    shown = {user: standings_of(brazil, user)[0].adoption.evidence for user in (expert, focal_point)}
    assert shown == {expert: [law], focal_point: [amber, law]} or shown == {expert: [law], focal_point: [law, amber]}
    assert rows_of(client_for(expert), edition, "csv")[0]["evidence_slugs"] == "zx-law"


def test_adoption_board_counts_and_is_for_members(edition, client, client_for, partner, focal_point, brazil, mexico):
    adopted(edition, brazil, focal_point, link=LINK)
    adopted(edition, make_state(), focal_point, level="none")
    page = client_for(partner).get(board(edition))
    assert [(str(name), n) for name, n in page.context["board"].totals] == [
        ("None", 1), ("Planned", 0), ("Partial", 1), ("Adopted", 0), ("No record", 1),
    ]  # fmt: skip
    assert "2 of 3 States have said something." in page.content.decode()
    assert client.get(board(edition)).status_code == 302
    hidden = final(label=Label.AMBER)
    assert client_for(partner).get(board(hidden)).status_code == 404


def test_edition_tells_members_how_far_it_is_adopted(edition, client, client_for, focal_point, mexico):
    adopted(edition, mexico, focal_point, link=LINK)
    text = client_for(focal_point).get(edition.get_absolute_url()).content.decode()
    assert "Partial <b>1</b>" in text and "Say how far Brazil has adopted it" in text
    assert "How far it is adopted" not in client.get(edition.get_absolute_url()).content.decode()


def test_adoption_board_costs_the_same_for_any_number(
    edition, client_for, expert, secretariat, django_assert_num_queries
):
    client = client_for(expert)
    for rows in (1, 2):
        for _ in range(rows):
            laws = [make_instrument(), make_instrument()]
            adopted(edition, make_state(), secretariat, instruments=laws)
        client.get(board(edition))
        with django_assert_num_queries(BOARD_QUERIES):
            client.get(board(edition))


# As files, and what was said before


def rows_of(client, edition, form):
    content = client.get(f"{edition.get_absolute_url()}adoption.{form}").getvalue()
    if form == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [{name: value or "" for name, value in zip(header, row, strict=True)} for row in rows]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_adoption_export_is_the_board(edition, client_for, partner, focal_point, brazil, mexico, law, form):
    adopted(edition, brazil, focal_point, level="adopted", instruments=[law], link=LINK, text="+Zx")
    found = [{name: row[name] for name in row if name not in ("page", "said_on")} for row in rows_of(
        client_for(partner), edition, form
    )]  # fmt: skip
    about = {
        "publication": edition.work.slug, "edition": "1" if form == "csv" else 1, "label": "TLP:CLEAR",
        "subregion": str(brazil.sub_region),
    }  # fmt: skip
    assert found == [
        {"state_code": "BR", "iso3": "BRA", "state": "Brazil", "adoption": "adopted", "what_was_done": "'+Zx",
         "evidence_slugs": "zx-law", "evidence_link": LINK} | about,
        {"state_code": "MX", "iso3": "MEX", "state": "Mexico", "adoption": "no_record", "what_was_done": "",
         "evidence_slugs": "", "evidence_link": ""} | about,
    ]  # fmt: skip


def test_adoption_history_tells_what_changed(edition, client_for, focal_point, other_focal_point, alternate, law):
    client = client_for(focal_point)
    post(client, edition, level="planned", text="")
    post(client, edition, level="adopted", text="", instruments=[law.pk], version=1)
    address = f"{board(edition)}brazil/history/"
    text = client_for(alternate).get(address).content.decode()
    changed = [row for row in table(text) if row[0] != "Field"]
    assert sorted(changed) == [["adoption", "Planned", "Adopted"], ["laws and rules that are evidence", "–", "Zx law"]]
    assert client_for(other_focal_point).get(address).status_code == 403
