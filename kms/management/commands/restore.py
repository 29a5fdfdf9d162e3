"""manage.py restore BACKUP [--check]: a backup into an empty place, or only whether it is whole."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from kms.archives import NotDone
from kms.backup import restore, verify
from kms.management.commands.backup import counted


class Command(BaseCommand):
    help = "Restore a backup into an empty place, or say with --check whether it is whole."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("backup", type=Path)
        parser.add_argument("--check", action="store_true", help="compare every file with its sum, write nothing")

    def handle(self, backup, check, **options):
        try:
            if check:
                self.stdout.write(f"{backup} is whole: {counted(verify(backup))}.")
                return
            manifest, tables = restore(backup)
        except NotDone as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(f"Restored, every file by its sum: {counted(manifest)}. After migrations:")
        for table, rows in tables.items():
            self.stdout.write(f"{rows:>10,}  {table}")
        self.stdout.write("Everybody logs in again. Second factors need the KMS_MFA_KEYS of the portal backed up.")
