"""Each page on which members write × each role × forums of each label: who gets a form, and who writes a row."""

import uuid

import pytest

from community.models import Draft, Post, PostVersion, Thanks
from core.labels import Label
from members.access import READING, ROLES, TABLE, Action, Role, Scope, can, role_of
from tests.factories import make_forum, make_mandate, make_state, make_thread, make_user

pytestmark = pytest.mark.django_db
CAST = ["visitor", "partner", "expert", "alternate", "focal_point", "other_focal_point", "secretariat", "administrator"]
LOGIN = "/en/account/login/"


@pytest.fixture
def cast(request):
    return {name: request.getfixturevalue(name) for name in CAST}


def reads(user, label, open_to_partners):
    """Whether somebody reads what nobody of the cast wrote, and no State is named in, as the table says."""
    role = role_of(user)
    is_open = open_to_partners or role != Role.PARTNER
    return is_open and TABLE[READING[label]][ROLES.index(role)] == Scope.ANY


def answer(response):
    """The status of an answer, "login" where it leads there."""
    return "login" if response.status_code == 302 and response.url.startswith(LOGIN) else response.status_code


def places():
    """A forum and a thread for each label and openness, begun by somebody outside of the cast."""
    author = make_mandate(person=make_user(state=make_state())).person
    for label in Label:
        for open_to_partners in (True, False) if label else (True,):
            states = [author.state] if label == Label.RED else []
            forum = make_forum(label=label, open_to_partners=open_to_partners, named_states=states)
            yield forum, make_thread(forum=forum, by=author)


def wanted(user, forum, done):
    if not user.is_authenticated:
        return "login"
    return done if reads(user, forum.label, forum.open_to_partners) else 404


def test_forms_open_for_who_reads_the_forum_and_for_nobody_else(cast, client_for):
    for forum, thread in places():
        for name, user in cast.items():
            client = client_for(user)
            for url in (f"{forum.get_absolute_url()}new/", f"{thread.get_absolute_url()}reply/"):
                assert answer(client.get(url)) == wanted(user, forum, 200), (name, forum.label, url)
            post = thread.posts.get()
            history = f"/en/community/posts/{post.pk}/history/"
            assert answer(client.get(history)) == wanted(user, forum, 200), (name, forum.label)
            edit = f"/en/community/posts/{post.pk}/edit/"
            assert answer(client.get(edit)) == wanted(user, forum, 403), (name, forum.label)


def test_what_is_sent_writes_rows_for_who_reads_the_forum_and_for_nobody_else(cast, client_for):
    for forum, thread in places():
        for name, user in cast.items():
            client, may = client_for(user), wanted(user, forum, 200) == 200
            told = {"title": "Title", "text": "Text", "label": str(max(forum.label, 1)), "do": "send"}
            post = thread.posts.get(author=thread.author)
            for url, data, model in (
                (f"{forum.get_absolute_url()}new/", told, Post),
                (f"{thread.get_absolute_url()}reply/", told, Post),
                ("/en/community/drafts/save/", {"text": "Text", "thread": thread.slug}, Draft),
                ("/en/community/drafts/save/", {"text": "Text", "forum": forum.slug}, Draft),
                (f"/en/community/posts/{post.pk}/thanks/", {"on": "1"}, Thanks),
            ):
                before = model.objects.count()
                client.post(url, {**data, "token": str(uuid.uuid4())})
                assert model.objects.count() - before == may, (name, forum.label, forum.open_to_partners, url)
            client.post(f"/en/community/posts/{post.pk}/edit/", {"text": "Mine", "version": "1", "do": "send"})
    assert PostVersion.objects.count() == 0


def test_everybody_edits_his_own_posts_alone(cast, client_for):
    for name in CAST[1:]:
        post = make_thread(by=cast[name]).posts.get()
        url = f"/en/community/posts/{post.pk}/edit/"
        answers = {other: answer(client_for(user).get(url)) for other, user in cast.items()}
        mayread = dict.fromkeys(CAST, 403) | {"visitor": "login", name: 200}
        if post.number is None:  # a new partner's waits, and the moderators alone see it besides him
            hidden = [other for other in CAST if other not in ("visitor", name)]
            mayread |= {other: 403 if can(cast[other], Action.MODERATE) else 404 for other in hidden}
        assert answers == mayread
