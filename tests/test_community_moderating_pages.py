"""The pages on which moderators act on a conversation: they ask, say who reads it then, and do it once."""

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from community import moderating, moving
from community.models import Post, Thread
from community.readers import change_of, members, reach_in, reach_of, readers_of
from core.labels import Label
from members.models import User
from moderation import flags
from moderation.models import Decision, Flag
from moderation.refusals import Refused
from notifications.models import Notification
from tests.factories import make_forum, make_organisation, make_post, make_thread, make_user

pytestmark = pytest.mark.django_db
PAGES = ("lock", "hide", "rename", "label", "move", "merge", "split")


@pytest.fixture
def thread(focal_point):
    thread = make_thread(by=focal_point, title="Barriers", text="First words.")
    make_post(thread=thread, text="Second words.")
    make_post(thread=thread, text="Third words.")
    return Thread.objects.get(pk=thread.pk)


def page(thread, name, query=""):
    return reverse(f"community:thread_{name}", args=[thread.slug]) + query


def now(row):
    return type(row).objects.get(pk=row.pk)


def readers_found(thread):
    """Keys of those who read a thread, asked of the gate."""

    def reads(person):
        return Thread.objects.visible_to(person).filter(pk=thread.pk).exists()

    return {person.pk for person in User.objects.all() if reads(person)}


def reported(post, by):
    return flags.report(subject=("post", post.pk), label=post.label, category="spam", text="", by=by)[0]


def test_thread_pages_of_moderators_are_for_moderators(client_for, client, thread, focal_point, secretariat):
    for name in PAGES:
        assert client_for(secretariat).get(page(thread, name)).status_code == 200
        for method in ("get", "post"):
            assert getattr(client_for(focal_point), method)(page(thread, name)).status_code == 403
            assert getattr(client, method)(page(thread, name))["Location"].startswith("/en/account/login/")
    assert client_for(focal_point).post(page(thread, "pin"), {"on": "1"}).status_code == 403
    assert client_for(secretariat).get(page(thread, "pin")).status_code == 405
    assert (now(thread).is_pinned, thread.steps.count()) == (False, 0)


def test_thread_page_offers_the_acts_to_moderators_only(client_for, thread, focal_point, secretariat):
    address = thread.get_absolute_url()
    post = Post.objects.get(thread=thread, number=2)
    for person, offered in ((secretariat, True), (focal_point, False)):
        text = client_for(person).get(address).text
        assert [page(thread, name) in text for name in ("pin", *PAGES)] == [offered] * 8
        assert (reverse("moderation:flag_detail", args=["post", post.pk]) in text) is offered
        assert reverse("community:post_flag", args=[post.pk]) in text


def test_thread_pin_there_and_back(client_for, thread, secretariat):
    client = client_for(secretariat)
    assert client.post(page(thread, "pin"), {"on": "1"})["Location"] == thread.get_absolute_url()
    assert now(thread).is_pinned
    client.post(page(thread, "pin"), {"on": "0"})
    assert not now(thread).is_pinned


def test_thread_lock_asks_why_and_unlocking_need_not(client_for, thread, secretariat):
    client = client_for(secretariat)
    assert client.post(page(thread, "lock"), {"note": ""}).context["form"].errors.keys() == {"note"}
    client.post(page(thread, "lock"), {"note": "Answered."})
    assert now(thread).is_locked
    assert "Let the conversation go on?" in client.get(page(thread, "lock")).text
    client.post(page(thread, "lock"), {"note": ""})
    assert not now(thread).is_locked


def test_thread_hide_and_back(client_for, thread, secretariat, focal_point):
    client = client_for(secretariat)
    assert client.post(page(thread, "hide"), {}).context["form"].errors.keys() == {"note"}
    client.post(page(thread, "hide"), {"note": "Confidential."})
    assert client_for(focal_point).get(thread.get_absolute_url()).status_code == 404
    client.post(page(thread, "hide"), {})
    assert client_for(focal_point).get(thread.get_absolute_url()).status_code == 200


