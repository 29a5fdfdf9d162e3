"""Proposing, returning, correcting and publishing an event in the browser; and every page of it for everybody."""

import pytest
from django.test import Client

from conftest import BACKEND
from documents.models import Document
from events.models import MajorEvent
from members.models import User
from moderation import actions
from moderation.models import Proposal
from notifications.models import Notification
from tests.browser.test_notifications import accessible
from tests.browser.test_pages import unfold
from tests.factories import make_event
from tests.files import pdf
from tests.proposing import EVENT, as_texts, change_of, draft_of, returned, submitted

pytestmark = pytest.mark.browser

NFP, SECRETARIAT = "nfp@example.org", "secretariat@example.org"
LONG = "Games of all Cities and Provinces of the Republic, with the Opening Ceremony, the Parade of Nations and the "
LONG += "Closing Ceremony, of the year 2031"
OFFICIAL = {"source": "https://a.example/", "source_kind": "official-page"}


@pytest.fixture
def clean(portal):
    """Whatever a test writes is gone after it."""
    yield
    Notification.objects.filter(subject_kind__in=["proposal", "event"]).delete()
    Proposal.objects.all().delete()
    MajorEvent.objects.filter(name_en=LONG).delete()
    Document.objects.filter(title_en="The traffic plan").delete()


def said(page):
    """The messages on the page."""
    return page.locator(".messages").inner_text()


