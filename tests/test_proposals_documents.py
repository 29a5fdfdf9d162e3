"""Files that go with a proposal: checked, read by whom, removed, published with it."""

import uuid

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.labels import Label
from documents.actions import set_publication
from documents.models import Document
from members.models import AuditEntry
from moderation import actions
from moderation.actions import MOST_DOCUMENTS
from moderation.models import Proposal
from moderation.refusals import Refused
from tests.factories import make_document, make_event
from tests.files import pdf
from tests.proposing import accepted, change_of, draft_of, now, page, submitted

pytestmark = pytest.mark.django_db
OFFICIAL = {"source": "https://a.example/", "source_kind": "official-page"}


def added(client, proposal, *, content=None, filename="plan.pdf", **fields):
    upload = SimpleUploadedFile(filename, pdf() if content is None else content)
    form = {"title": "The plan", "language": "pt", "label": "1", "file": upload} | fields
    return client.post(page("document_add", proposal), form)


def test_file_is_kept_as_a_draft_of_the_state_and_published_with_the_proposal(
    client_for, alternate, focal_point, secretariat, visitor, partner, brazil
):
    draft = draft_of(focal_point)
    assert added(client_for(alternate), draft, official="on").status_code == 302
    document = draft.documents.get()
    assert (document.title_pt, document.title_en) == ("The plan", None)
    assert (document.language, document.official) == ("pt", True)
    assert (document.state, document.author, document.publication, document.effective_label) == (
        brazil, alternate, "draft", Label.GREEN,
    )  # fmt: skip
    assert "The plan" in client_for(focal_point).get(page("detail", draft)).content.decode()
    submitted(draft, focal_point)
    event = accepted(draft, secretariat)
    document.refresh_from_db()
    assert (list(event.documents.all()), document.publication) == ([document], "published")
    assert [Document.objects.visible_to(person).count() for person in (visitor, partner)] == [0, 1]
    assert [entry.history_user for entry in document.history.all()] == [focal_point, alternate]
    assert event.history.get().documents.get().document == document
    body = client_for(alternate).get(page("detail", draft)).content.decode()
    assert document.get_absolute_url() in body


def test_document_on_a_stricter_record_is_read_by_its_readers_only(client_for, focal_point, secretariat, partner):
    draft = draft_of(focal_point, label=str(Label.AMBER.value))
    added(client_for(focal_point), draft, label="0")
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    assert Document.objects.get().effective_label == Label.AMBER
    assert Document.objects.visible_to(partner).count() == 0


def test_files_alone_are_a_change(focal_point, secretariat, client_for, brazil):
    event = make_event(host_state=brazil, **OFFICIAL)
    draft = change_of(event, focal_point)
    added(client_for(focal_point), draft)
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    assert event.documents.count() == 1


BAD_FILES = {
    "not what it says": {"content": b"MZ this is a program"},
    "other type": {"filename": "plan.exe"},
    "empty": {"content": b""},
    "no title": {"title": ""},
    "markup": {"title": "<b>Plan</b>"},
    "other language": {"language": "de"},
    "no label": {"label": ""},
    "other label": {"label": "7"},
}


@pytest.mark.parametrize("fields", BAD_FILES.values(), ids=BAD_FILES)
def test_bad_file_is_refused_with_the_reason(fields, client_for, focal_point):
    draft = draft_of(focal_point)
    answer = added(client_for(focal_point), draft, **fields)
    assert (answer.status_code, "There is a problem" in answer.content.decode()) == (200, True)
    assert Document.objects.count() == 0


def test_same_file_once_more_is_the_same_and_there_is_an_end(client_for, focal_point):
    client, draft = client_for(focal_point), draft_of(focal_point)
    content = pdf()
    for _ in range(2):
        added(client, draft, content=content)
    assert draft.documents.count() == 1
    for n in range(MOST_DOCUMENTS - 1):
        draft.documents.add(make_document(content=b"%d" % n, publication="draft", state=draft.state))
    answer = client.post(
        page("document_add", draft),
        {"title": "One more", "language": "pt", "label": "1", "file": SimpleUploadedFile("a.pdf", pdf() + b"\n%")},
        follow=True,
    )
    assert "10 files at most" in answer.content.decode()
    assert draft.documents.count() == MOST_DOCUMENTS


