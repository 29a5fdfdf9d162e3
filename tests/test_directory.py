"""The directory: who sees what of whom, by each person's own choice; and that what is hidden shows nowhere."""

import datetime
import itertools

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from core.labels import Label
from members.models import User
from reference.querysets import today
from tests.factories import (
    make_event,
    make_instrument,
    make_mandate,
    make_organisation,
    make_state,
    make_sub_region,
    make_user,
)
from tests.reading import words

pytestmark = pytest.mark.django_db
DIRECTORY = "/en/network/directory/"
NAME, OFFICE, SPOKEN = "Zelda Quispe", "Zx Office of Events", '<span lang="nl">Nederlands</span>'
EMAIL, PHONE, REACH = "zelda@zx.example", "+51 1 555 0199", "Zx ring the duty desk"
NAMED, REACHED = {NAME, OFFICE, SPOKEN}, {EMAIL, PHONE, REACH}
# How much each member may see at most: 1 what every member sees, 2 what counterparts see, 3 everything.
READERS = {"partner": 1, "expert": 1, "alternate": 2, "focal_point": 2, "secretariat": 3, "administrator": 3}
NEEDED = {"members": 1, "counterparts": 2, "secretariat": 3}
CHOICES = list(itertools.product(["counterparts", "members"], NEEDED, NEEDED))


@pytest.fixture
def peru(db):
    return make_state(iso3="PER", iso2="PE", slug="peru", name="Peru", sub_region=make_sub_region(slug="andean"))


@pytest.fixture
def holder(peru):
    """The Focal Point of Peru, who filled in everything, with a photo."""
    person = make_user(
        email=EMAIL, name=NAME, state=peru, office=OFFICE, spoken_languages="nl", phone=PHONE, reach=REACH
    )
    person.photo.save("photo", ContentFile(b"\xff\xd8\xff the photo"))
    make_mandate(person=person, since="2024-05-03")
    return person


@pytest.fixture
def reader(request):
    return request.getfixturevalue(request.param)


def choose(person, name, photo, contact):
    fields = {"name_shown_to": name, "photo_shown_to": photo, "contact_shown_to": contact}
    User.objects.filter(pk=person.pk).update(**fields)


def photo_address(person):
    return f"/en/account/photos/{person.photo.name.removeprefix('photos/')}"


def seen_of(holder, page):
    """The parts of the holder that stand in a page."""
    return {part for part in NAMED | REACHED | {photo_address(holder)} if part in page}


def expected(level, holder, name, photo, contact):
    if level < NEEDED[name]:
        return set()
    seen = set(NAMED)
    seen |= REACHED if level >= NEEDED[contact] else set()
    return seen | ({photo_address(holder)} if level >= NEEDED[photo] else set())


# Who sees what


@pytest.mark.parametrize("reader", READERS, indirect=True)
def test_directory_shows_each_reader_what_each_person_chose(reader, request, client_for, holder):
    client, level = client_for(reader), READERS[request.node.callspec.params["reader"]]
    seen, wanted = {}, {}
    for choice in CHOICES:
        choose(holder, *choice)
        seen[choice] = seen_of(holder, client.get(DIRECTORY).content.decode())
        wanted[choice] = expected(level, holder, *choice)
    assert seen == wanted
    assert len(seen) == 18


@pytest.mark.parametrize("reader", READERS, indirect=True)
def test_photo_is_given_to_whom_it_is_shown(reader, request, client_for, holder):
    client, level = client_for(reader), READERS[request.node.callspec.params["reader"]]
    given, wanted = {}, {}
    for choice in CHOICES:
        choose(holder, *choice)
        given[choice] = client.get(photo_address(holder)).status_code
        wanted[choice] = 200 if photo_address(holder) in expected(level, holder, *choice) else 404
    assert given == wanted


def test_one_sees_all_of_ones_own_entry(client_for, holder):
    choose(holder, "counterparts", "secretariat", "secretariat")
    client = client_for(holder)
    page = client.get(DIRECTORY).content.decode()
    assert seen_of(holder, page) == NAMED | REACHED | {photo_address(holder)}
    assert client.get(photo_address(holder)).status_code == 200


def test_visitor_is_led_to_the_login(client, holder):
    choose(holder, "members", "members", "members")
    for address in (DIRECTORY, photo_address(holder)):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (
            302,
            f"/en/account/login/?next={address.replace('/', '%2F')}",
        )


