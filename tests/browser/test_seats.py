"""Invitations and seats as people use them: from the mail to the first log-in, and handing a seat over."""

import io
import re
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from pypdf import PdfWriter

from core.dates import today
from moderation.models import Proposal
from notifications.actions import watch
from notifications.models import Watch
from reference.models import MemberState
from tests.browser.test_accounts import add_app, faults, keep_codes
from tests.factories import PASSWORD, make_mandate, make_user
from tests.smtp_sink import smtp_sink
from tests.worker import run_worker

pytestmark = pytest.mark.browser
NOTE = {"name": "note.pdf", "mimeType": "application/pdf"}


def one_page():
    """The bytes of a PDF of one empty page."""
    writer, kept = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=200, height=200)
    writer.write(kept)
    return kept.getvalue()


@pytest.fixture(autouse=True)
def nothing_before(portal):
    cache.clear()


@pytest.fixture
def post_office(settings):
    """The portal's own mail: a function that lets the queue's worker send, and gives the messages that arrived."""
    settings.EMAIL_BACKEND = "core.mail.QueuedEmailBackend"
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS = "127.0.0.1", "", False
    with smtp_sink() as (port, kept):
        settings.EMAIL_PORT = port

        def arrived():
            run_worker()
            return {receivers[0]: message for _sender, receivers, message in kept}

        yield arrived


def invite(portal, page, wrong):
    """Invite somebody to Uruguay's vacant seat, with the government's note."""
    page.goto(f"{portal.url}/en/desk/seats/?show=vacant")
    wrong["board"] = faults(page)
    page.get_by_role("link", name="Invite for Uruguay").click()
    page.get_by_label("Name").fill("Lucía Pereira")
    page.get_by_label("E-mail address").fill("lucia@example.org")
    page.get_by_role("button", name="Send the invitation").click()
    assert "say in words which it is" in page.locator(".summary").inner_text()
    wrong["refused"] = faults(page)
    assert page.get_by_label("Name").input_value() == "Lucía Pereira"
    assert page.get_by_label("Language of the mail").input_value() == "es"
    page.get_by_label("The note as a file").set_input_files([{**NOTE, "buffer": one_page()}])
    page.get_by_role("button", name="Send the invitation").click()
    page.wait_for_url("**/desk/invitations/*-*/")
    assert page.get_by_role("link", name="Appointment note: Lucía Pereira", exact=True).is_visible()
    wrong["invitation"] = faults(page)


def accept(portal, page, link, wrong):
    """Open the link of the mail, and make the account."""
    page.goto(link.replace("/es/", "/en/"))
    wrong["accept"] = faults(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and log in").click()
    page.wait_for_url("**/account/security/")
    assert page.get_by_text("Welcome, Lucía Pereira. You are here as Uruguay · National Focal Point.").is_visible()


def test_invitation_by_mail_to_the_first_log_in(portal, page, watched, sign_in, settings, post_office):
    """The secretariat invites to a vacant seat; who is invited opens the mail, and adds a second factor."""
    wrong = {}
    sign_in("secretariat@example.org")
    invite(portal, page, wrong)
    page.context.clear_cookies()
    settings.REQUIRE_MFA = True
    link = re.search(r"http\S+", post_office()["lucia@example.org"].get_body(("plain",)).get_content()).group()
    assert link.startswith(f"{portal.url}/es/account/invitation/")
    accept(portal, page, link, wrong)
    page.goto(f"{portal.url}/en/account/security/")  # the invitation was in Spanish
    add_app(page, wrong)
    keep_codes(page, wrong)
    page.get_by_role("link", name="My State").first.click()
    assert page.get_by_role("heading", name="The seat of Uruguay").is_visible()
    wrong["seat"] = faults(page)
    page.context.clear_cookies()
    assert page.goto(link).status == 410
    wrong["used"] = faults(page)
    assert wrong == {name: {} for name in wrong}
    assert [said for said in watched.complaints if not said.startswith(f"{link}: Failed to load")] == []
    assert watched.strangers == []


@pytest.fixture
def paraguay(portal):
    """A State with its National Focal Point, who has a draft and a watch, and an expert."""
    state = MemberState.objects.get(iso3="PRY")
    giver = make_mandate(person=make_user(email="giver@example.org", name="Gloria Giver", state=state)).person
    taker = make_user(email="taker@example.org", name="Tomás Taker", state=state)
    draft = Proposal.objects.create(kind="event", state=state, author=giver, title="Cup of Asunción")
    watch(giver, ("state", state.pk))
    return SimpleNamespace(state=state, giver=giver, taker=taker, draft=draft)


def test_handing_a_seat_over(portal, page, watched, sign_in, paraguay):
    """From today: the next holder has what was open, the earlier one is an expert."""
    wrong = {}
    sign_in(paraguay.giver.email)
    page.goto(f"{portal.url}/en/events/")
    page.get_by_role("link", name="My State").first.click()
    page.get_by_role("link", name="Hand the seat over").click()
    wrong["form"] = faults(page)
    page.get_by_label("Who holds the seat next").select_option(label="Tomás Taker")
    page.get_by_role("button", name="Hand the seat over").click()
    assert "First day of the next holder" in page.locator(".summary").inner_text()
    page.get_by_label("First day of the next holder").fill(today().isoformat())
    page.get_by_role("button", name="Hand the seat over").click()
    page.wait_for_url("**/en/desk/")
    assert page.get_by_text("Tomás Taker holds the seat from").is_visible()
    page.context.clear_cookies()
    sign_in(paraguay.taker.email)
    page.goto(f"{portal.url}/en/desk/seats/paraguay/")
    assert page.get_by_role("row", name="Gloria Giver National Focal Point").is_visible()
    wrong["seat"] = faults(page)
    assert wrong == {name: {} for name in wrong}
    assert (watched.complaints, watched.strangers) == ([], [])
    paraguay.draft.refresh_from_db()
    steps = [step.step for step in paraguay.draft.steps.all()]
    watching = [row.person for row in Watch.objects.on([("state", paraguay.state.pk)])]
    assert (paraguay.draft.author, steps, watching) == (paraguay.taker, ["handed_over"], [paraguay.taker])
