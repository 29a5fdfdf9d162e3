"""Writing in the community over HTTP: conversations, replies, edits, thanks; what is refused gives the text back."""

import re
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from community.attachments import FilesField
from community.models import Draft, Forum, Post, Thread
from community.moving import Chosen, merge, split
from community.readers import readers_key
from core.labels import Label
from documents.actions import refresh_documents
from documents.models import Document
from documents.storage import stored
from members.models import Labelled
from moderation.refusals import Moved
from tests.factories import PDF, make_event, make_forum, make_post, make_thread, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db
TEXT = "How high are **your** barriers?"


def new_url(forum):
    return f"/en/community/{forum.slug}/new/"


def reply_url(thread):
    return f"/en/community/threads/{thread.slug}/reply/"


def told(response):
    return [str(message) for message in response.context["messages"]]


def posted(client, url, **data):
    data = {"do": "send", "token": str(uuid.uuid4()), "text": TEXT} | data
    return client.post(url, data)


def start(client, forum, **data):
    return posted(client, new_url(forum), **{"title": "Barriers", "label": str(forum.label)} | data)


def box(response):
    """What stands in the box of the text of a page."""
    return re.search(r'id="id_text".*?>\n(.*?)</textarea>', response.content.decode(), re.DOTALL)[1]


def seen_in(response):
    return re.search(r'name="seen" value="(.*?)"', response.content.decode())[1]


def summary(response):
    return re.search(r'<div class="summary".*?</ul>', response.content.decode(), re.DOTALL)[0]


def test_thread_create_begins_a_conversation(client_for, expert):
    forum, client = make_forum(rules="One question each."), client_for(expert)
    page = client.get(new_url(forum)).content.decode()
    assert "Do not post classified information." in page and "One question each." in page
    assert "tlp--green" in page and "Every member of this portal reads it" in page
    response = start(client, forum)
    post = Post.objects.get()
    assert response.url == f"/en/community/posts/{post.pk}/"
    assert (post.number, post.author, post.state, post.standing) == (1, expert, expert.state, "expert")
    assert "<strong>your</strong>" in post.html
    assert (post.thread.title, post.thread.label, post.thread.slug) == (
        "Barriers", Label.GREEN, f"barriers-{post.thread.pk}",
    )  # fmt: skip


def test_thread_create_may_be_narrower_than_its_forum_and_never_wider(client_for, focal_point, mexico):
    forum, client = make_forum(label=Label.AMBER), client_for(focal_point)
    page = client.get(new_url(forum)).content.decode()
    assert [value for value in "0123" if f'name="label" value="{value}"' in page] == ["2", "3"]
    assert start(client, forum, label="1").status_code == 200
    assert Thread.objects.count() == 0
    start(client, forum, label="3", named_states=[str(mexico.pk)])
    thread = Thread.objects.get()
    assert (thread.label, list(thread.named_states.all())) == (Label.RED, [mexico])


def test_thread_create_names_states_under_red_only(client_for, focal_point, mexico):
    response = start(client_for(focal_point), make_forum(), named_states=[str(mexico.pk)])
    assert "States are named under TLP:RED only" in summary(response) and box(response) == TEXT


def test_thread_create_is_about_a_record_and_as_narrow_as_that(client_for, focal_point):
    forum, client = make_forum(), client_for(focal_point)
    event = make_event(name="Cup of Nations", label=Label.AMBER)
    page = client.get(new_url(forum), {"about": f"event:{event.pk}"}).content.decode()
    assert "Cup of Nations" in page and 'value="1"' not in re.findall(r'name="label" value="\d"', page)
    refused = start(client, forum, about=f"event:{event.pk}", label="1")
    assert refused.status_code == 200 and Thread.objects.count() == 0
    start(client, forum, about=f"event:{event.pk}", label="2")
    assert (Thread.objects.get().event, Thread.objects.get().label) == (event, Label.AMBER)


def test_thread_create_does_not_name_a_record_that_its_writer_may_not_know_of(client_for, expert):
    forum, client = make_forum(), client_for(expert)
    event = make_event(name="Cup of Nations", label=Label.AMBER)
    for asked in (f"event:{event.pk}", "event:0", f"user:{expert.pk}", "event:" + "9" * 30, "x" * 5000):
        response = client.get(new_url(forum), {"about": asked})
        assert response.status_code == 200 and b"Cup of Nations" not in response.content
        assert "is not, or no longer, open to you" in told(response)[0]
    refused = start(client, forum, about=f"event:{event.pk}", label="2")
    assert "Send it without" in summary(refused) and b"Cup of Nations" not in refused.content
    assert (box(refused), Thread.objects.count()) == (TEXT, 0)