def test_photo_is_neither_kept_nor_opened_as_a_page(client_for, holder):
    response = client_for(holder).get(photo_address(holder))
    assert b"".join(response.streaming_content) == b"\xff\xd8\xff the photo"
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_photo_that_is_lost_is_absent(client_for, holder):
    holder.photo.storage.delete(holder.photo.name)
    assert client_for(holder).get(photo_address(holder)).status_code == 404
    assert client_for(holder).get("/en/account/photos/" + "0" * 32).status_code == 404


def test_secretariat_is_told_what_only_it_sees(client_for, secretariat, focal_point, holder):
    choose(holder, "members", "members", "secretariat")
    said = "Only the secretariat sees how to reach this person."
    pages = [client_for(user).get(DIRECTORY).content.decode() for user in (secretariat, focal_point)]
    assert [said in page for page in pages] == [True, False]


# Who is in it


@pytest.mark.parametrize(
    "ending",
    [{"until": "2025-01-01"}, {"since": datetime.date(2199, 1, 1)}],
    ids=["ended", "to-come"],
)
def test_only_mandates_of_today_are_in_the_directory(ending, client_for, secretariat, holder):
    holder.mandates.update(**ending)
    page = client_for(secretariat).get(DIRECTORY).content.decode()
    assert seen_of(holder, page) == set()
    assert '<a href="/en/network/peru/">' in page and "Seat vacant" in page
    assert client_for(secretariat).get(photo_address(holder)).status_code == 404


def test_inactive_account_is_not_in_the_directory(client_for, secretariat, holder):
    User.objects.filter(pk=holder.pk).update(is_active=False)
    assert seen_of(holder, client_for(secretariat).get(DIRECTORY).content.decode()) == set()


def test_experts_and_partners_are_not_in_the_directory(client_for, secretariat, brazil):
    make_user(name="Zx expert", state=brazil, name_shown_to="members")
    make_user(name="Zx partner", organisation=make_organisation(), name_shown_to="members")
    page = client_for(secretariat).get(DIRECTORY).content.decode()
    assert "Zx" not in page


def test_reader_whose_mandate_ended_sees_what_experts_see(client_for, focal_point, holder):
    client = client_for(focal_point)
    assert NAME in client.get(DIRECTORY).content.decode()
    focal_point.mandates.update(until=today() - datetime.timedelta(days=1))
    assert NAME not in client.get(DIRECTORY).content.decode()


def listed(response):
    """{slug of a State: (how it is listed, names of the people shown)}."""
    found = {}
    for region in response.context["found"].regions:
        found |= {seat.state.slug: ("named", [card.name for _, card in seat.people]) for seat in region.named}
        found |= {state.slug: ("filled", []) for state in region.hidden}
        found |= {state.slug: ("vacant", []) for state in region.vacant}
    return found


def test_states_are_listed_by_their_seat(client_for, expert, holder, peru):
    make_mandate(person=make_user(name="Open Alternate", state=peru, name_shown_to="members"), role="alternate")
    chile = make_state(slug="chile")
    make_mandate(state=chile, person=make_user(name="Hidden", state=chile))
    make_state(slug="cuba", participates=False)
    make_state(slug="vacant")
    response = client_for(expert).get(DIRECTORY)
    assert listed(response) == {
        "brazil": ("vacant", []),
        "chile": ("filled", []),
        "peru": ("named", ["Open Alternate"]),
        "vacant": ("vacant", []),
    }
    assert "1 person · 4 States" in words(response.content.decode())


def test_focal_point_stands_before_the_alternate(client_for, secretariat, holder, peru):
    make_mandate(person=make_user(name="An Alternate", state=peru), role="alternate", since="2020-01-01")
    assert listed(client_for(secretariat).get(DIRECTORY))["peru"] == ("named", [NAME, "An Alternate"])


# Filters


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("sub_region=andean", {"peru"}),
        ("language=nl", {"peru"}),
        ("language=fr", set()),
        ("q=quispe", {"peru"}),
        ("q=PERÚ", {"peru"}),
        ("q=peru+zelda", {"peru"}),
        ("q=chile", {"chile"}),
        ("q=chile+zelda", set()),
        ("q=zx.example", set()),
        ("q=duty+desk", set()),
        ("sub_region=south&q=zelda", set()),
    ],
)
def test_filters_narrow_the_directory(query, states, client_for, secretariat, holder):
    make_state(slug="chile", name="Chile")
    response = client_for(secretariat).get(f"{DIRECTORY}?{query}")
    assert set(listed(response)) == states
    assert ("Nobody is found" in response.content.decode()) == (not states)


