"""Curating forums: the admin, what follows from a narrower audience, import."""

import pytest
from django.urls import reverse

from community.actions import refresh_forum
from community.models import Forum, Thread, ThreadStep
from core.labels import Label
from documents.models import Document
from members.models import AuditEntry
from tests.admin_pages import form_data, save
from tests.factories import make_document, make_forum, make_mandate, make_post, make_state, make_thread, make_user
from tests.loading import load, refused

pytestmark = pytest.mark.django_db


def address(forum, page="change"):
    return reverse(f"admin:community_forum_{page}", args=[forum.pk])


def with_file(thread, **fields):
    """A document attached to a thread and its first post, as sending one does."""
    document = make_document(label=thread.label, **fields)
    thread.posts.first().documents.add(document)
    thread.documents.add(document)
    refresh_forum(thread.forum)
    return document


def reads(user, document):
    return Document.objects.visible_to(user).filter(pk=document.pk).exists()


def test_forum_is_made_in_the_admin(client_for, secretariat, expert):
    client = client_for(secretariat)
    add = reverse("admin:community_forum_add")
    data = form_data(
        client.get(add), name_en="Zx stewards", name_es="Zx auxiliares", slug="zx-stewards", label=Label.GREEN,
        publication="published", participants=[expert.pk],
    )  # fmt: skip
    assert client.post(add, data).status_code == 302
    forum = Forum.objects.get()
    assert (forum.name_es, forum.author, forum.participants.get()) == ("Zx auxiliares", secretariat, expert)
    assert "Zx stewards" in client_for(expert).get("/en/community/").content.decode()


def test_admin_refuses_what_makes_no_sense(client_for, secretariat):
    client = client_for(secretariat)
    add = reverse("admin:community_forum_add")
    page = client.get(add)
    for wrong in (
        {"label": Label.CLEAR, "open_to_partners": None},
        {"opens_0": "2030-01-02", "opens_1": "10:00", "closes_0": "2030-01-01", "closes_1": "10:00"},
        {"slug": "threads"},
        {"name_en": "<b>Zx</b>"},
    ):
        data = form_data(page, **{"name_en": "Zx", "slug": "zx", "label": Label.GREEN, "publication": "draft"} | wrong)
        assert client.post(add, data).status_code == 200, wrong
    assert Forum.objects.count() == 0


def test_members_have_no_admin_of_forums_and_the_secretariat_none_of_posts(client_for, focal_point, secretariat):
    forum = make_forum()
    assert client_for(focal_point).get(address(forum)).status_code == 302
    assert client_for(secretariat).get(address(forum)).status_code == 200
    allowed = {name.removeprefix("community.") for name in secretariat.get_all_permissions() if "community." in name}
    assert {name for name in allowed if "historical" not in name} == {"add_forum", "change_forum", "view_forum"}
    assert {name.split("_")[0] for name in allowed if "historical" in name} == {"view"}


def test_narrower_forum_makes_its_threads_and_their_files_narrower(client_for, secretariat, expert, focal_point):
    forum = make_forum()
    thread, red = make_thread(forum=forum, by=focal_point), make_thread(forum=forum, by=focal_point, label=Label.RED)
    document = with_file(thread)
    assert reads(expert, document)
    save(client_for(secretariat), address(forum), label=Label.AMBER)
    assert dict(Thread.objects.values_list("pk", "label")) == {thread.pk: Label.AMBER, red.pk: Label.RED}
    assert not reads(expert, document) and reads(focal_point, document)
    step = ThreadStep.objects.get()
    assert (step.thread, step.kind, step.by) == (thread, "relabelled", secretariat)
    assert AuditEntry.objects.filter(kind="label", subject_kind="thread", subject_key=thread.pk).count() == 1


def test_wider_forum_opens_no_thread_by_itself(client_for, secretariat, focal_point):
    forum = make_forum(label=Label.AMBER)
    thread = make_thread(forum=forum, by=focal_point)
    save(client_for(secretariat), address(forum), label=Label.GREEN)
    thread.refresh_from_db()
    assert thread.label == Label.AMBER and ThreadStep.objects.count() == 0


