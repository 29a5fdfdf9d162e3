"""Measures what pages cost: processor seconds of the application's worker and of the database, request by request."""

import http.client
import statistics
import sys
from dataclasses import dataclass, field

from benchmarks import servers
from benchmarks.pages import MEMBER, YARDSTICKS

WARM_UP = 4
BLOCK = 8  # so many pages come between two visits to the yardsticks: the machine's pace changes
MOST_REQUESTS = 2000


@dataclass
class Target:
    """A page in one way of asking, and the server that is asked."""

    key: str
    way: str
    path: str
    queries: int
    size: int
    server: tuple  # (port, worker's process id)
    cookie: str
    requests: int = 0  # of each round
    costs: list = field(default_factory=list)  # seconds a request, round by round
    ratios: dict = field(default_factory=dict)  # {yardstick: times what it cost just before, round by round}
    failed: str = ""

    @property
    def cost(self):
        return statistics.median(self.costs)

    def times(self, yardstick):
        """The cost as so many times a yardstick's."""
        return statistics.median(self.ratios[yardstick])

    def ask(self, port=None):
        """Ask for the page once and read the answer; gunicorn's plain worker ends each connection itself."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.server[0], timeout=servers.PATIENCE)
        try:
            connection.request("GET", self.path, headers={"Cookie": self.cookie} if self.way == MEMBER else {})
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()


def say(text):
    """Progress, apart from the report."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class Stand:
    """The measuring of one database: its targets, and the database server's process where it has one of its own."""

    def __init__(self, targets, database_pid, slice_seconds):
        self.targets, self.database_pid, self.slice = targets, database_pid, slice_seconds

    def used(self, target):
        database = servers.cpu_seconds_of_all(self.database_pid) if self.database_pid else 0
        return servers.cpu_seconds(target.server[1]) + database

    def cost(self, target, requests):
        """Processor seconds of one request, from so many."""
        before = self.used(target)
        for _ in range(requests):
            if target.ask() != 200:
                sys.exit(f"{target.path} fails now and then.")
        return (self.used(target) - before) / requests

    def prepare(self):
        """Ask each page a few times, see that it answers, and choose how many requests fill a slice."""
        for target in self.targets:
            status = target.ask()
            if status != 200:
                target.failed = f"answers {status}"
                if target.key in YARDSTICKS:
                    sys.exit(f"The yardstick {target.key} {target.failed}.")
                continue
            cost = self.cost(target, WARM_UP)
            target.requests = max(2, min(MOST_REQUESTS, round(self.slice / max(cost, 1e-5))))

    def measure(self, rounds):
        """Visit all pages in turn, so often."""
        self.prepare()
        yardsticks = [target for target in self.targets if target.key in YARDSTICKS]
        pages = [target for target in self.targets if target.key not in YARDSTICKS and not target.failed]
        for number in range(1, rounds + 1):
            for first in range(0, max(len(pages), 1), BLOCK):
                self.visit(yardsticks, pages[first : first + BLOCK])
            say(f"  round {number} of {rounds}")

    def visit(self, yardsticks, pages):
        """Measure the yardsticks, and some pages against them."""
        paces = {target.key: self.cost(target, target.requests) for target in yardsticks}
        for target in [*yardsticks, *pages]:
            cost = paces.get(target.key) or self.cost(target, target.requests)
            target.costs.append(cost)
            for key, pace in paces.items():
                target.ratios.setdefault(key, []).append(cost / pace)

    def memory(self, requests):
        """Resident bytes of the worker that keeps pages, after so many requests for all the pages in turn."""
        asked = [target for target in self.targets if not target.failed]
        port, worker = self.targets[0].server
        for number in range(requests):
            asked[number % len(asked)].ask(port)
        return servers.memory(worker)
