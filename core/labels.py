"""The audience labels of the Traffic Light Protocol (FIRST TLP 2.0), from widest to narrowest."""

from django.db import models


class Label(models.IntegerChoices):
    """A record's audience; a larger number is a strictly narrower audience, so max() is the strictest."""

    CLEAR = 0, "TLP:CLEAR"
    GREEN = 1, "TLP:GREEN"
    AMBER = 2, "TLP:AMBER"
    RED = 3, "TLP:RED"
