"""Whether the parts that the portal stands on answer: the database and the queue."""

import datetime

from django.core.cache import caches
from django.db import DatabaseError, connection
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ

PATIENCE = datetime.timedelta(minutes=10)  # a task that waits longer says that nobody works


def database_answers():
    """Whether the database answers a question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def queue_answers():
    """Whether a worker has reported in the last seconds and no task waits for long."""
    try:
        overdue = OrmQ.objects.filter(lock__lt=timezone.now() - PATIENCE)
        return _worker_reports() and not overdue.exists()
    except DatabaseError:
        return False


def _worker_reports():
    """Whether a report of a worker is fresh; django_q's own question would write while it reads."""
    reports = caches[Conf.CACHE]
    return bool(reports.get_many(reports.get(Conf.Q_STAT) or []))