def test_thread_rename_keeps_the_address_and_refuses_markup(client_for, thread, secretariat):
    client = client_for(secretariat)
    for title in ("", "<b>x</b>", "x" * 161):
        response = client.post(page(thread, "rename"), {"title": title, "note": "Clearer."})
        assert response.context["form"].errors.keys() == {"title"}
    client.post(page(thread, "rename"), {"title": "Gates", "note": "Clearer."})
    assert (now(thread).title, now(thread).slug) == ("Gates", thread.slug)


def test_thread_move_says_who_loses_it_before_it_is_done(client_for, thread, secretariat, expert, partner):
    amber = make_forum(label=Label.AMBER, name="Focal Points")
    client = client_for(secretariat)
    asked = page(thread, "move", f"?forum={amber.slug}")
    text = client.get(asked).text
    change = client.get(asked).context["change"]
    before = readers_found(thread)
    assert "can no longer read it then" in text
    assert client.post(asked, {"note": ""}).context["form"].errors.keys() == {"note"}
    assert now(thread).forum == thread.forum
    assert client.post(asked, {"note": "Its place."})["Location"] == thread.get_absolute_url()
    lost = before - readers_found(thread)
    assert (change.readers, change.lost, change.gained) == (len(before), len(lost), 0)
    assert {expert.pk, partner.pk} <= lost


def test_thread_move_that_opens_it_asks_whether_one_is_sure(client_for, secretariat, partner):
    thread = make_thread(forum=make_forum(open_to_partners=False))
    asked = page(thread, "move", f"?forum={make_forum().slug}")
    client = client_for(secretariat)
    assert "1 other member can read it then." in client.get(asked).text
    assert client.post(asked, {"note": "Open."}).context["form"].errors.keys() == {"sure"}
    assert not Thread.objects.visible_to(partner).exists()
    client.post(asked, {"note": "Open.", "sure": "on"})
    assert Thread.objects.visible_to(partner).exists()


@pytest.mark.parametrize("slug", ["nonsense", "", "x" * 500, "a\x00b"])
def test_thread_move_into_what_is_no_forum_asks_again(client_for, thread, secretariat, slug):
    response = client_for(secretariat).post(page(thread, "move", f"?forum={slug}"), {"note": "Its place."})
    assert (response.status_code, response.context["asked"].errors.keys()) == (200, {"forum"})


def test_thread_label_narrower_and_never_wider_than_the_forum(client_for, thread, secretariat, expert):
    client = client_for(secretariat)
    assert client.get(page(thread, "label", "?label=0")).context["asked"].errors.keys() == {"label"}
    asked = page(thread, "label", "?label=2")
    assert client.get(asked).context["change"].lost >= 1
    client.post(asked, {"note": "Names."})
    assert (now(thread).label, Thread.objects.visible_to(expert).exists()) == (Label.AMBER, False)
    back = page(thread, "label", "?label=1")
    assert client.post(back, {"note": "None."}).context["form"].errors.keys() == {"sure"}
    client.post(back, {"note": "None.", "sure": "on"})
    assert now(thread).label == Label.GREEN


def test_thread_merge_takes_the_address_of_the_other(client_for, thread, secretariat):
    other = make_thread(title="Gates")
    client = client_for(secretariat)
    for address in (other.slug, f"http://testserver/es/community/threads/{other.slug}/?from=26#post-27"):
        assert client.get(page(thread, "merge"), {"into": address}).context["target"] == other
    asked = page(thread, "merge", f"?into={other.slug}")
    assert "Who reads the posts of “Barriers”" in client.get(asked).text
    assert client.post(asked, {"note": "The same."})["Location"] == other.get_absolute_url()
    assert (now(thread).merged_into, now(other).last_number) == (other, 4)
    assert client.get(page(thread, "rename")).status_code == 404


