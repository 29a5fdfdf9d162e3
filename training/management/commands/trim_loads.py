"""manage.py trim_loads: loaded texts that nobody applied for a month go, with their pictures; runs daily."""

import datetime

from django.core.management.base import BaseCommand
from django.utils import timezone

from training.loading import trim_loads

KEPT = datetime.timedelta(days=30)


class Command(BaseCommand):
    help = "Delete the loaded texts of the manual that were begun more than thirty days ago."

    def handle(self, **options):
        n = trim_loads(timezone.now() - KEPT)
        self.stdout.write(f"{n} loaded {'text' if n == 1 else 'texts'} deleted.")