def test_file_is_removed_for_good_after_one_question(
    client_for, focal_point, secretariat, django_capture_on_commit_callbacks
):
    client, draft = client_for(focal_point), draft_of(focal_point)
    added(client, draft)
    document = draft.documents.get()
    address, storage, name = page("document_remove", draft, document.uuid), document.file.storage, document.file.name
    assert "Remove “The plan”?" in client.get(address).content.decode()
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address)
    assert (Document.objects.count(), storage.exists(name)) == (0, False)
    assert client.post(address).status_code == 404


def test_files_stay_as_they_are_while_the_secretariat_has_them(client_for, focal_point, secretariat):
    client, draft = client_for(focal_point), draft_of(focal_point)
    added(client, draft)
    document = draft.documents.get()
    submitted(draft, focal_point)
    added(client, draft, content=pdf() + b"\n%")
    client.post(page("document_remove", draft, document.uuid))
    assert list(draft.documents.all()) == [document]
    assert client_for(secretariat).post(page("document_remove", draft, document.uuid)).status_code == 403
    accepted(draft, secretariat)
    client.post(page("document_remove", draft, document.uuid))
    assert Document.objects.get().publication == "published"


def test_pages_of_files_lead_back_where_nothing_is_to_be_added_or_removed(client_for, focal_point, secretariat):
    client, draft = client_for(focal_point), draft_of(focal_point)
    added(client, draft)
    addresses = [page("document_add", draft), page("document_remove", draft, draft.documents.get().uuid)]
    for step in (lambda: submitted(draft, focal_point), lambda: accepted(draft, secretariat)):
        step()
        for address in addresses:
            answer = client.get(address, follow=True)
            assert answer.redirect_chain == [(now(draft).get_absolute_url(), 302)]
            assert "This proposal cannot be edited now." in answer.content.decode()


def test_files_of_withdrawn_proposals_count(client_for, focal_point, alternate, secretariat, monkeypatch):
    monkeypatch.setattr(actions, "MOST_FILES", 2)
    client, said = client_for(focal_point), "you have 2 files in proposals that are not accepted"

    def add_and_withdraw():
        draft = draft_of(focal_point)
        answer = client.get(added(client, draft, content=pdf() + b"%d" % draft.pk).url)
        actions.withdraw(proposal=draft, by=focal_point)
        return draft, said in answer.content.decode()

    made = [add_and_withdraw() for _ in range(3)]
    assert [(draft.documents.count(), refused) for draft, refused in made] == [(1, False), (1, False), (0, True)]
    assert said not in client_for(alternate).get(added(client_for(alternate), made[2][0]).url).content.decode()
    accepted(submitted(made[0][0], focal_point), secretariat)
    assert not add_and_withdraw()[1]


def test_published_document_is_not_removed_through_a_proposal(client_for, focal_point, brazil):
    draft, document = draft_of(focal_point), make_document(state=brazil)
    draft.documents.add(document)
    client_for(focal_point).post(page("document_remove", draft, document.uuid))
    assert Document.objects.get() == document


def test_file_is_not_reached_through_another_proposal(client_for, focal_point, other_focal_point):
    theirs, mine = draft_of(other_focal_point), draft_of(focal_point)
    document = make_document(publication="draft", state=theirs.state)
    theirs.documents.add(document)
    client = client_for(focal_point)
    for proposal in (theirs, mine):
        assert client.get(page("document", proposal, document.uuid)).status_code == 404
        assert client.post(page("document_remove", proposal, document.uuid)).status_code == 404


def test_download_of_a_draft_is_whole_safe_and_not_kept(client_for, focal_point):
    client, draft = client_for(focal_point), draft_of(focal_point)
    content = pdf()
    added(client, draft, content=content)
    response = client.get(page("document", draft, draft.documents.get().uuid))
    assert b"".join(response.streaming_content) == content
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("private, no-store", "nosniff")
    assert response["Content-Disposition"] == 'attachment; filename="plan.pdf"'