@pytest.mark.parametrize("into", ["", "nonsense", "///", "http://[", "https://evil.example/x", "a\x00b", "x" * 501])
def test_thread_merge_into_nothing_asks_again(client_for, thread, secretariat, into):
    response = client_for(secretariat).get(page(thread, "merge"), {"into": into})
    assert (response.status_code, response.context["asked"].errors.keys()) == (200, {"into"})


def test_thread_merge_with_itself_or_under_red_is_not_done(client_for, thread, secretariat, focal_point):
    client = client_for(secretariat)
    assert client.get(page(thread, "merge"), {"into": thread.slug}).context["asked"].errors.keys() == {"into"}
    red = make_thread(label=Label.RED, by=focal_point)
    response = client.post(page(thread, "merge", f"?into={red.slug}"), {"note": "The same."}, follow=True)
    assert "names its own readers" in response.text
    assert now(thread).merged_into is None


def test_thread_split_by_ticks_or_from_a_number_on(client_for, thread, secretariat):
    client = client_for(secretariat)
    said = {"title": "Gates", "note": "Another matter."}
    for wrong in ({}, {"posts": ["2"], "onward": "2"}):
        assert client.post(page(thread, "split"), said | wrong).context["form"].errors.keys() == {"posts"}
    assert client.post(page(thread, "split"), said | {"onward": "1"}).context["form"].errors.keys() == {"onward"}
    text = client.get(page(thread, "split")).text
    assert [words in text for words in ("First words.", "Third words.")] == [True, True]
    response = client.post(page(thread, "split"), said | {"posts": ["2"]})
    new = Thread.objects.get(title="Gates")
    assert (response["Location"], new.last_number, now(thread).last_number) == (new.get_absolute_url(), 1, 2)
    client.post(page(thread, "split"), {"title": "Fences", "note": "Another.", "onward": "2"})
    assert Post.objects.get(thread__title="Fences").text == "Third words."


@pytest.mark.parametrize("given", [{"posts": ["99"]}, {"onward": "99"}, {"onward": str(10**30)}, {"posts": ["x"]}])
def test_thread_split_of_posts_that_are_not_there_changes_nothing(client_for, thread, secretariat, given):
    said = {"title": "Gates", "note": "Another matter."}
    assert client_for(secretariat).post(page(thread, "split"), said | given).status_code in (200, 302)
    assert Thread.objects.count() == 1


@pytest.mark.parametrize("query", ["?from=2", "?from=0", "?from=x", "?from=99999999999999999999", "?from=3&post=3"])
def test_thread_split_shows_the_posts_from_a_number_on(client_for, thread, secretariat, query):
    assert client_for(secretariat).get(page(thread, "split", query)).status_code == 200


def test_act_on_a_thread_closes_the_reports_of_its_posts_where_that_is_asked(client_for, thread, secretariat, expert):
    reported(Post.objects.get(thread=thread, number=2), expert)
    client = client_for(secretariat)
    assert "Also close the reports" in client.get(page(thread, "lock")).text
    client.post(page(thread, "lock"), {"note": "Enough.", "reports": "on"})
    row = Flag.objects.get()
    assert (row.decision, row.note, row.by) == ("upheld", "Enough.", expert)
    assert Notification.objects.filter(person=expert, kind="flag_decided").count() == 1


def test_act_on_a_thread_is_not_done_where_its_reports_cannot_be_closed(
    client_for, thread, secretariat, expert, monkeypatch
):
    reported(Post.objects.get(thread=thread, number=2), expert)

    def refuse(*_given, **_options):
        raise Refused("Not now.")

    monkeypatch.setattr(flags, "settle", refuse)
    answer = client_for(secretariat).post(page(thread, "lock"), {"note": "Enough.", "reports": "on"}, follow=True)
    assert ("Not now." in answer.text, Thread.objects.get(pk=thread.pk).is_locked) == (True, False)