def press(page, name):
    """Press a button and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def follow(page, name, within="main"):
    with page.expect_navigation():
        page.locator(within).get_by_role("link", name=name, exact=True).first.click()


def write(page, plan):
    """Draft an event with gaps, fill them, add a file, submit."""
    page.get_by_label("Name (English)").fill(LONG)
    page.get_by_label("TLP:CLEAR").check()
    press(page, "Save the draft")
    assert "The draft is saved." in said(page)
    follow(page, "Kind", ".notice")  # what is still missing leads to its field
    page.get_by_label("Kind", exact=True).select_option("sport")
    page.get_by_label("First day, month or year").fill("12/06/2031")
    page.get_by_label("Where is it known from?").fill("https://games.example.org/")
    page.get_by_label("What kind of source is that?").select_option(index=1)
    press(page, "Save the draft")
    follow(page, "Add a file")
    page.get_by_label("File", exact=True).set_input_files(plan)
    page.get_by_label("Title").fill("The traffic plan")
    page.get_by_label("TLP:CLEAR").check()
    press(page, "Add the file")
    press(page, "Submit for Brazil")
    assert "Submitted." in said(page)


def send_back(page):
    follow(page, LONG)
    page.get_by_label("What has to be corrected, and why").fill("Which cities?")
    press(page, "Return with reasons")
    assert "Returned." in said(page)


def correct(page):
    assert "Which cities?" in page.locator(".notice--warning").inner_text()
    follow(page, "Edit")
    page.get_by_label("Cities and venues").fill("Brasília\nManaus")
    press(page, "Submit for Brazil")
    assert "submitted" in page.locator(".head .tag").inner_text()


def test_event_is_proposed_returned_corrected_and_published(portal, page, sign_in, watched, clean, tmp_path):
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(pdf())
    sign_in(NFP)
    page.goto(f"{portal.url}/en/events/")
    follow(page, "Propose an event")
    write(page, plan)
    address = page.url
    sign_in(SECRETARIAT)
    page.goto(f"{portal.url}/en/desk/queue/")
    send_back(page)
    assert page.url == address
    sign_in(NFP)
    page.goto(address)
    correct(page)
    sign_in(SECRETARIAT)
    page.goto(address)
    assert "Brasília\nManaus" in page.locator("#changes").inner_text()
    press(page, "Accept and publish")
    assert "Accepted and published." in said(page)
    page.context.clear_cookies()
    page.goto(f"{portal.url}/en/events/?q=manaus")
    follow(page, LONG, "#results")
    assert page.locator("h1").inner_text() == LONG
    assert page.locator("#documents").get_by_role("link", name="The traffic plan").count() == 1
    assert (watched.complaints, watched.strangers) == ([], [])


def test_second_editor_compares_and_saves_over_without_scripts(portal, browser, clean):
    nfp = User.objects.get(email=NFP)
    draft = draft_of(nfp)
    page = browser.new_page(java_script_enabled=False)
    client = Client()
    client.force_login(nfp, backend=BACKEND)
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": portal.url}])
    page.goto(f"{portal.url}{draft.get_absolute_url()}edit/")
    theirs = {**draft.data, "security_authority": ["Ministry of Justice"]}
    actions.save(proposal=draft, version=draft.version, data=theirs, by=nfp)
    page.get_by_label("Competent security authority").fill("Federal Police")
    press(page, "Save the draft")
    assert page.locator("del").inner_text() == "Ministry of Justice"
    assert page.locator("ins").inner_text() == "Federal Police"
    press(page, "Save mine over it")
    assert Proposal.objects.get().data["security_authority"] == ["Federal Police"]
    page.close()


@pytest.fixture
def proposals(clean):
    """One in each state of things, with a name of 140 characters; {name: (who looks, address)}."""
    nfp, desk = User.objects.get(email=NFP), User.objects.get(email=SECRETARIAT)
    draft, gap, back, sent = (draft_of(nfp, name_en=LONG, **more) for more in ({}, {"start": ""}, {}, {}))
    for proposal in (back, sent):
        submitted(proposal, nfp)
    returned(back, desk)
    event = make_event(host_state=nfp.state, name=LONG, security_authority="Army", **OFFICIAL)
    moved = change_of(event, nfp, security_authority="Federal Police", summary_en="A new summary, with all words.")
    submitted(moved, nfp)
    MajorEvent.objects.get(pk=event.pk).save()
    fresh = make_event(host_state=nfp.state, name=LONG, **OFFICIAL)
    at = Proposal.get_absolute_url
    return {
        "proposal_list": (NFP, "/en/desk/proposals/"),
        "proposal_list_empty": (NFP, "/en/desk/proposals/?status=accepted"),
        "proposal_queue": (SECRETARIAT, "/en/desk/queue/"),
        "proposal_create": (NFP, "/en/desk/proposals/event/new/"),
        "proposal_change": (NFP, f"/en/desk/proposals/event/{fresh.pk}/change/"),
        "proposal_edit": (NFP, f"{at(gap)}edit/"),
        "proposal_detail_draft": (NFP, at(draft)),
        "proposal_detail_missing": (NFP, at(gap)),
        "proposal_detail_returned": (NFP, at(back)),
        "proposal_detail_review": (SECRETARIAT, at(sent)),
        "proposal_detail_moved": (SECRETARIAT, at(moved)),
        "proposal_withdraw": (NFP, f"{at(draft)}withdraw/"),
        "proposal_document_add": (NFP, f"{at(draft)}documents/add/"),
        "event_detail": (NFP, fresh.get_absolute_url()),
    }


def test_pages_of_proposals_are_accessible_at_any_width_and_scheme(portal, page, sign_in, watched, proposals):
    found = {}
    for name, (reader, address) in proposals.items():
        sign_in(reader)
        assert page.goto(portal.url + address).status == 200
        unfold(page)
        found[name] = accessible(page)
    assert found == dict.fromkeys(proposals, [])
    assert (watched.complaints, watched.strangers) == ([], [])


def test_refused_pages_of_proposals_are_accessible_too(portal, page, sign_in, clean):
    nfp, desk = User.objects.get(email=NFP), User.objects.get(email=SECRETARIAT)
    draft, sent = draft_of(nfp, start="32/13/2031"), draft_of(nfp)
    submitted(sent, nfp)
    sign_in(NFP)
    page.goto(f"{portal.url}{draft.get_absolute_url()}edit/")
    press(page, "Submit for Brazil")
    found = {"refused": accessible(page)}
    actions.save(proposal=draft, version=Proposal.objects.get(pk=draft.pk).version, data=as_texts(EVENT), by=nfp)
    press(page, "Save the draft")
    found["conflict"] = accessible(page)
    page.goto(f"{portal.url}{draft.get_absolute_url()}documents/add/")
    press(page, "Add the file")
    found["file"] = accessible(page)
    sign_in(desk.email)
    page.goto(portal.url + sent.get_absolute_url())
    press(page, "Return with reasons")
    found["reasons"] = accessible(page)
    assert found == dict.fromkeys(found, [])
