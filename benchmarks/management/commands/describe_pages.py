"""manage.py describe_pages: each measured page's address, queries and bytes, and a session to ask it with, as JSON."""

import json
import math
import re

from django.core.management.base import BaseCommand
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from benchmarks.pages import KEPT, MEMBER, NEW, PAGES, YARDSTICKS
from benchmarks.wording import WORD
from events.models import MajorEvent
from legislation.models import Instrument
from members.models import User

FOCAL_POINT = "nfp.bra@kms.example"
HOST = "127.0.0.1"
PER_PAGE, MOST_PAGES = 25, 40  # of a list
SAMPLE = 1000
RARE = 10  # about so many hits
CANDIDATES = 100


def words_of(model):
    """{"common", "rare"}: the word that most records hold, and one that a handful does."""
    texts = list(model.objects.order_by("pk").values_list("search_text", flat=True)[:SAMPLE])
    texts += model.objects.order_by("-pk").values_list("search_text", flat=True)[:SAMPLE]
    held = {}
    for text in set(texts):
        for word in set(WORD.findall(text)):
            held[word] = held.get(word, 0) + 1
    once = sorted(word for word, number in held.items() if number == 1 and len(word) > 6)
    seldom = once[:: max(len(once) // CANDIDATES, 1)]
    hits = {word: model.objects.filter(search_text__contains=word).count() for word in seldom}
    return {"common": max(sorted(held), key=held.get), "rare": min(hits, key=lambda word: abs(hits[word] - RARE))}


def values_of(model, visitor):
    """What the queries of the pages over one model need."""
    pages = math.ceil(model.objects.visible_to(visitor).count() / PER_PAGE)
    return words_of(model) | {"deep": max(1, min(pages, MOST_PAGES))}


def address(page, values):
    """The address of a page, or None where the portal has no such view."""
    try:
        path = reverse(page.view, args=page.args)
    except NoReverseMatch:
        return None
    query = page.query.format(**values.get(page.view.partition(":")[0], {}))
    return f"{path}?{query}" if query else path


def ask(client, path):
    """What a page costs the second time it is asked for: (status, queries, bytes)."""
    client.get(path, headers={"host": HOST})
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, headers={"host": HOST})
        content = b"".join(response) if response.streaming else response.content
    return response.status_code, len(captured), len(content)


class Command(BaseCommand):
    help = "Says what the benchmark measures: addresses, queries and bytes, and a focal point's session."

    def add_arguments(self, parser):
        parser.add_argument("--keep", action="store_true", help="the pages of a server that keeps pages for visitors")
        parser.add_argument("--pages", default="", help="a regular expression: only pages whose name holds it")

    def handle(self, keep, pages, **options):
        visitor, member = (Client(raise_request_exception=False) for _ in range(2))
        member.force_login(User.objects.get(email=FOCAL_POINT))
        with translation.override("en"):
            user = visitor.get(reverse("account_login"), headers={"host": HOST}).wsgi_request.user
            values = {"events": values_of(MajorEvent, user), "legislation": values_of(Instrument, user)}
            asked = [page for page in PAGES if page.key in YARDSTICKS or re.search(pages, page.key)]
            addresses = {page.key: address(page, values) for page in asked}
        clients = {KEPT: visitor, MEMBER: member} if keep else {NEW: visitor}
        described = [
            {"key": page.key, "way": way, "path": addresses[page.key], "asked": ask(clients[way], addresses[page.key])}
            for page in asked
            for way in page.ways
            if way in clients and addresses[page.key]
        ]
        absent = [key for key, path in addresses.items() if path is None]
        session = next(iter(member.cookies.values()))
        cookie = f"{session.key}={session.value}"
        self.stdout.write(json.dumps({"pages": described, "absent": absent, "cookie": cookie, "values": values}))
