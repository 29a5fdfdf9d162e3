"""manage.py outline: prints static/img/americas.svg from data/americas.geojson."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand

from events.outline import outline

DATA = settings.BASE_DIR / "data" / "americas.geojson"


class Command(BaseCommand):
    help = "Prints the outline of the Americas as SVG: manage.py outline > static/img/americas.svg"

    def handle(self, **options):
        self.stdout.write(outline(json.loads(DATA.read_text(encoding="utf-8"))), ending="")