@pytest.mark.parametrize("query", ["q=zelda", "q=office", "language=nl"])
def test_filters_find_nothing_that_is_hidden(query, client_for, expert, focal_point, holder):
    found = [listed(client_for(user).get(f"{DIRECTORY}?{query}")) for user in (expert, focal_point)]
    assert found == [{}, {"peru": ("named", [NAME])}]


@pytest.mark.parametrize(
    "query",
    ["sub_region=atlantis", "sub_region=a%00b", "language=xx", "language=%00", f"q={'x' * 101}", "q=a%00b"],
)
def test_filter_that_makes_no_sense_is_left_out_and_said(query, client_for, focal_point, holder):
    response = client_for(focal_point).get(f"{DIRECTORY}?{query}")
    assert response.status_code == 200
    assert "Not every filter could be used." in response.content.decode()
    assert listed(response)["peru"] == ("named", [NAME])


@pytest.mark.parametrize("rows", [1, 3])
def test_directory_needs_the_same_queries_for_one_person_and_for_three(
    rows, client_for, secretariat, django_assert_num_queries
):
    for n in range(rows):
        state = make_state(sub_region=make_sub_region(slug=f"region-{n}"))
        make_mandate(state=state, person=make_user(state=state))
        make_mandate(state=state, person=make_user(state=state), role="alternate")
    client = client_for(secretariat)
    with django_assert_num_queries(7):
        assert client.get(DIRECTORY).context["found"].people == rows * 2


# Nowhere else


def everywhere(client):
    """The pages and files around a State, as one text."""
    paths = [
        DIRECTORY, f"{DIRECTORY}?q=zelda", "/en/", "/en/network/", "/en/network/peru/", "/en/network.csv",
        "/en/events/games/", "/en/events/", "/en/events/?q=zelda", "/en/events.atom", "/en/events.ics",
        "/en/events.csv", "/en/legislation/law/", "/en/legislation/?q=quispe", "/sitemap.xml",
    ]  # fmt: skip
    texts = []
    for path in paths:
        response = client.get(path)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        texts.append(content.decode().replace("q=zelda", "").replace("q=quispe", ""))
    return "\n".join(texts)


def test_hidden_person_shows_nowhere(client, client_for, partner, expert, other_focal_point, holder, peru):
    event = make_event(slug="games", host_state=peru)
    make_instrument(slug="law", state=peru, label=Label.CLEAR)
    readers = {"visitor": client, "partner": client_for(partner), "expert": client_for(expert)}
    leaks = {who: seen_of(holder, everywhere(reader)) for who, reader in readers.items()}
    assert leaks == {"visitor": set(), "partner": set(), "expert": set()}
    assert seen_of(holder, everywhere(client_for(other_focal_point))) >= NAMED | REACHED
    assert "zelda" not in event.search_text


@pytest.mark.parametrize(("shown_to", "is_named"), [("counterparts", False), ("members", True)])
def test_country_and_dossier_name_who_shows_the_name_to_every_member(
    shown_to, is_named, client, client_for, expert, holder, peru
):
    choose(holder, shown_to, "secretariat", "secretariat")
    make_event(slug="games", host_state=peru)
    pages = {
        who: [NAME in reader.get(path).content.decode() for path in ("/en/network/peru/", "/en/events/games/")]
        for who, reader in {"visitor": client, "expert": client_for(expert)}.items()
    }
    assert pages == {"visitor": [False, False], "expert": [is_named, is_named]}


def test_country_page_still_says_of_a_hidden_holder_that_the_seat_is_filled(client_for, expert, holder, peru):
    make_mandate(person=make_user(name="Open Alternate", state=peru, name_shown_to="members"), role="alternate")
    make_event(slug="games", host_state=peru)
    client = client_for(expert)
    page = words(client.get("/en/network/peru/").content.decode())
    assert "Open Alternate · Alternate" in page and "The seat is filled." in page
    assert "Open Alternate" in client.get("/en/events/games/").content.decode()
    assert "National Focal Point: seat filled" in words(client.get("/en/events/games/").content.decode())


def test_directory_is_a_word_of_the_addresses():
    state = make_state(iso3="DIR", iso2="DI", slug="directory")
    with pytest.raises(ValidationError) as refused:
        state.full_clean()
    assert list(refused.value.message_dict) == ["slug"]