def test_document_is_proposed_as_a_record_of_its_own(client_for, focal_point, secretariat, visitor):
    client = client_for(focal_point)
    form = {"language": "pt", "title_pt": "Plano nacional", "official": "on", "label": "0"}
    client.post("/en/desk/proposals/document/new/", {**form, "version": 0, "token": uuid.uuid4()})
    draft = Proposal.objects.get()
    assert "Add the file itself" in client.get(page("detail", draft)).content.decode()
    upload = SimpleUploadedFile("plano.pdf", pdf())
    assert client.post(page("document_add", draft), {"file": upload}).status_code == 302
    file = draft.documents.get()
    assert (file.title_pt, file.label, file.publication) == ("Plano nacional", Label.CLEAR, "draft")
    submitted(draft, focal_point)
    document = accepted(draft, secretariat)
    assert (document, document.title_pt, document.official) == (file, "Plano nacional", True)
    assert Document.objects.visible_to(visitor).get() == file
    assert now(draft).record_key == file.pk


def test_file_of_a_proposal_is_no_document_of_the_portal_before_it_is_accepted(client_for, focal_point, secretariat):
    """Neither the secretariat's pages nor its admin hold it, and no bulk action publishes it."""
    client, desk, draft = client_for(focal_point), client_for(secretariat), draft_of(focal_point)
    added(client, draft, title="Zx plan", label="0")
    document = draft.documents.get()
    listed = reverse("admin:documents_document_changelist")
    own = reverse("admin:documents_document_change", args=[document.pk])
    publish = {"action": "publish", ACTION_CHECKBOX_NAME: [document.pk]}

    def is_hidden():
        desk.post(listed, publish)
        assert set_publication(Document.objects.all(), "published", by=secretariat) == 0
        assert Document.objects.get().publication == "draft"
        assert not Document.objects.visible_to(secretariat).exists()
        assert desk.get(document.get_absolute_url()).status_code == 404
        pages = [
            desk.get(address) for address in (listed, own, f"{own[:-7]}history/", focal_point.state.get_absolute_url())
        ]
        return "Zx plan" not in " ".join(page.content.decode() for page in pages)

    assert is_hidden()
    submitted(draft, focal_point)
    assert is_hidden()
    assert "Zx plan" in desk.get(page("detail", draft)).content.decode()
    accepted(draft, secretariat)
    assert (Document.objects.get().publication, Document.objects.visible_to(secretariat).count()) == ("published", 1)
    set_publication(Document.objects.all(), "draft", by=secretariat)
    assert "Zx plan" in desk.get(listed).content.decode()
    assert desk.get(f"{own[:-7]}history/").status_code == 200


def test_history_of_a_removed_file_is_for_curators_where_it_was_out_once(client_for, focal_point, secretariat, brazil):
    client, desk, draft = client_for(focal_point), client_for(secretariat), draft_of(focal_point)
    added(client, draft, title="Zx plan", label="3")
    file, published = draft.documents.get(), make_document(title="Zx report", state=brazil)
    client.post(page("document_remove", draft, file.uuid))
    published.delete()
    for document, status in ((file, 403), (published, 200)):
        version = Document.history.filter(uuid=document.uuid).first()
        address = f"/admin/documents/document/{version.id}/history/"
        pages = [desk.get(address), desk.get(f"{address}{version.history_id}/")]
        assert [answer.status_code for answer in pages] == [status, status]
        assert ("Zx" in pages[0].content.decode()) == (status == 200)


def test_change_of_a_document_takes_no_second_file(client_for, focal_point):
    client = client_for(focal_point)
    draft = change_of(make_document(state=focal_point.state), focal_point, kind="document", title_en="Another")
    assert page("document_add", draft) not in client.get(page("detail", draft)).content.decode()
    said = "propose another file as a document of its own"
    assert said in client.get(page("document_add", draft), follow=True).content.decode()
    assert said in client.post(page("document_add", draft), {"file": pdf()}, follow=True).content.decode()
    with pytest.raises(Refused, match=said):
        actions.add_document(proposal=draft, form=None, by=focal_point)
    assert draft.documents.count() == 0


def test_open_file_that_is_not_published_is_kept_by_nobody_and_traced(client_for, focal_point):
    client, draft = client_for(focal_point), draft_of(focal_point)
    added(client, draft, label="0")
    response = client.get(page("document", draft, draft.documents.get().uuid))
    assert response["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.downloads_of(draft.documents.get()).count() == 1
