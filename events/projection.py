"""Where a place of the Americas lies on the maps: one projection, and the frames through which it is seen."""

import math
from dataclasses import dataclass

CENTRE_LATITUDE, CENTRE_LONGITUDE = math.radians(5), math.radians(-80)
# The place opposite the centre is the whole rim of the projection; one point of the rim stands for it.
NOWHERE, RIM = 1e-9, (2.0, 0.0)


def project(latitude, longitude):
    """(x, y) of a place in Earth radii, x to the east and y to the south of 5° N 80° W.

    Lambert's azimuthal equal-area projection: States keep their sizes from Canada to Patagonia.
    """
    north, east = math.radians(latitude), math.radians(longitude) - CENTRE_LONGITUDE
    sine, cosine = math.sin(CENTRE_LATITUDE), math.cos(CENTRE_LATITUDE)
    towards = math.cos(north) * math.cos(east)
    nearness = 1 + sine * math.sin(north) + cosine * towards
    if nearness < NOWHERE:
        return RIM
    scale = math.sqrt(2 / nearness)
    return scale * math.cos(north) * math.sin(east), -scale * (cosine * math.sin(north) - sine * towards)


@dataclass(frozen=True)
class Frame:
    """A window on the projected plane, in Earth radii, drawn `width` units wide."""

    left: float
    top: float
    right: float
    bottom: float
    width: int

    @property
    def scale(self):
        return self.width / (self.right - self.left)

    @property
    def height(self):
        return round((self.bottom - self.top) * self.scale, 1)

    @property
    def view_box(self):
        return f"0 0 {self.width} {self.height:g}"

    def holds(self, spot, margin=0):
        """Whether a projected (x, y) lies in the window, at least `margin` units from its edge."""
        x, y = self.at(spot)
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin

    def at(self, spot):
        """A projected (x, y) in the units of the drawing."""
        x, y = spot
        return round((x - self.left) * self.scale, 1), round((y - self.top) * self.scale, 1)

    def box_of(self, other):
        """{"x", "y", "width", "height"} of another frame, in the units of this drawing."""
        (x, y), (right, bottom) = self.at((other.left, other.top)), self.at((other.right, other.bottom))
        return {"x": x, "y": y, "width": round(right - x, 1), "height": round(bottom - y, 1)}


# From Hawaii to the easternmost cape of Brazil, from Alaska to Cape Horn. A unit is a pixel on a narrow phone.
AMERICAS = Frame(left=-1.2, top=-1.14, right=0.8, bottom=1.04, width=340)
CARIBBEAN = Frame(left=-0.215, top=-0.4, right=0.38, bottom=-0.035, width=340)
