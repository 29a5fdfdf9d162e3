"""manage.py fill --events N --instruments N --posts N --paragraphs N --comments N: many records to measure with."""

import os
from pathlib import PurePath

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from benchmarks.filling import fill
from benchmarks.made_consultation import fill_consultation
from benchmarks.made_manual import fill_manual
from benchmarks.made_posts import fill_community

SCRATCH = "kms_bench"  # how the name of a database begins that may be filled
MOST = 1_000_000


def refuse_real_data():
    """Only a database that says twice that it is for measuring is filled with made-up records."""
    name = PurePath(str(connection.settings_dict["NAME"])).name
    if os.environ.get("KMS_BENCH") != "1" or not name.startswith(SCRATCH):
        raise CommandError(
            f"Made-up records go only into a scratch database: its name begins with {SCRATCH!r} (this one is {name!r})"
            " and KMS_BENCH=1 is set."
        )


class Command(BaseCommand):
    help = "Brings a scratch database to so many events and instruments, distributed like the real ones."

    def add_arguments(self, parser):
        parser.add_argument("--events", type=int, default=100_000)
        parser.add_argument("--instruments", type=int, default=100_000)
        parser.add_argument("--posts", type=int, default=0)
        parser.add_argument("--paragraphs", type=int, default=0)
        parser.add_argument("--comments", type=int, default=0)
        parser.add_argument("--seed", type=int, default=1, help="the same number makes the same records")

    def handle(self, events, instruments, posts, paragraphs, comments, seed, **options):
        refuse_real_data()
        if not all(0 <= number <= MOST for number in (events, instruments, posts, paragraphs, comments)):
            raise CommandError(f"From 0 to {MOST:,} of each.")
        fill(events=events, instruments=instruments, seed=seed, say=self.stdout.write)
        if posts:
            fill_community(posts=posts, seed=seed, say=self.stdout.write)
        if paragraphs:
            fill_manual(paragraphs=paragraphs, seed=seed, say=self.stdout.write)
        if comments:
            fill_consultation(comments=comments, seed=seed, say=self.stdout.write)
        with connection.cursor() as cursor:  # outside any transaction, as PostgreSQL asks
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
