"""A portal with the starting content behind a real server, and what is watched while a browser reads it."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.test.testcases import LiveServerThread
from django.test.utils import override_settings

from conftest import BACKEND, roomy
from core.dates import today
from core.labels import Label
from documents.actions import refresh_audience
from events.models import MajorEvent
from legislation.models import Instrument
from members.actions import set_staff
from members.models import User
from programme.models import Activity
from reference.models import MemberState, Theme
from tests import databases
from tests.factories import make_document, make_lesson, make_mandate, make_need, make_user

CONSOLE = {"error", "warning"}


def _served_by_the_portal(application):
    """No static files beside the portal's own: WhiteNoise serves them, with the headers of every answer."""

    @roomy
    def answer(environ, start_response):
        return application(environ, start_response)

    return answer


def _enrich():
    """What the starting content lacks, so that no part of a page stays empty; returns the addresses of the pages."""
    call_command("createcachetable", verbosity=0)
    secretariat = make_user(email="secretariat@example.org", name="Ana Curator")
    set_staff(secretariat, True, by=None)
    brazil = MemberState.objects.get(iso3="BRA")
    make_mandate(person=make_user(email="nfp@example.org", name="Rui Point", state=brazil))
    event = MajorEvent.objects.get(slug="fifa-world-cup-2030-centenary")
    make_need(event=event, themes=Theme.objects.all()[:2])
    event.host_state = brazil  # a second entry of history
    event.save()
    instrument = Instrument.objects.filter(inverse_relations__isnull=False, events__isnull=False).first()
    activity = Activity.objects.filter(event__isnull=False).first()
    for record in (event, instrument, activity):
        record.documents.add(make_document(title="The plan", filename="plan.pdf", state=brazil))
    Activity.objects.filter(pk=activity.pk).update(agenda_en="<h2>Day 1</h2><table><tr><th>9:00</th></tr></table>")
    for iso3, day in {"ARG": "2020-01-31", "BRA": today()}.items():  # one out of date, one fresh
        Instrument.objects.filter(state__iso3=iso3).update(verified_by=secretariat, verified_on=day)
    hidden = make_document(title="Restricted", filename="restricted.pdf", label=Label.RED)
    refresh_audience(hidden)
    treaty = Instrument.objects.treaties().first()
    told = {"context": "Four gates.", "evidence": "https://a.example/report\nA report", "title_pt": "Abrir cedo"}
    lesson = make_lesson(slug="gates", state=brazil, event=event, themes=Theme.objects.all()[:2], **told)
    return {
        "lesson_detail": lesson.get_absolute_url(),
        "event_detail": event.get_absolute_url(),
        "event_of_a_year": MajorEvent.objects.filter(precision=3, documents=None).first().get_absolute_url(),
        "event_history": f"{event.get_absolute_url()}history/",
        "instrument_detail": instrument.get_absolute_url(),
        "treaty_detail": f"{treaty.get_absolute_url()}treaty/",
        "treaty_instrument": treaty.get_absolute_url(),
        "activity_detail": activity.get_absolute_url(),
        "country_detail": brazil.get_absolute_url(),
    }


@pytest.fixture(scope="package")
def database(django_db_setup, django_db_blocker):
    """The starting content in a database in which what was written stays until all of this folder ran."""
    with django_db_blocker.unblock():
        before, _ = databases.use_copy_of("seeded")
        yield
        databases.drop_copy(before)


@pytest.fixture(scope="package")
def portal(database):
    """The portal over the starting content: `url`, and `pages`, the addresses of some records.

    One server and one seeding for all tests of this folder; a test that changes a row changes one that no other
    test looks at.
    """
    pages = _enrich()
    server = LiveServerThread("localhost", static_handler=_served_by_the_portal)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    with override_settings(BASE_URL=f"http://localhost:{server.port}"):  # to which passkeys belong
        yield SimpleNamespace(url=settings.BASE_URL, pages=pages)
    server.terminate()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}


@pytest.fixture
def sign_in(portal, context):
    """A function that makes the browser somebody's, without the log-in form."""

    def as_somebody(email):
        client = Client()
        client.force_login(User.objects.get(email=email), backend=BACKEND)
        cookie = client.cookies["session"]
        context.add_cookies([{"name": "session", "value": cookie.value, "url": portal.url}])

    return as_somebody


@pytest.fixture
def watched(portal, page):
    """What the browser complains of and whom it asks while `page` is used: `complaints` and `strangers`."""
    seen = SimpleNamespace(complaints=[], strangers=[])

    def hear(message):
        if message.type in CONSOLE:
            seen.complaints.append(f"{page.url}: {message.text}")

    def note(request):
        if not request.url.startswith((portal.url, "data:", "blob:")):
            seen.strangers.append(request.url)

    page.on("console", hear)
    page.on("pageerror", lambda error: seen.complaints.append(f"{page.url}: {error}"))
    page.on("request", note)
    return seen
