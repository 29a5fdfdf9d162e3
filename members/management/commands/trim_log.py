"""manage.py trim_log: lines of the audit log that are older than KMS_AUDIT_MONTHS go."""

import datetime

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from members.audit import forget_before


def months_before(day, months):
    """The same day of an earlier month, or the month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first_of_next = datetime.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - datetime.timedelta(days=1)).day
    return datetime.date(year, month + 1, min(day.day, last))


class Command(BaseCommand):
    help = "Delete the lines of the log that are older than KMS_AUDIT_MONTHS; the queue does it every day."

    def handle(self, **options):
        oldest = months_before(timezone.now().date(), settings.AUDIT_MONTHS)
        n = forget_before(datetime.datetime.combine(oldest, datetime.time(), datetime.UTC))
        self.stdout.write(f"{n} {'line' if n == 1 else 'lines'} from before {oldest} deleted.")
