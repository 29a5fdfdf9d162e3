"""Reports, and what moderators decide about them: who sees what, who is told, and that nothing is done twice."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from community.actions import edit_post
from community.models import Post
from core.labels import Label
from kms.desk import tasks_of
from members.models import AuditEntry
from moderation import flags
from moderation.cases import waiting_for
from moderation.models import Decision, Flag
from moderation.refusals import Refused
from notifications.models import Notification
from tests.factories import make_forum, make_organisation, make_post, make_thread, make_user

pytestmark = pytest.mark.django_db
QUEUE = "/en/desk/flags/"
REPORT = {"category": "not_polite", "text": "He calls us fools."}


@pytest.fixture
def post(focal_point):
    """What somebody wrote that others take offence at."""
    return Post.objects.get(thread=make_thread(by=focal_point, title="Gates", text="You are fools."))


def report(post, by, **fields):
    row, _is_new = flags.report(subject=("post", post.pk), label=post.label, by=by, **{**REPORT, **fields})
    return row


def decide(post, name, by, note="Because."):
    return flags.decide(kind="post", key=post.pk, name=name, note=note, by=by)


def page_of(post):
    return reverse("moderation:flag_detail", args=["post", post.pk])


def act_on(post):
    return reverse("moderation:flag_decide", args=["post", post.pk])


def flag_page(post):
    return reverse("community:post_flag", args=[post.pk])


def partner_post(**fields):
    """The first post of a partner, which waits."""
    return make_post(by=make_user(organisation=make_organisation()), **fields)


def told(person):
    return sorted(Notification.objects.filter(person=person).values_list("kind", flat=True))


# Reporting


def test_post_flag_shows_the_post_and_says_what_happens_then(client_for, post, expert):
    text = client_for(expert).get(flag_page(post)).text
    assert ["You are fools." in text, "You are told what they decided" in text, "moderators-only" in text] == [
        True, True, False,
    ]  # fmt: skip


def test_post_flag_reports_once_tells_the_moderators_and_shows_that(client_for, post, expert, secretariat):
    client = client_for(expert)
    response = client.post(flag_page(post), REPORT)
    assert (response.status_code, response["Location"]) == (302, post.get_absolute_url())
    client.post(flag_page(post), REPORT)
    row = Flag.objects.get()
    assert (row.subject_kind, row.subject_key, row.by, row.category, row.text, row.decision) == (
        "post", post.pk, expert, "not_polite", "He calls us fools.", "open",
    )  # fmt: skip
    assert told(secretariat) == ["flag_raised"]
    assert "You reported this post on" in client.get(flag_page(post)).text
    assert AuditEntry.objects.get(kind="moderation").detail == "reported: not_polite"


def test_second_person_reports_too_and_the_moderators_are_told_once(post, expert, alternate, secretariat):
    report(post, expert), report(post, alternate)
    assert (Flag.objects.count(), told(secretariat)) == (2, ["flag_raised"])


def test_post_flag_refuses_ones_own_hidden_unreadable_and_absent_posts(client_for, post, focal_point, expert, partner):
    assert "it is your own" in client_for(focal_point).post(flag_page(post), REPORT).text
    amber = Post.objects.get(thread=make_thread(by=focal_point, label=Label.AMBER))
    closed = Post.objects.get(thread=make_thread(forum=make_forum(open_to_partners=False)))
    waiting = partner_post()
    Post.objects.filter(pk=post.pk).update(status="hidden")
    answers = [client_for(expert).post(flag_page(one), REPORT).status_code for one in (amber, waiting, post)]
    assert answers == [404, 404, 200]
    assert "cannot be reported" in client_for(expert).get(flag_page(post)).text
    assert client_for(partner).post(flag_page(closed), REPORT).status_code == 404
    assert client_for(expert).get("/en/community/posts/999999/flag/").status_code == 404
    assert not Flag.objects.exists()


def test_post_flag_leads_a_visitor_to_the_log_in(client, post):
    address = flag_page(post)
    assert client.get(address)["Location"].startswith("/en/account/login/")
    written = client.post(address, REPORT)
    assert written.status_code == 403 and REPORT["text"] in written.content.decode()
    assert not Flag.objects.exists()


@pytest.mark.parametrize(("given", "field"), [
    ({"category": "", "text": "Bad."}, "category"),
    ({"category": "nonsense", "text": "Bad."}, "category"),
    ({"category": "other", "text": ""}, "text"),
    ({"category": "spam", "text": "x" * 1001}, "text"),
    ({"category": "spam", "text": "<script>alert(1)</script>"}, "text"),
    ({"category": "spam", "text": "a\x00b"}, "text"),
])  # fmt: skip
def test_post_flag_gives_a_refused_form_back(client_for, post, expert, given, field):
    response = client_for(expert).post(flag_page(post), given)
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"]["text"].value() == given["text"]
    assert not Flag.objects.exists()


def test_one_person_reports_only_so_much_in_a_day(expert, monkeypatch):
    monkeypatch.setattr(flags, "MOST_A_DAY", 2)
    posts = [Post.objects.get(thread=make_thread()) for _ in range(3)]
    report(posts[0], expert), report(posts[1], expert)
    with pytest.raises(Refused, match="2 things a day"):
        report(posts[2], expert)
    Flag.objects.update(created=timezone.now() - datetime.timedelta(days=1))
    assert report(posts[2], expert).pk


# Deciding


@pytest.mark.parametrize(("name", "upheld", "author", "status"), [
    ("hidden", "upheld", ["post_hidden"], "hidden"),
    ("warned", "upheld", ["post_warned"], "published"),
    ("settled", "upheld", [], "published"),
    ("kept", "rejected", [], "published"),
])  # fmt: skip
def test_decision_answers_the_reports_and_tells_whom_it_concerns(
    post, expert, alternate, focal_point, secretariat, name, upheld, author, status
):
    report(post, expert), report(post, alternate)
    decision = decide(post, name, secretariat, note="Read the rules.")
    rows = set(Flag.objects.values_list("by", "decision", "decided_by", "note"))
    assert rows == {(person.pk, upheld, secretariat.pk, "Read the rules.") for person in (expert, alternate)}
    assert [told(person) for person in (expert, alternate, focal_point)] == [["flag_decided"], ["flag_decided"], author]
    assert Post.objects.get(pk=post.pk).status == status
    assert (decision.act, decision.author, decision.by, decision.note) == (
        name,
        focal_point,
        secretariat,
        "Read the rules.",
    )
    assert (
        AuditEntry.objects.filter(kind="moderation", detail=name, subject_key=post.pk, person=secretariat).count() == 1
    )


def test_the_same_click_twice_is_one_decision(post, expert, secretariat, administrator, focal_point):
    report(post, expert)
    first, again = decide(post, "warned", secretariat), decide(post, "warned", secretariat)
    assert (first, Decision.objects.count(), told(focal_point)) == (again, 1, ["post_warned"])
    decide(post, "warned", administrator)
    assert Decision.objects.count() == 2


def test_second_moderator_is_told_that_the_first_decided(post, secretariat, administrator):
    decide(post, "hidden", secretariat)
    with pytest.raises(Refused, match="somebody else decided"):
        decide(post, "hidden", administrator)
    assert Decision.objects.count() == 1


def test_news_of_a_decision_leads_its_author_to_the_reason(client_for, post, focal_point, secretariat):
    decide(post, "warned", secretariat, note="No names, please.")
    client = client_for(focal_point)
    news = client.get("/en/desk/notifications/")
    assert "The moderators ask you to keep to the rules in “Gates, post 1”." in news.text
    row = Notification.objects.get(person=focal_point)
    opened = client.post(reverse("notifications:notification_open", args=[row.pk]))
    assert opened["Location"] == page_of(post)
    assert "No names, please." in client.get(page_of(post)).text


def test_flag_detail_shows_each_reader_what_is_for_him(client_for, post, expert, alternate, focal_point, secretariat):
    report(post, expert, text="Expert's words."), report(post, alternate, text="Alternate's words.")
    decide(post, "hidden", secretariat, note="The reason.")
    seen = {}
    for person in (expert, alternate, focal_point, secretariat):
        text = client_for(person).get(page_of(post)).text.replace("&#x27;", "'")
        words = ("You are fools.", "Expert's words.", "Alternate's words.", "The reason.", 'name="act"')
        seen[person.email.split("@")[0]] = [word in text for word in words]
    assert seen == {
        "expert": [False, True, False, True, False],
        "alternate": [False, False, True, True, False],
        "focal_point": [True, False, False, True, False],
        "secretariat": [True, True, True, True, True],
    }


def test_author_does_not_learn_of_reports_that_changed_nothing(client_for, post, expert, focal_point, secretariat):
    report(post, expert)
    assert client_for(focal_point).get(page_of(post)).status_code == 404
    decide(post, "kept", secretariat)
    assert client_for(focal_point).get(page_of(post)).status_code == 404
    assert "Left" not in client_for(focal_point).get("/en/account/my-data/").text


def test_flag_detail_is_absent_for_others_and_for_nonsense(client_for, client, post, expert, other_focal_point):
    report(post, expert)
    assert client_for(other_focal_point).get(page_of(post)).status_code == 404
    assert client_for(expert).get("/en/desk/flags/nonsense/1/").status_code == 404
    assert client_for(expert).get("/en/desk/flags/post/999999/").status_code == 404
    assert client.get(page_of(post))["Location"].startswith("/en/account/login/")


def test_flag_decide_asks_for_a_reason_where_it_affects_somebody(client_for, post, secretariat):
    client = client_for(secretariat)
    response = client.post(act_on(post), {"act": "hidden", "note": " "})
    assert response.context["form"].errors == {"note": ["Give the reason: the author reads it."]}
    assert client.post(act_on(post), {"act": "nonsense"}).context["form"].errors.keys() == {"act"}
    assert Post.objects.get(pk=post.pk).status == "published"
    assert client.post(act_on(post), {"act": "hidden", "note": "Rude.", "version": 1})["Location"] == page_of(post)
    assert Post.objects.get(pk=post.pk).status == "hidden"


@pytest.mark.parametrize("sent", [{"version": 1}, {}])
def test_flag_decide_refuses_what_was_edited_since_it_was_read(client_for, secretariat, sent):
    post = partner_post(text="Harmless.")
    client = client_for(secretariat)
    assert 'name="version" value="1"' in client.get(page_of(post)).text
    edit_post(post=post, text="Buy pills", version=1, by=post.author)
    answer = client.post(act_on(post), {"act": "let_out", "note": "Welcome.", **sent})
    assert all(words in answer.text for words in ("edited since you opened it", "Buy pills", "Welcome."))
    assert (Post.objects.get(pk=post.pk).status, Decision.objects.count()) == ("waiting", 0)
    read = {name: answer.context["form"][name].value() for name in ("act", "note", "version")}
    client.post(act_on(post), read)
    assert (Post.objects.get(pk=post.pk).status, read["version"]) == ("published", 2)


def test_flag_decide_refuses_a_version_that_cannot_be(client_for, post, secretariat):
    for version in ("x", "-1", "9" * 40):
        answer = client_for(secretariat).post(act_on(post), {"act": "warned", "note": "Please.", "version": version})
        assert answer.context["form"].errors.keys() == {"version"}


def test_flag_queue_lets_none_out_that_was_edited_since_it_was_read(client_for, secretariat):
    edited, other = (partner_post(text="Harmless.") for _ in range(2))
    client = client_for(secretariat)
    form = client.get(QUEUE).context["form"]
    names = [f"post-{post.pk}" for post in (edited, other)]
    read = {f"version-{name}": form[f"version-{name}"].value() for name in names}
    edit_post(post=edited, text="Buy pills", version=1, by=edited.author)
    answer = client.post(QUEUE, {"picked": names, "act": "let_out", "note": "Welcome.", **read})
    assert [Post.objects.get(pk=post.pk).status for post in (edited, other)] == ["waiting", "published"]
    assert all(words in answer.text for words in ("edited since you opened it", "Buy pills", "Welcome.", "Done."))
    assert f'value="{names[0]}" checked' in answer.text
    assert f'name="version-{names[0]}" value="2"' in answer.text
    client.post(QUEUE, {"picked": names[:1], "act": "let_out", "note": "", f"version-{names[0]}": 2})
    assert Post.objects.get(pk=edited.pk).status == "published"


def test_flag_decide_is_for_moderators(client_for, post, expert, focal_point):
    report(post, expert)
    for person in (expert, focal_point):
        assert client_for(person).post(act_on(post), {"act": "kept"}).status_code == 403
    assert (Flag.objects.open().count(), client_for(expert).get(QUEUE).status_code) == (1, 403)


# The queue


def test_flag_queue_holds_what_waits_and_what_is_reported_the_oldest_first(client_for, post, expert, secretariat):
    waiting = partner_post(thread=post.thread, text="Buy our fences.")
    report(post, expert)
    Post.objects.filter(pk=waiting.pk).update(created=timezone.now() - datetime.timedelta(days=2))
    client = client_for(secretariat)
    page = client.get(QUEUE)
    assert [(case.key, case.waiting.held, case.waiting.flags) for case in page.context["cases"]] == [
        (waiting.pk, True, 0), (post.pk, False, 1),
    ]  # fmt: skip
    assert ["Buy our fences." in page.text, "He calls us fools." in page.text] == [True, True]
    assert [case.key for case in client.get(f"{QUEUE}?what=reported").context["cases"]] == [post.pk]
    assert [case.key for case in client.get(f"{QUEUE}?what=held").context["cases"]] == [waiting.pk]


def test_flag_queue_decides_on_several_at_once_and_says_what_was_not_done(client_for, secretariat, administrator):
    posts = [partner_post() for _ in range(3)]
    client = client_for(secretariat)
    page = client.get(QUEUE)
    flags.decide(kind="post", key=posts[0].pk, name="refused", note="No.", by=administrator)
    report(Post.objects.get(thread=posts[0].thread, number=1), administrator)
    assert [case.key for case in page.context["cases"]] == [post.pk for post in posts]
    picked = [f"post-{post.pk}" for post in posts[1:]]
    read = {f"version-{name}": 1 for name in picked}
    response = client.post(QUEUE, {"picked": picked, "act": "let_out", "note": "", **read}, follow=True)
    assert "Done, 2 times." in response.text
    found = Post.objects.filter(pk__in=[post.pk for post in posts]).order_by("pk")
    assert list(found.values_list("status", flat=True)) == [
        "refused", "published", "published",
    ]  # fmt: skip


def test_flag_queue_keeps_what_was_ticked_where_something_is_missing(client_for, post, expert, secretariat):
    report(post, expert)
    client = client_for(secretariat)
    response = client.post(QUEUE, {"picked": [f"post-{post.pk}"], "act": "hidden", "note": ""})
    assert response.context["form"].errors.keys() == {"note"}
    assert f'value="post-{post.pk}" checked' in response.text
    assert client.post(QUEUE, {"act": "kept"}).context["form"].errors.keys() == {"picked"}
    for foreign in ("post-999999", "thread-1", "nonsense"):
        assert client.post(QUEUE, {"picked": [foreign], "act": "kept"}).context["form"].errors.keys() == {"picked"}
    assert Flag.objects.open().count() == 1


def test_flag_queue_asks_as_often_for_three_as_for_one(client_for, expert, secretariat, django_assert_num_queries):
    client = client_for(secretariat)

    def more():
        thread = make_thread()
        report(Post.objects.get(thread=thread, number=1), expert)
        partner_post(thread=thread)

    more()
    client.get(QUEUE)
    with django_assert_num_queries(9):
        client.get(QUEUE)
    more(), more()
    with django_assert_num_queries(9):
        assert len(client.get(QUEUE).context["cases"]) == 6


def test_flag_queue_leaves_out_what_is_gone(client_for, post, expert, secretariat):
    report(post, expert)
    post.thread.delete()
    assert (waiting_for(secretariat), client_for(secretariat).get(QUEUE).context["cases"]) == ([], [])
    assert "Nothing waits for the moderators" in client_for(secretariat).get(QUEUE).text


def test_flag_queue_of_many_is_cut_into_pages(client_for, expert, secretariat, monkeypatch):
    monkeypatch.setattr(flags, "MOST_A_DAY", 100)
    for _ in range(26):
        report(Post.objects.get(thread=make_thread()), expert)
    client = client_for(secretariat)
    assert [len(client.get(f"{QUEUE}?page={n}").context["cases"]) for n in (1, 2)] == [25, 1]
    assert [client.get(f"{QUEUE}?page={n}").status_code for n in ("3", "0", "x", "9" * 30)] == [404] * 4


def test_desk_and_navigation_lead_moderators_to_the_queue(client_for, post, expert, secretariat, focal_point):
    assert [task.text for task in tasks_of(secretariat)] == []
    report(post, expert)
    assert [task.text for task in tasks_of(secretariat)] == ["Decide on 1 report"]
    partner_post()
    assert [(task.text, task.url) for task in tasks_of(secretariat)] == [("Decide on 2 posts and reports", QUEUE)]
    assert [task.url for task in tasks_of(focal_point) if task.url == QUEUE] == []
    assert [f'href="{QUEUE}"' in client_for(person).get("/en/").text for person in (secretariat, focal_point)] == [
        True, False,
    ]  # fmt: skip


def test_moderator_who_reports_is_one_reporter_among_others(post, secretariat, administrator):
    report(post, secretariat)
    decide(post, "hidden", administrator)
    assert told(secretariat) == ["flag_decided"]
    assert told(administrator) == ["flag_raised"]


def test_moderators_are_told_of_the_first_post_that_waits_in_a_conversation(secretariat, focal_point, client_for):
    thread = make_thread(by=focal_point)
    partner_post(thread=thread), partner_post(thread=thread)
    assert told(secretariat) == ["thing_waits"]
    assert "It waits to be published: Barriers" in client_for(secretariat).get("/en/desk/notifications/").text
    partner_post()
    assert told(secretariat) == ["thing_waits", "thing_waits"]
