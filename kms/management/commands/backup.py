"""manage.py backup FOLDER: the database and the files of one moment, in a new folder there, while the portal runs."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from kms.archives import NotDone
from kms.backup import back_up


def counted(manifest, tables=None):
    """`1,234 rows in 80 tables, 12 files, version 0.3.0`."""
    tables = manifest["tables"] if tables is None else tables
    return (
        f"{sum(tables.values()):,} rows in {len(tables)} tables, {len(manifest['files']):,} files, "
        f"version {manifest['version']}"
    )


class Command(BaseCommand):
    help = "Back up the database and the files, of one moment, into a new folder below the one that is named."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, folder, **options):
        try:
            made, manifest, digest = back_up(folder)
        except NotDone as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(f"{made}: {counted(manifest)}. SHA-256 of its manifest: {digest}")
        for name in manifest["missing"]:
            self.stderr.write(f"The database names the file {name}, which is not there.")
        for name in manifest["damaged"]:
            self.stderr.write(f"The file {name} is not what the database says: it was damaged before this backup.")
