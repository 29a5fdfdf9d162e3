"""manage.py seed [--data DIR]: the starting content, into empty tables only."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kms.management.commands.load import KINDS, load_file

FILES = {
    "states": "member_states.csv",
    "organisations": "organisations.csv",
    "themes": "topics.csv",
    "series": "series.csv",
    "events": "events.csv",
    "activities": "activities.csv",
    "instruments": "instruments.csv",
    "treaty-actions": "treaty_status.csv",
    "pages": "pages.csv",
    "publications": "publications.csv",
    "forums": "forums.csv",
}
MAY_BE_ABSENT = {"pages", "publications", "forums"}


class Command(BaseCommand):
    help = "Load the starting content, each kind only where there is none yet: nobody's edit is ever reverted."

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, default=settings.BASE_DIR / "data", metavar="DIR")

    def handle(self, data, **options):
        if not data.is_dir():
            raise CommandError(f"{data} is not a folder.")
        for kind in KINDS:
            self.stdout.write(f"{kind}: {self.seed(kind, data / FILES[kind])}")

    def seed(self, kind, path):
        """What was done with one kind, in words."""
        there = KINDS[kind]().get_queryset().count()
        if there:
            return f"kept, {there} are there"
        if kind in MAY_BE_ABSENT and not path.exists():
            return f"none, there is no {path.name}"
        rows = load_file(kind, path, stderr=self.stderr)
        return f"{len(rows)} added"
