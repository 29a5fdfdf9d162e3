"""The queue's own timetable, worker and monitor, run once in the process and the transaction of the test."""

from multiprocessing import Value
from queue import Queue
from unittest.mock import patch

from django_q import monitor, scheduler, worker
from django_q.brokers import get_broker
from django_q.models import OrmQ
from django_q.signing import SignedPackage

STAY = {"close_old_django_connections": lambda: None}  # each closes the connection, which here is the test's


def run_timetable():
    """Put into the queue what the timetable says is due."""
    with patch.multiple(scheduler, **STAY):
        scheduler.scheduler()


def run_worker():
    """Let the worker try each waiting task once, and keep or forget it as it does."""
    tasks, results = Queue(), Queue()
    for row in OrmQ.objects.order_by("pk"):
        tasks.put(SignedPackage.loads(row.payload) | {"ack_id": row.pk})
    tasks.put("STOP")
    with patch.multiple(worker, **STAY), patch.multiple(monitor, **STAY):
        worker.worker(tasks, results, Value("f", -1))
        results.put("STOP")
        monitor.monitor(results, broker=get_broker())
