"""The outline of the Americas as a static SVG file, drawn from data/americas.geojson."""

from itertools import pairwise

from events.projection import AMERICAS, Frame, project

SHEET = Frame(AMERICAS.left, AMERICAS.top, AMERICAS.right, AMERICAS.bottom, width=3400)
# What lies further north is cut off beyond the edge, so that the cut is not seen as a coast.
NORTHERN_EDGE = -20
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="americas" viewBox="{box}">\n'
    "<!-- Natural Earth, public domain; printed by manage.py outline. -->\n"
)
STATE = '<path vector-effect="non-scaling-stroke" d="{d}"/>\n'
TAIL = "</symbol></svg>\n"


def outline(collection):
    """The text of the SVG file for a GeoJSON collection of States."""
    paths = ("".join(_path(ring) for ring in _rings(feature)) for feature in collection["features"])
    return HEAD.format(box=SHEET.view_box) + "".join(STATE.format(d=d) for d in paths if d) + TAIL


def _rings(feature):
    """Every coast and border of a State, projected and cut."""
    shape = feature["geometry"]
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            yield _cut([SHEET.at(project(latitude, longitude)) for longitude, latitude in ring])


def _cut(ring):
    """The part of a closed ring south of the northern edge (Sutherland and Hodgman's way, for one edge)."""
    kept = []
    for (x, y), (next_x, next_y) in pairwise(ring):
        if y >= NORTHERN_EDGE:
            kept.append((x, y))
        if (y >= NORTHERN_EDGE) != (next_y >= NORTHERN_EDGE):
            share = (NORTHERN_EDGE - y) / (next_y - y)
            kept.append((x + share * (next_x - x), NORTHERN_EDGE))
    return kept


def _path(ring):
    """A ring as path data in whole units, "" where nothing is left of it.

    Neighbours share the points of their border, so rounding them alike leaves no gap between them.
    """
    points = [(round(x), round(y)) for x, y in ring]
    points = [point for before, point in pairwise([None, *points]) if point != before]
    if len(set(points)) < 3:
        return ""
    steps = " ".join(f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in pairwise(points))
    return f"M{points[0][0]} {points[0][1]}l{steps.replace(' -', '-')}z"