def test_forum_that_closes_to_partners_takes_its_files_along(client_for, secretariat, partner, focal_point):
    forum = make_forum()
    thread = make_thread(forum=forum, by=focal_point)
    document = with_file(thread)
    assert reads(partner, document) and client_for(partner).get(thread.get_absolute_url()).status_code == 200
    save(client_for(secretariat), address(forum), open_to_partners=None)
    assert not reads(partner, document)
    assert client_for(partner).get(thread.get_absolute_url()).status_code == 404
    assert client_for(partner).get(document.get_absolute_url()).status_code == 404
    save(client_for(secretariat), address(forum), open_to_partners="on")
    assert reads(partner, document)


def test_withdrawn_forum_takes_its_files_along(client_for, secretariat, expert, focal_point):
    forum = make_forum()
    document = with_file(make_thread(forum=forum, by=focal_point))
    client = client_for(secretariat)
    listed = reverse("admin:community_forum_changelist")
    assert client.post(listed, {"action": "withdraw", "_selected_action": [forum.pk]}).status_code == 302
    assert not reads(expert, document) and reads(secretariat, document)
    client.post(listed, {"action": "publish", "_selected_action": [forum.pk]})
    assert reads(expert, document)


def test_forum_under_red_keeps_its_files_to_the_states_that_it_names(focal_point, other_focal_point, brazil, mexico):
    forum = make_forum(label=Label.AMBER)
    document = with_file(make_thread(forum=forum, by=focal_point))
    assert reads(other_focal_point, document)
    Forum.objects.update(label=Label.RED)
    forum.named_states.set([brazil])
    refresh_forum(forum)
    assert reads(focal_point, document) and not reads(other_focal_point, document)
    assert list(Thread.objects.get().named_states.all()) == [brazil]
    forum.named_states.set([make_state()])
    refresh_forum(forum)
    colleague = make_mandate(state=brazil, role="alternate").person
    assert not reads(colleague, document)  # the thread is of his State, and he no longer knows of its forum


def test_revert_of_a_forum_is_followed_too(client_for, secretariat, focal_point):
    forum = make_forum(label=Label.AMBER)
    thread = make_thread(forum=forum, by=focal_point)
    client = client_for(secretariat)
    save(client, address(forum), label=Label.GREEN)
    Thread.objects.update(label=Label.GREEN)
    old = forum.history.filter(label=Label.AMBER).latest("history_id")
    back = reverse("admin:community_forum_simple_history", args=[forum.pk, old.pk])
    assert client.post(back, form_data(client.get(back))).status_code == 302
    thread.refresh_from_db()
    assert thread.label == Label.AMBER


def test_forums_are_imported_strictly():
    row = {"slug": "zx", "name_en": "Zx", "label": "TLP:GREEN", "open_to_partners": "no", "order": "5"}
    load("forums", row)
    forum = Forum.objects.get()
    assert (forum.order, forum.label, forum.publication) == (5, Label.GREEN, "published")
    load("forums", row | {"label": "TLP:AMBER"})
    assert Forum.objects.get().label == Label.AMBER
    assert refused("forums", row | {"theme": "nothing"})[0].endswith("theme: Unknown theme: nothing")
    assert refused("forums", row | {"slug": "zy", "label": "TLP:CLEAR"})[0].endswith(
        "What everybody reads is open to partners too."
    )


def test_import_that_narrows_a_forum_narrows_its_threads(focal_point):
    forum = make_forum(slug="zx", name="Zx")
    thread = make_thread(forum=forum, by=focal_point)
    make_post(thread=thread, by=make_user(state=make_state()))
    load("forums", {"slug": "zx", "label": "TLP:AMBER"})
    thread.refresh_from_db()
    assert thread.label == Label.AMBER
