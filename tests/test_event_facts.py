"""Facts of an event that only some records have: coordinates, restrictions, named States."""

from tests.factories import make_event


def test_coordinates_stand_beside_their_place_in_every_language(client, db):
    event = make_event(slug="games", cities=["Lima", "Callao"])
    event.places.filter(city="Lima").update(latitude="-12.04640", longitude="-77.04280")
    for language in ("en", "es"):
        page = client.get(f"/{language}/events/games/").content.decode()
        assert '<dd>Lima <span class="soft">(-12.04640, -77.04280)</span>; Callao</dd>' in page


def test_restriction_and_named_states_are_said_to_those_who_read_the_record(client_for, focal_point, brazil, mexico):
    make_event(slug="games", host_state=brazil, label=3, named_states=[mexico], restricted_until="2031-01-02")
    page = client_for(focal_point).get("/en/events/games/").content.decode()
    assert "Restricted until 2 January 2031; then the owner is asked, and nothing opens by itself." in page
    assert "States named: Mexico." in page


def test_event_detail_says_what_is_not_recorded(client, db):
    page = client.get(make_event().get_absolute_url()).content.decode()
    assert page.count("Not recorded") == 6  # cities, attendance, delegations, organiser, authority, source
    assert "No text made for this event is recorded." in page
    assert "No document is recorded." in page
