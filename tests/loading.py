"""Files of rows for the tests of manage.py load, and what the command says of them."""

import csv
import tempfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

EVENT = {
    "slug": "games-2030",
    "name": "Games 2030",
    "kind": "sport",
    "host_country_iso3": "BRA",
    "start_date": "2030-06-12",
    "end_date": "2030-06-14",
}
LAW = {
    "slug": "bra-lei-1",
    "title": "Lei 1",
    "language": "pt",
    "level": "national",
    "jurisdiction": "BRA",
    "kind": "act",
}
CONSENT = {"instrument_slug": "treaty", "iso3": "BRA", "signed_on": "", "ratified_on": "", "action": "", "note": ""}


def as_csv(rows):
    """The bytes of a CSV file with every column that any of the rows has."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, list(dict.fromkeys(column for row in rows for column in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def load(kind, *rows, data=None, stderr=None, **options):
    """Load rows, or the bytes of a file; returns the lines that were printed."""
    out = StringIO()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.csv"
        path.write_bytes(as_csv(rows) if data is None else data)
        call_command("load", kind, path, stdout=out, stderr=stderr, **options)
    return out.getvalue().splitlines()


def refused(kind, *rows, data=None):
    """Load what must be refused; returns the problems that were printed."""
    errors = StringIO()
    with pytest.raises(CommandError, match="nothing was saved"):
        load(kind, *rows, data=data, stderr=errors)
    return errors.getvalue().splitlines()