def test_author_of_a_thread_reads_why(client_for, thread, secretariat, focal_point):
    client_for(secretariat).post(page(thread, "lock"), {"note": "Answered."})
    decision = Decision.objects.get()
    text = client_for(focal_point).get(decision.get_absolute_url()).text
    assert [words in text for words in ("Barriers", "Locked", "Answered.", 'name="act"')] == [True, True, True, False]


# Who reads it then


def test_readers_are_foretold_as_they_are_after_the_move(
    secretariat, administrator, focal_point, alternate, expert, other_focal_point, partner, brazil, mexico
):
    """For threads and forums of every label: what the page says is what visible_to() answers then."""
    people = members()
    forums = [make_forum(label=label, open_to_partners=opened or label == Label.CLEAR)
              for label, opened in itertools.product(Label, (True, False))]  # fmt: skip
    forums.append(make_forum(label=Label.RED, named_states=[mexico]))
    threads = [make_thread(forum=forums[0], by=by, label=label)
               for by, label in itertools.product((focal_point, expert), Label)]  # fmt: skip
    checked = 0
    for thread, forum in itertools.product(threads, forums[1:]):
        reach = reach_in(thread, forum)
        foretold = readers_of(thread, reach, people)
        moving.move(thread=thread, forum=forum, by=secretariat, widens=True)
        after = Thread.objects.get(pk=thread.pk)
        found = readers_found(thread)
        assert (foretold, after.label) == (found, reach.label), (thread.label, forum.label)
        assert readers_of(after, reach_of(after), people) == found
        thread.refresh_from_db()
        checked += 1
    assert checked == 64


def test_change_counts_no_closed_account(focal_point, secretariat, expert):
    thread = make_thread(by=focal_point)
    before = change_of(thread, reach_of(thread)).readers
    User.objects.filter(pk=expert.pk).update(is_active=False)
    assert change_of(thread, reach_of(thread)).readers == before - 1


# What waits or is hidden is nobody else's


def test_thread_of_which_nothing_is_out_is_its_authors_and_the_moderators(partner, secretariat, expert):
    thread = make_thread(by=partner, title="Buy our drones")
    seen = {person: list(Thread.objects.visible_to(person)) for person in (partner, secretariat, expert)}
    assert seen == {partner: [thread], secretariat: [thread], expert: []}


def test_visitor_does_not_read_what_is_hidden_of_an_author_who_is_gone(secretariat):
    author = make_user(organisation=make_organisation())
    thread = make_thread(forum=make_forum(label=Label.CLEAR), by=secretariat)
    post = make_post(thread=thread, by=author)
    first = Post.objects.get(thread=thread, number=1)
    flags.decide(kind="post", key=first.pk, name="hidden", note="No.", by=secretariat)
    Post.objects.update(author=None)
    visitor = AnonymousUser()
    assert post.status == "waiting"
    assert list(Post.objects.visible_to(visitor).values_list("number", flat=True)) == [1]
    assert not Post.objects.visible_to(visitor).readable_by(visitor).exists()


# What moderators did to a conversation that went into another one


def test_who_began_a_merged_thread_is_told_of_it_by_name_while_he_reads_where_it_went(
    client_for, expert, thread, secretariat
):
    begun = make_thread(by=expert, title="Zx gates")
    moderating.set_locked(thread=begun, on=True, by=secretariat, note="Zx enough.")
    moving.merge(source=begun, target=thread, by=secretariat)
    client, case = client_for(expert), reverse("moderation:flag_detail", args=["thread", begun.pk])
    news = reverse("notifications:notification_list")
    text = client.get(case).content.decode()
    assert "Zx gates" in text and "Zx enough." in text and "about what you wrote" in text
    assert "hidden by" not in text
    assert "your conversation “Zx gates”" in client.get(news).content.decode()
    moving.relabel(thread=now(thread), label=Label.AMBER, by=secretariat)
    text = client.get(case).content.decode()
    assert "Zx gates" not in text and "Zx enough." in text and "about what you wrote" in text
    assert "Zx gates" not in client.get(news).content.decode()
    assert client_for(make_user(state=expert.state)).get(case).status_code == 404
