"""manage.py load KIND FILE [--dry-run]: one CSV file of data/README.md into the registry."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from community.resources import ForumResource
from core.imports import problems
from core.tables import MAX_BYTES, BadFile, read_csv
from events.resources import EventResource, SeriesResource
from legislation.resources import InstrumentResource, TreatyActionResource
from programme.resources import ActivityResource, PageResource
from reference.resources import OrganisationResource, StateResource, ThemeResource
from training.resources import PublicationResource

# In the order in which one refers to the other.
KINDS = {
    "states": StateResource,
    "organisations": OrganisationResource,
    "themes": ThemeResource,
    "series": SeriesResource,
    "events": EventResource,
    "activities": ActivityResource,
    "instruments": InstrumentResource,
    "treaty-actions": TreatyActionResource,
    "pages": PageResource,
    "publications": PublicationResource,
    "forums": ForumResource,
}
OUTCOMES = [("new", "added"), ("update", "updated"), ("skip", "unchanged")]


class Command(BaseCommand):
    help = "Load one CSV file: new rows are added and published, known ones updated, or nothing where a row is bad."

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=KINDS)
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check and say what would be done, save nothing")

    def handle(self, kind, file, dry_run, **options):
        rows = load_file(kind, file, dry_run=dry_run, stderr=self.stderr)
        if dry_run:
            for line in planned(file, rows):
                self.stdout.write(line)
        self.stdout.write(f"{kind}: {counted(rows)}{' (dry run: nothing was saved)' if dry_run else ''}")


@translation.override("en")
def load_file(kind, path, *, dry_run=False, stderr):
    """Load a file; returns the results of its rows. Says each problem in a line, then raises CommandError."""
    try:
        with path.open("rb") as file:
            table = read_csv(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except BadFile as error:
        refuse(path, [(line, "", reason) for line, reason in error.problems], stderr)
    result = KINDS[kind](publication="published").import_data(table, dry_run=dry_run, file_name=path.name)
    if found := problems(result):
        refuse(path, found, stderr)
    return [row for row in result.rows if row.key]


def refuse(path, found, stderr):
    """`events.csv:17: end_date: The end is before the start.`, one line for each problem."""
    for line, column, reason in found:
        place = f"{path.name}:{line}" if line else path.name
        stderr.write(": ".join(part for part in (place, column, " ".join(reason.split())) if part))
    raise CommandError(f"{path.name}: {len(found)} {'problem' if len(found) == 1 else 'problems'}, nothing was saved.")


def counted(rows):
    """`3 added, 1 updated, 248 unchanged`."""
    kinds = [row.import_type for row in rows]
    return ", ".join(f"{kinds.count(kind)} {word}" for kind, word in OUTCOMES)


def planned(path, rows):
    """A line for each row that a real run would write."""
    words = dict(OUTCOMES)
    for row in rows:
        if row.import_type == "new":
            yield f"{path.name}:{row.line}: {row.key}: {words['new']}"
        elif row.import_type == "update":
            yield f"{path.name}:{row.line}: {row.key}: {words['update']}: {', '.join(row.changed)}"