def test_thread_create_is_404_where_the_forum_is_and_gives_the_text_back(client_for, partner, expert):
    forum = make_forum(open_to_partners=False, label=Label.GREEN)
    client = client_for(partner)
    assert client.get(new_url(forum)).status_code == 404
    response = start(client, forum, title="My title")
    assert (response.status_code, box(response)) == (404, TEXT)
    assert 'value="My title"' in response.content.decode() and forum.name not in response.content.decode()
    absent = start(client, Forum(slug="never-there", label=1), title="My title")
    assert absent.content.replace(b"never-there", forum.slug.encode()) == response.content
    assert client_for(expert).get(new_url(forum)).status_code == 200


def test_thread_create_leads_visitors_to_the_log_in(client, db):
    forum = make_forum(label=Label.CLEAR)
    response = client.get(new_url(forum))
    assert response.status_code == 302 and response.url.startswith("/en/account/login/")
    assert start(client, forum).status_code == 403 and Post.objects.count() == 0


def test_thread_create_shows_who_reads_the_forum_where_others_do_now(client_for, expert):
    forum, client = make_forum(open_to_partners=False), client_for(expert)
    seen = seen_in(client.get(new_url(forum)))
    Forum.objects.filter(pk=forum.pk).update(open_to_partners=True)
    response = start(client, forum, seen=seen)
    assert "who reads it has changed" in summary(response) and box(response) == TEXT
    assert start(client, forum, seen=seen_in(response)).status_code == 302


def test_thread_create_says_why_a_forum_takes_nothing(client_for, expert):
    forum = make_forum(closes=timezone.now() - timezone.timedelta(days=1))
    page = client_for(expert).get(new_url(forum)).content.decode()
    assert "This forum is closed" in page and "<textarea" not in page
    response = start(client_for(expert), forum)
    assert "This forum is closed" in summary(response) and box(response) == TEXT


def test_post_create_answers_and_says_what_comes_next(client_for, expert):
    thread = make_thread()
    response = posted(client_for(expert), reply_url(thread))
    post = Post.objects.get(number=2)
    assert response.url == f"/en/community/posts/{post.pk}/"
    followed = client_for(expert).get(response.url)
    assert followed.url == f"{thread.get_absolute_url()}#post-2"
    thread.refresh_from_db()
    assert (thread.last_number, thread.last_author, post.thread) == (2, expert, thread)


def test_post_create_twice_is_one_post(client_for, expert):
    thread, client, token = make_thread(), client_for(expert), str(uuid.uuid4())
    urls = [posted(client, reply_url(thread), token=token).url for _ in range(2)]
    assert urls[0] == urls[1]
    assert Post.objects.in_thread(thread).count() == 2
    start_urls = [start(client, thread.forum, token=(other := "0" * 31 + "1")).url for _ in range(2)]
    assert len(set(start_urls)) == 1 and Post.objects.filter(token=uuid.UUID(other)).count() == 1


def test_post_create_with_a_token_that_was_used_for_another_text_loses_neither(client_for, expert):
    """Somebody goes back in his browser, and writes over what he sent."""
    thread, client, token = make_thread(), client_for(expert), str(uuid.uuid4())
    posted(client, reply_url(thread), token=token)
    response = posted(client, reply_url(thread), token=token, text="Another text.")
    assert "sent a post from this window already" in summary(response) and box(response) == "Another text."
    fresh = re.search(r'name="token" value="(.*?)"', response.content.decode())[1]
    assert fresh != token
    posted(client, reply_url(thread), token=fresh, text="Another text.")
    assert list(Post.objects.by(expert).values_list("text", flat=True)) == [TEXT, "Another text."]


@pytest.mark.parametrize("token", ["", "x", "0" * 400])
def test_post_create_with_a_spoilt_token_is_sent(client_for, expert, token):
    thread = make_thread()
    assert posted(client_for(expert), reply_url(thread), token=token).status_code == 302
    assert thread.posts.count() == 2


