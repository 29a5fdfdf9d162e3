"""manage.py ask_releases: ask the owners of records whose label was meant until a day that is over."""

from django.core.management.base import BaseCommand

from kms.releases import ask_owners


class Command(BaseCommand):
    help = "Tells who decides of each label whose day is over, once; nothing opens by itself."

    def handle(self, **options):
        self.stdout.write(f"Told: {ask_owners()}")
