"""The map's paper: the projection, its frames, and the outline that is drawn from data/americas.geojson."""

import io
import json
import re

import pytest
from django.conf import settings
from django.core.management import call_command

from events.outline import NORTHERN_EDGE, SHEET, outline
from events.projection import AMERICAS, CARIBBEAN, project

FILE = settings.BASE_DIR / "static" / "img" / "americas.svg"
DATA = settings.BASE_DIR / "data" / "americas.geojson"
MOST_BYTES = 40_000
RIO, BRIDGETOWN, HONOLULU, MADRID = (-22.9, -43.2), (13.1, -59.6), (21.3, -157.9), (40.4, -3.7)


def square(west, south, size):
    """A GeoJSON feature of a square of `size` degrees."""
    corners = [(west, south), (west + size, south), (west + size, south + size), (west, south + size), (west, south)]
    return {"geometry": {"type": "Polygon", "coordinates": [corners]}}


def points(path):
    """The points of path data with relative lines, in whole units."""
    for ring in re.findall(r"M([^z]+)z", path):
        numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
        x, y = 0, 0
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            yield x, y


def test_the_file_is_what_the_command_prints():
    printed = io.StringIO()
    call_command("outline", stdout=printed)
    assert FILE.read_text(encoding="utf-8") == printed.getvalue()
    assert len(FILE.read_bytes()) < MOST_BYTES


def test_the_outline_draws_every_state_and_nothing_from_outside():
    text = FILE.read_text(encoding="utf-8")
    features = json.loads(DATA.read_text(encoding="utf-8"))["features"]
    assert len(features) == text.count("<path ") == 50
    assert re.findall(r'<symbol id="americas" viewBox="0 0 3400 3706">', text) != []
    assert re.findall(r"<script|\son\w+=|style=|href=|url\(", text) == []


def test_what_lies_beyond_the_northern_edge_is_cut_off_at_it():
    drawn = outline({"features": [square(-100, 60, 20)]})
    assert min(y for _, y in points(drawn)) == NORTHERN_EDGE
    assert outline({"features": [square(-100, 80, 2)]}).count("<path") == 0


def test_neighbours_share_their_border_to_the_point():
    west, east = outline({"features": [square(-60, 0, 5), square(-55, 0, 5)]}).split("<path")[1:]
    assert len(set(points(west)) & set(points(east))) == 2


def test_projection_keeps_directions_and_areas():
    assert project(5, -80) == pytest.approx((0, 0))
    assert project(40, -80)[1] < 0 < project(-30, -80)[1]
    assert project(5, -100)[0] < 0 < project(5, -60)[0]

    def area(latitude, longitude):
        """Of a degree by a degree, by its diagonals' cross product."""
        corners = [project(latitude + dy, longitude + dx) for dx, dy in ((0, 0), (1, 1), (1, 0), (0, 1))]
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
        return abs((bx - ax) * (dy - cy) - (by - ay) * (dx - cx)) / 2

    assert area(0, -60) == pytest.approx(area(0, -150), rel=0.01)


def test_the_place_opposite_the_centre_has_a_spot_outside_the_frames():
    assert not AMERICAS.holds(project(-5, 100))
    assert not CARIBBEAN.holds(project(-5, 100))


def test_frames_hold_what_they_are_for():
    held = {name: (AMERICAS.holds(project(*spot)), CARIBBEAN.holds(project(*spot))) for name, spot in
            {"rio": RIO, "bridgetown": BRIDGETOWN, "honolulu": HONOLULU, "madrid": MADRID}.items()}  # fmt: skip
    assert held == {
        "rio": (True, False),
        "bridgetown": (True, True),
        "honolulu": (True, False),
        "madrid": (False, False),
    }


def test_enlarged_outline_lies_where_its_frame_is():
    """A place has the same spot on the enlarged sheet and in the enlarged frame."""
    spot = project(*BRIDGETOWN)
    box, on_sheet = CARIBBEAN.box_of(AMERICAS), SHEET.at(spot)
    scale = box["width"] / SHEET.width
    assert scale * SHEET.width / AMERICAS.width > 3
    assert CARIBBEAN.at(spot) == pytest.approx(
        (box["x"] + on_sheet[0] * scale, box["y"] + on_sheet[1] * scale), abs=0.2
    )