def _lock(thread, other):
    Thread.objects.filter(pk=thread.pk).update(is_locked=True)


def _close(thread, other):
    Forum.objects.filter(pk=thread.forum_id).update(closes=timezone.now())


def _reserve(thread, other):
    thread.forum.participants.add(other)


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [(_lock, "conversation is locked"), (_close, "forum is closed"), (_reserve, "Only its participants")],
)
def test_post_create_refused_meanwhile_gives_the_text_back(client_for, expert, meanwhile, reason):
    thread, client = make_thread(), client_for(expert)
    assert client.get(reply_url(thread)).status_code == 200
    meanwhile(thread, make_user())
    response = posted(client, reply_url(thread), text=f"{TEXT}\n\nA <b>long</b> text.")
    assert reason in summary(response)
    assert box(response) == f"{TEXT}\n\nA &lt;b&gt;long&lt;/b&gt; text."
    assert thread.posts.count() == 1


def test_post_create_in_a_thread_that_became_404_gives_the_text_back(client_for, partner):
    thread, client = make_thread(), client_for(partner)
    Forum.objects.filter(pk=thread.forum_id).update(open_to_partners=False)
    response = posted(client, reply_url(thread), text="A ‘long’ text.\x00\u202e")
    assert (response.status_code, box(response)) == (404, "A ‘long’ text.")
    assert "is not, or no longer, open to you" in response.content.decode()
    assert thread.title not in response.content.decode()


def test_post_create_in_a_thread_that_was_moved_shows_who_reads_it_now(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    seen = seen_in(client.get(reply_url(thread)))
    other = make_forum(name="Another forum", open_to_partners=False)
    Thread.objects.filter(pk=thread.pk).update(forum=other)
    response = posted(client, reply_url(thread), seen=seen)
    assert "who reads it has changed" in summary(response) and box(response) == TEXT
    assert "Another forum" in response.content.decode() and "partners do not" in response.content.decode()
    assert posted(client, reply_url(thread), seen=seen_in(response)).status_code == 302


def test_post_create_where_partners_or_states_began_to_read_shows_it(focal_point, expert, mexico):
    def refused(thread, by, meanwhile):
        seen = readers_key(thread)
        meanwhile(thread)
        with pytest.raises(Moved):
            make_post(thread=Thread.objects.get(pk=thread.pk), by=by, seen=seen)
        make_post(thread=thread, by=by, seen=readers_key(Thread.objects.get(pk=thread.pk)))

    opened = make_thread(forum=make_forum(open_to_partners=False))
    refused(opened, expert, lambda thread: Forum.objects.filter(pk=thread.forum_id).update(open_to_partners=True))
    red = make_thread(by=focal_point, label=Label.RED)
    refused(red, focal_point, lambda thread: thread.named_states.add(mexico))


def test_post_create_in_a_thread_that_was_joined_with_another_answers_there(client_for, expert, secretariat):
    source, target = make_thread(), make_thread(title="Target")
    seen, client = readers_key(source), client_for(expert)
    merge(source=source, target=target, by=secretariat)
    assert "Target" in client.get(reply_url(source)).content.decode()
    kept = client.post("/en/community/drafts/save/", {"thread": source.slug, "text": "Begun"})
    assert kept.status_code == 200 and Draft.objects.get().thread == target
    refused = posted(client, reply_url(source), seen=seen)
    assert "who reads it has changed" in summary(refused) and target.posts.count() == 2
    assert posted(client, reply_url(source), seen=seen_in(refused)).status_code == 302 and target.posts.count() == 3


def test_post_create_of_a_new_partner_waits_for_the_moderators(client_for, partner):
    thread, client = make_thread(), client_for(partner)
    assert "The moderators read it before it is out" in client.get(reply_url(thread)).content.decode()
    posted(client, reply_url(thread))
    post = Post.objects.by(partner).get()
    assert (post.status, post.number) == (Post.Status.WAITING, None)


def test_files_are_checked_and_hang_on_the_post(client_for, expert):
    thread, client = make_thread(label=Label.GREEN), client_for(expert)
    files = [SimpleUploadedFile(f"plan{n}.pdf", pdf()) for n in range(2)]
    assert posted(client, reply_url(thread), files=files).status_code == 302
    post = Post.objects.by(expert).get()
    assert (post.document_count, sorted(post.documents.values_list("title", flat=True))) == (
        2, ["plan0.pdf", "plan1.pdf"],
    )  # fmt: skip
    document = post.documents.first()
    assert (document.effective_label, document.publication, document.author) == (
        Label.GREEN, Labelled.Publication.PUBLISHED, expert,
    )  # fmt: skip


def test_file_under_red_is_read_by_whoever_reads_the_thread(focal_point, other_focal_point, mexico, secretariat):
    def add_file(by):
        files = FilesField().clean([SimpleUploadedFile("plan.pdf", pdf())])
        with stored(files):
            return make_post(thread=thread, by=by, files=files).documents.get()

    def read_by(person):
        return set(Document.objects.visible_to(person))

    thread = make_thread(by=focal_point, label=Label.RED, named_states=[mexico])
    made = {add_file(by) for by in (focal_point, other_focal_point, secretariat)}
    assert read_by(focal_point) == read_by(other_focal_point) == made
    new = split(thread=thread, chosen=Chosen.of([3]), title="Apart", by=secretariat)
    readers = Thread.objects.visible_to(focal_point) & Thread.objects.visible_to(other_focal_point)
    assert new in readers and read_by(focal_point) == read_by(other_focal_point) == made
    thread.named_states.clear()
    refresh_documents(made)
    assert not read_by(other_focal_point) & set(thread.documents.all())


def test_file_that_is_refused_is_named_at_the_field_and_nothing_is_kept(client_for, expert, settings):
    thread = make_thread()
    files = [SimpleUploadedFile("tool.exe", b"MZ"), SimpleUploadedFile("cod\u202efdp.pdf", b"no")]
    response = posted(client_for(expert), reply_url(thread), files=files)
    assert "tool.exe: Files of this type are not accepted" in summary(response)
    assert "codfdp.pdf: The file cannot be opened as PDF" in summary(response)
    assert box(response) == TEXT and 'id="id_files_error"' in response.content.decode()
    assert (Document.objects.count(), thread.posts.count()) == (0, 1)


def test_more_files_than_five_are_refused(client_for, expert):
    for number in (6, 11):
        files = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(number)]
        response = posted(client_for(expert), reply_url(make_thread()), files=files)
        assert f"These are {number} files, and 5 are the most." in summary(response) and box(response) == TEXT


