"""Edits, their history, and thanks: by whom, seen by whom, and what becomes of two at a time."""

import pytest

from community.models import Forum, Post, PostVersion, Thread
from core.labels import Label
from tests.factories import make_forum, make_mandate, make_post, make_thread, make_user
from tests.test_community_writing import box, summary, told

pytestmark = pytest.mark.django_db


def url_of(post, verb):
    return f"/en/community/posts/{post.pk}/{verb}/"


def edit(client, post, text, version=1, **data):
    return client.post(url_of(post, "edit"), {"do": "send", "text": text, "version": str(version)} | data)


def test_post_edit_keeps_the_earlier_text(client_for, expert):
    post, client = make_post(by=expert, text="Two metres."), client_for(expert)
    assert box(client.get(url_of(post, "edit"))) == "Two metres."
    assert edit(client, post, "Three **metres**.").url == post.get_absolute_url()
    post.refresh_from_db()
    assert (post.text, post.version, post.number) == ("Three **metres**.", 2, 2)
    assert "<strong>metres</strong>" in post.html and post.edited is not None
    assert list(PostVersion.objects.values_list("text", "by")) == [("Two metres.", expert.pk)]


def test_post_edit_twice_is_one_edit(client_for, expert):
    post, client = make_post(by=expert), client_for(expert)
    assert [edit(client, post, "Three metres.").status_code for _ in range(2)] == [302, 302]
    assert PostVersion.objects.count() == 1


def test_post_edit_of_two_windows_loses_neither(client_for, expert):
    post, client = make_post(by=expert, text="Two metres."), client_for(expert)
    edit(client, post, "Three metres.")
    response = edit(client, post, "Four metres.")
    page = response.content.decode()
    assert (response.status_code, box(response)) == (409, "Four metres.")
    assert "<del>Three </del>" in page and "<ins>Four </ins>" in page and 'name="version" value="2"' in page
    edit(client, post, "Four metres.", version=2)
    post.refresh_from_db()
    assert (post.text, post.version) == ("Four metres.", 3)


def test_post_edit_is_for_its_author(client_for, expert, focal_point, secretariat, partner):
    post = make_post(by=expert, thread=make_thread(forum=make_forum(open_to_partners=False), by=expert))
    for user, status in ((focal_point, 403), (secretariat, 403), (partner, 404)):
        assert client_for(user).get(url_of(post, "edit")).status_code == status
        assert edit(client_for(user), post, "Mine now").status_code == status
    assert Post.objects.get(pk=post.pk).text == "Two metres."


def _lock(post):
    Thread.objects.filter(pk=post.thread_id).update(is_locked=True)


def _hide(post):
    Post.objects.filter(pk=post.pk).update(status=Post.Status.HIDDEN)


def _moderate(post):
    Forum.objects.filter(pk=post.thread.forum_id).update(is_moderated=True)


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [(_lock, "is locked"), (_hide, "out of sight"), (_moderate, "The moderators read each post of this forum")],
)
def test_post_edit_refused_meanwhile_gives_the_text_back(client_for, expert, meanwhile, reason):
    post, client = make_post(by=expert), client_for(expert)
    meanwhile(post)
    response = edit(client, post, "Three metres.")
    assert reason in summary(response) and box(response) == "Three metres."
    assert reason in client.get(url_of(post, "edit")).content.decode()
    assert Post.objects.get(pk=post.pk).text == "Two metres."


def test_post_edit_of_what_became_404_gives_the_text_back(client_for, partner):
    post = make_post(by=partner)
    Forum.objects.filter(pk=post.thread.forum_id).update(open_to_partners=False)
    response = edit(client_for(partner), post, "Three metres.")
    assert (response.status_code, box(response)) == (404, "Three metres.")


@pytest.mark.parametrize("text", ["", "\u200b", "x" * 20_001, " ".join(f"@BRA-{n}" for n in range(11))])
def test_post_edit_judges_the_text_as_a_new_one(client_for, expert, text):
    post = make_post(by=expert)
    response = edit(client_for(expert), post, text)
    assert 'href="#id_text"' in summary(response) and response.status_code == 200


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 50])
def test_post_edit_with_a_spoilt_version_saves_nothing(client_for, expert, version):
    post = make_post(by=expert)
    assert edit(client_for(expert), post, "Three metres.", version=version).status_code in (200, 409)
    assert Post.objects.get(pk=post.pk).text == "Two metres."


def test_post_edit_shows_a_preview(client_for, expert):
    post = make_post(by=expert)
    page = edit(client_for(expert), post, "Three **metres**.", do="preview")
    assert "<strong>metres</strong>" in page.content.decode() and box(page) == "Three **metres**."
    assert PostVersion.objects.count() == 0


def test_post_history_shows_words_to_those_who_may_read_a_history(client_for, expert, focal_point, other_focal_point,
                                                                   secretariat, partner, client):  # fmt: skip
    post = make_post(by=expert, text="Two metres, said Ivo.")
    edit(client_for(expert), post, "Two metres <b>high</b>.")
    for user, reads in ((focal_point, True), (secretariat, True), (other_focal_point, False), (partner, False)):
        page = client_for(user).get(url_of(post, "history")).content.decode()
        assert ("said </del>" in page or "said Ivo" in page) == reads, user
        assert page.count("Edited by its author") == 1
        assert ("You see when it was edited." in page) != reads
    assert "<b>high" not in client_for(secretariat).get(url_of(post, "history")).content.decode()
    assert client.get(url_of(post, "history")).url.startswith("/en/account/login/")


def test_post_history_of_what_one_does_not_read_is_404(client_for, expert, focal_point, secretariat):
    post = make_post(by=expert)
    edit(client_for(expert), post, "Three metres.")
    _hide(post)
    assert client_for(focal_point).get(url_of(post, "history")).status_code == 404
    assert client_for(secretariat).get(url_of(post, "history")).status_code == 200
    amber = make_thread(forum=make_forum(label=Label.AMBER), by=make_mandate().person).posts.get()
    assert client_for(expert).get(url_of(amber, "history")).status_code == 404


def test_post_history_asks_as_often_for_three_as_for_one(client_for, secretariat, expert, django_assert_num_queries):
    post, client = make_post(by=expert), client_for(secretariat)
    for version in (1, 2, 3):
        edit(client_for(expert), post, f"{version} metres.", version=version)
        if version != 2:
            with django_assert_num_queries(5):
                assert client.get(url_of(post, "history")).content.count(b"Edited by its author") == version


def test_post_thanks_are_given_once_and_taken_back(client_for, expert):
    post, client = make_post(), client_for(expert)
    for on, count, said in (
        ("1", 1, "You thanked"),
        ("1", 1, "You thanked"),
        ("0", 0, "taken back"),
        ("0", 0, "taken"),
    ):
        response = client.post(url_of(post, "thanks"), {"on": on})
        assert response.url == post.get_absolute_url()
        assert Post.objects.get(pk=post.pk).thanks_count == post.thanks.count() == count
        assert said in told(client.get(url_of(post, "history")))[-1]


def test_post_thanks_are_refused_for_ones_own_and_for_what_one_does_not_read(client_for, expert, partner):
    post = make_post(by=expert, thread=make_thread(by=expert, forum=make_forum(open_to_partners=False)))
    assert client_for(expert).post(url_of(post, "thanks"), {"on": "1"}).status_code == 403
    assert client_for(partner).post(url_of(post, "thanks"), {"on": "1"}).status_code == 404
    assert client_for(make_user()).get(url_of(post, "thanks")).status_code == 405
    assert post.thanks.count() == 0