def test_forms_ask_as_often_in_a_long_thread_as_in_a_short_one(client_for, expert, django_assert_num_queries):
    thread, client = make_thread(), client_for(expert)
    authors = [make_user(name=f"Ana {n}", name_shown_to="members", state=expert.state) for n in range(3)]
    make_post(thread=thread, by=authors[0])
    with django_assert_num_queries(11):
        client.get(reply_url(thread))
    for author in authors[1:]:
        make_post(thread=thread, by=author)
    with django_assert_num_queries(11):
        assert b"Ana 2" in client.get(reply_url(thread)).content
    with django_assert_num_queries(7):
        client.get(new_url(thread.forum))


def test_sending_asks_as_often_in_a_long_thread_as_in_a_short_one(client_for, expert, django_assert_num_queries):
    thread, client = make_thread(), client_for(expert)
    posted(client, reply_url(thread))
    with django_assert_num_queries(34):
        posted(client, reply_url(thread))
    for _ in range(3):
        make_post(thread=thread, by=thread.author)
    with django_assert_num_queries(34):
        posted(client, reply_url(thread))


def stored_files(settings):
    return [path for path in Path(settings.DOCUMENT_ROOT).rglob("*") if path.is_file()]


def test_no_file_stays_of_what_is_refused_or_sent_twice(client_for, expert, settings):
    thread, client, token = make_thread(), client_for(expert), str(uuid.uuid4())
    before = len(stored_files(settings))
    for _ in range(2):
        posted(client, reply_url(thread), token=token, files=[SimpleUploadedFile("plan.pdf", pdf())])
    assert (len(stored_files(settings)) - before, Document.objects.count()) == (1, 1)
    _lock(thread, None)
    refused = posted(client, reply_url(thread), files=[SimpleUploadedFile("plan.pdf", pdf())])
    assert "is locked" in summary(refused)
    assert (len(stored_files(settings)) - before, Document.objects.count()) == (1, 1)
