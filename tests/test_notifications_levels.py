"""Levels of watching: what each tells of conversations and records, how it is chosen, and combinations."""

import pytest

from community.actions import edit_post
from community.mentions import handle_of
from community.models import Thread
from core.labels import Label
from notifications.actions import (
    MOST_COMBINATIONS,
    hand_over_watches,
    tell_of_curation,
    tell_watchers,
    watch,
    watch_combination,
)
from notifications.levels import Level, combined
from notifications.models import Notification, Watch
from tests.factories import (
    make_activity,
    make_event,
    make_forum,
    make_instrument,
    make_post,
    make_series,
    make_state,
    make_sub_region,
    make_theme,
    make_thread,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST, NEW = "/en/desk/watches/", "/en/desk/watches/new/"
WATCHING, NORMAL, MUTED = Level
FORM_QUERIES = 9  # session, account, mandates, organisation; States, sub-regions, themes, series, watched events
LIST_QUERIES = 6  # session, account, mandates and organisation, the watches, their records


def told():
    """{(account, kind)} of all notifications, each once; they are forgotten by it."""
    rows = list(Notification.objects.select_related("person"))
    Notification.objects.all().delete()
    assert len(rows) == len({row.person for row in rows})
    return {(row.person, row.kind) for row in rows}


def told_of(record, name):
    tell_watchers(record, subject=(name, record.pk), kind="record_changed", by=None)
    return {person for person, _kind in told()}


def levels_of(person):
    rows = Watch.objects.filter(person=person)
    return {(row.subject_kind, row.subject_key, row.also): row.level for row in rows}


def mention(person):
    return f"Ask {handle_of(person)} please."


@pytest.fixture
def thread(expert):
    """A conversation that nobody has been told of."""
    thread = make_thread(by=expert)
    Notification.objects.all().delete()
    return thread


# What each level tells


@pytest.mark.parametrize(
    ("level", "of_posts", "of_mentions"),
    [(None, set(), {"post_mentions_you"}), (WATCHING, {"post_added"}, {"post_mentions_you"}),
     (NORMAL, set(), {"post_mentions_you"}), (MUTED, set(), set())],
)  # fmt: skip
@pytest.mark.parametrize("where", ["thread", "forum"])
def test_levels_of_a_thread_and_of_its_forum(thread, partner, where, level, of_posts, of_mentions):
    if level:
        watch(partner, (where, thread.pk if where == "thread" else thread.forum_id), level)
    author = make_user(state=make_state())
    Watch.objects.filter(person=thread.author).delete()
    make_post(thread=thread, by=author)
    assert told() == {(partner, kind) for kind in of_posts}
    make_post(thread=thread, by=author, text=mention(partner))
    assert told() == {(partner, kind) for kind in of_mentions}


@pytest.mark.parametrize("level", [WATCHING, NORMAL, MUTED])
def test_the_thread_decides_before_its_forum(thread, partner, level):
    watch(partner, ("forum", thread.forum_id), MUTED if level == WATCHING else WATCHING)
    watch(partner, ("thread", thread.pk), level)
    make_post(thread=thread, by=thread.author)
    assert told() == ({(partner, "post_added")} if level == WATCHING else set())


def test_the_forum_decides_before_what_the_thread_is_about(partner, expert, brazil):
    event = make_event()
    thread = make_thread(by=expert, about=("event", event))
    watch(partner, ("event", event.pk), MUTED)
    watch(partner, ("state", brazil.pk), MUTED)
    told()
    make_post(thread=thread, by=expert, text=mention(partner))
    assert told() == set()
    watch(partner, ("forum", thread.forum_id))
    make_post(thread=thread, by=expert)
    assert told() == {(partner, "post_added")}


def test_muted_decides_among_what_is_equally_near(partner, brazil):
    theme = make_theme()
    event = make_event(host_state=brazil, themes=[theme])
    watch(partner, ("state", brazil.pk))
    assert told_of(event, "event") == {partner}
    watch(partner, ("theme", theme.pk), MUTED)
    assert told_of(event, "event") == set()
    watch(partner, ("event", event.pk))
    assert told_of(event, "event") == {partner}


@pytest.mark.parametrize("level", [NORMAL, MUTED])
def test_muted_record_is_not_told_of_though_its_state_is_watched(partner, brazil, level):
    event = make_event(host_state=brazil)
    watch(partner, ("state", brazil.pk))
    watch(partner, ("event", event.pk), level)
    assert told_of(event, "event") == set()
    assert told_of(make_event(host_state=brazil), "event") == {partner}


def test_ones_own_state_is_told_of_a_muted_record(focal_point, secretariat, brazil):
    event = make_event(host_state=brazil)
    watch(focal_point, ("event", event.pk), MUTED)
    tell_of_curation(event, subject=("event", event.pk), published=False, by=secretariat)
    assert told() == {(focal_point, "record_changed_by_secretariat")}


def test_each_person_is_told_once_of_a_post_by_what_concerns_him_most(thread, partner, secretariat, alternate):
    for person in (partner, secretariat, alternate):
        watch(person, ("thread", thread.pk))
    quoted = make_post(thread=thread, by=secretariat)
    told()
    make_post(thread=thread, by=thread.author, text=mention(partner), quoted=quoted)
    assert told() == {
        (partner, "post_mentions_you"),
        (secretariat, "post_answers_you"),
        (alternate, "post_added"),
    }
    make_post(thread=thread, by=alternate, text=mention(secretariat), quoted=quoted)
    assert told() == {(secretariat, "post_mentions_you"), (partner, "post_added"), (thread.author, "post_added")}


def test_edit_tells_only_whom_it_mentions_newly(thread, partner, secretariat):
    watch(secretariat, ("thread", thread.pk))
    post = make_post(thread=thread, by=thread.author)
    told()
    edit_post(post=post, text=mention(partner), version=1, by=thread.author)
    assert told() == {(partner, "post_mentions_you")}


def test_who_may_not_read_a_thread_is_told_of_nothing_in_it(expert, partner, focal_point, secretariat):
    forum = make_forum(label=Label.AMBER, open_to_partners=False)
    for person in (expert, partner, focal_point, secretariat):
        watch(person, ("forum", forum.pk))
    thread = make_thread(forum=forum, by=secretariat, text=f"{mention(expert)} {mention(partner)}")
    assert told() == {(focal_point, "thread_started")}
    watch(partner, ("thread", thread.pk))
    make_post(thread=thread, by=focal_point, text=f"{mention(expert)} {mention(partner)}")
    assert told() == {(secretariat, "post_added")}


def test_who_writes_in_a_thread_watches_it_unless_he_chose(alternate, expert, secretariat):
    thread = make_thread(by=expert)
    assert levels_of(expert) == {("thread", thread.pk, ""): WATCHING}
    watch(secretariat, ("thread", thread.pk), NORMAL)
    for person in (alternate, secretariat):
        make_post(thread=thread, by=person)
    assert levels_of(alternate) == {("thread", thread.pk, ""): WATCHING}
    assert levels_of(secretariat) == {("thread", thread.pk, ""): NORMAL}


def test_whose_post_waits_watches_nothing_and_tells_nobody_yet(partner, thread):
    make_post(thread=thread, by=partner, text=mention(thread.author))
    assert (levels_of(partner), told()) == ({}, set())


def test_muted_threads_and_forums_can_be_left_out_of_what_is_counted(partner, expert):
    muted, seen = make_thread(by=expert), make_thread(by=expert)
    watch(partner, ("thread", muted.pk), MUTED)
    watch(partner, ("forum", muted.forum_id), MUTED)
    watch(partner, ("thread", seen.pk))
    watch(expert, ("thread", seen.pk), MUTED)
    watch_combination(partner, [("forum", seen.forum_id), ("state", expert.state_id)], level=MUTED)
    rows = Watch.objects
    assert [row["subject_key"] for row in rows.muted_by(partner, "thread")] == [muted.pk]
    assert [row["subject_key"] for row in rows.muted_by(partner, "forum")] == [muted.forum_id]
    assert {row["subject_key"] for row in rows.chosen_by(partner, "thread")} == {muted.pk, seen.pk}
    beside, kept = (make_thread(by=expert, forum=muted.forum) for _ in range(2))
    watch(partner, ("thread", kept.pk), NORMAL)
    assert set(Thread.objects.not_muted_by(partner)) == {seen, kept}
    assert set(Thread.objects.not_muted_by(expert)) == {muted, beside, kept}


# Choosing


@pytest.mark.parametrize("level", [WATCHING, NORMAL, MUTED])
@pytest.mark.parametrize("kind", ["thread", "forum"])
def test_control_of_a_conversation_offers_each_level(client_for, partner, thread, kind, level):
    record = thread if kind == "thread" else thread.forum
    client, address = client_for(partner), record.get_absolute_url()
    body = {"subject_kind": kind, "subject_key": record.pk}
    for _ in range(2):  # a double post is one post
        assert client.post(LIST, body | {"level": level}).url == address
    assert levels_of(partner) == {(kind, record.pk, ""): level}
    page = client.get(address).content.decode()
    offered = {other for other in (*Level, "none") if f'name="level" value="{other}"' in page}
    assert offered == {*Level, "none"} - {level}
    client.post(LIST, body | {"level": "none"})
    assert levels_of(partner) == {}
    page = client.get(address).content.decode()
    assert 'name="level" value="none"' not in page


@pytest.mark.parametrize("maker", [make_event, make_series, make_theme, make_state])
def test_control_of_a_record_offers_no_mentions(client_for, partner, maker):
    record = maker()
    page = client_for(partner).get(record.get_absolute_url()).content.decode()
    assert [f'name="level" value="{level}"' in page for level in Level] == [True, False, True]
    kind = {"majorevent": "event", "memberstate": "state"}.get(record._meta.model_name, record._meta.model_name)
    body = {"subject_kind": kind, "subject_key": record.pk}
    assert client_for(partner).post(LIST, body | {"level": "normal"}).status_code == 400
    assert client_for(partner).post(LIST, body | {"level": "muted"}).url == record.get_absolute_url()
    assert levels_of(partner) == {(kind, record.pk, ""): MUTED}


def test_list_changes_a_level(client_for, partner, expert, thread):
    for person in (partner, expert):
        watch(person, ("thread", thread.pk))
    own, others = (Watch.objects.get(person=person) for person in (partner, expert))
    client = client_for(partner)
    for row in (own, own, others):
        page = client.post(LIST, {"change": f"{row.pk} muted"}, follow=True)
        assert "Changed: Muted." in page.content.decode()
    assert levels_of(partner) == {("thread", thread.pk, ""): MUTED}
    assert levels_of(expert) == {("thread", thread.pk, ""): WATCHING}


@pytest.mark.parametrize(
    "sent", ["", "1", "1 loud", "x muted", "1 muted x", "-1 muted", "9" * 19 + " muted", "١ muted"]
)
def test_change_that_no_button_sends_is_refused(client_for, partner, sent):
    assert client_for(partner).post(LIST, {"change": sent}).status_code == 400


def test_three_hundred_watches_are_turned_by_key(client_for, partner, django_assert_num_queries):
    events = [make_event().pk for _ in range(3)]
    rows = [Watch(person=partner, subject_kind="event", subject_key=key) for key in events]
    rows += [Watch(person=partner, subject_kind="thread", subject_key=key) for key in range(1, 298)]
    Watch.objects.bulk_create(rows)
    client, seen, address = client_for(partner), [], LIST
    while address:
        page = client.get(address)
        assert len(page.content) < 60_000
        seen += [item.row.pk for item in page.context["watches"]]
        address = page.context["older"] and f"{LIST}?before={page.context['older']}"
    assert sorted(seen) == sorted(Watch.objects.values_list("pk", flat=True))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


def test_hand_over_keeps_levels_and_combinations(expert, alternate, brazil):
    watch(expert, ("state", brazil.pk), MUTED)
    watch_combination(expert, [("state", brazil.pk), ("theme", 7)], only="event", level=NORMAL)
    before = levels_of(expert)
    hand_over_watches(giver=expert, taker=alternate)
    assert (levels_of(expert), levels_of(alternate)) == ({}, before)


# Combinations


def test_combination_is_the_same_in_any_order():
    terms = [("theme", 3), ("state", 12), ("series", 1)]
    kept = (("series", 1), "only:thread state:12 theme:3")
    assert combined(terms, "thread") == combined(terms[::-1], "thread") == kept


def test_combination_tells_of_what_belongs_to_all_its_terms(partner, brazil, mexico):
    crowds, drones = make_theme(), make_theme()
    watch_combination(partner, [("theme", crowds.pk), ("state", brazil.pk)], level=WATCHING)
    assert told_of(make_event(host_state=brazil, themes=[crowds, drones]), "event") == {partner}
    assert told_of(make_instrument(state=brazil, themes=[crowds]), "instrument") == {partner}
    for event in (
        make_event(host_state=brazil),
        make_event(host_state=brazil, themes=[drones]),
        make_event(host_state=mexico, themes=[crowds]),
    ):
        assert told_of(event, "event") == set()


def test_combination_may_be_of_one_kind_of_record_a_series_and_a_sub_region(partner):
    caribbean = make_sub_region(slug="caribbean")
    state, series = make_state(sub_region=caribbean), make_series()
    watch_combination(partner, [("sub_region", caribbean.pk)], only="activity", level=WATCHING)
    assert told_of(make_activity(host_state=state), "activity") == {partner}
    assert told_of(make_event(host_state=state), "event") == set()
    watch_combination(partner, [("series", series.pk), ("sub_region", caribbean.pk)], level=WATCHING)
    assert told_of(make_event(host_state=state, series=series), "event") == {partner}
    assert told_of(make_event(series=series), "event") == set()


def test_series_is_watched_with_its_events_and_what_they_bring(partner):
    series = make_series()
    watch(partner, ("series", series.pk))
    event = make_event(series=series)
    assert told_of(event, "event") == {partner}
    assert told_of(make_instrument(events=[event]), "instrument") == {partner}
    assert told_of(make_event(series=make_series()), "event") == set()


def test_combination_leads_to_conversations_too(partner, expert, brazil):
    theme = make_theme()
    forum = make_forum(theme=theme)
    watch_combination(partner, [("theme", theme.pk), ("state", brazil.pk)], only="thread", level=WATCHING)
    make_thread(forum=forum, by=expert)
    assert told() == {(partner, "thread_started")}
    make_thread(forum=forum, by=make_user(state=make_state()))
    make_thread(by=expert)
    assert told() == set()
    assert told_of(make_event(host_state=brazil, themes=[theme]), "event") == set()


def test_combination_decides_before_single_ones(partner, brazil):
    theme = make_theme()
    event = make_event(host_state=brazil, themes=[theme])
    watch(partner, ("state", brazil.pk))
    watch_combination(partner, [("theme", theme.pk), ("state", brazil.pk)], level=MUTED)
    assert told_of(event, "event") == set()
    assert told_of(make_event(host_state=brazil), "event") == {partner}


def test_form_of_a_combination_keeps_it_once(client_for, partner, brazil):
    theme, series = make_theme(name="Crowds"), make_series()
    client = client_for(partner)
    page = client.get(NEW)
    assert list(page.context["form"].fields)[-2:] == ["only", "level"]
    assert {"state", "theme", "series", "sub_region", "event"} <= set(page.context["form"].fields)
    body = {"state": brazil.pk, "theme": theme.pk, "series": series.pk, "only": "thread"}
    for level in ("watching", "muted", "muted"):
        assert client.post(NEW, body | {"level": level}).url == LIST
    also = f"only:thread state:{brazil.pk} theme:{theme.pk}"
    assert levels_of(partner) == {("series", series.pk, also): MUTED}
    page = client.get(LIST)
    [item] = page.context["watches"]
    assert item.title == f"{series} + Brazil + Crowds + Conversation"
    assert "Combination" in page.content.decode()
    client.post(LIST, {"stop": item.row.pk})
    assert levels_of(partner) == {}


@pytest.mark.parametrize("rows", [1, 3])
def test_form_needs_the_same_queries_for_one_choice_and_for_three(client_for, partner, rows, django_assert_num_queries):
    for _ in range(rows):
        make_theme(), make_series()
        watch(partner, ("event", make_event().pk))
    client = client_for(partner)
    with django_assert_num_queries(FORM_QUERIES):
        client.get(NEW)


def test_single_watch_of_the_first_term_is_another_one(client_for, partner, brazil):
    watch_combination(partner, [("state", brazil.pk), ("theme", make_theme().pk)], level=MUTED)
    page = client_for(partner).get(brazil.get_absolute_url()).content.decode()
    assert 'value="none"' not in page
    client_for(partner).post(LIST, {"subject_kind": "state", "subject_key": brazil.pk, "level": "none"})
    assert list(levels_of(partner).values()) == [MUTED]


@pytest.mark.parametrize(
    "sent",
    [{}, {"state": "BRA"}, {"only": "event"}, {"state": "BRA", "theme": "999999"}, {"state": "BRA", "only": "post"},
     {"state": "BRA", "only": "event", "level": "loud"}, {"state": "BRA\x00", "only": "event"},
     {"state": "9" * 30, "only": "event"}],
    ids=str,
)  # fmt: skip
def test_combination_that_is_none_is_given_back(client_for, partner, brazil, sent):
    body = {"level": "watching"} | {name: text.replace("BRA", str(brazil.pk)) for name, text in sent.items()}
    page = client_for(partner).post(NEW, body)
    assert (page.status_code, Watch.objects.count()) == (200, 0)
    assert "There is a problem" in page.content.decode()


def test_event_of_a_combination_is_one_that_i_watch_and_may_still_read(client_for, partner):
    mine, hidden, other = make_event(), make_event(), make_event()
    for event in (mine, hidden):
        watch(partner, ("event", event.pk))
    type(hidden).objects.filter(pk=hidden.pk).update(label=Label.AMBER)
    client = client_for(partner)
    assert list(client.get(NEW).context["form"].fields["event"].queryset) == [mine]
    for event in (hidden, other):
        client.post(NEW, {"event": event.pk, "only": "thread", "level": "watching"})
    assert Watch.objects.combined().count() == 0


def test_hundred_combinations_are_enough(client_for, partner, brazil):
    rows = [Watch(person=partner, subject_kind="state", subject_key=1, also=f"theme:{n}") for n in range(99)]
    Watch.objects.bulk_create(rows)
    client = client_for(partner)
    for only in ("event", "thread"):
        page = client.post(NEW, {"state": brazil.pk, "only": only, "level": "watching"})
    assert (page.status_code, Watch.objects.count()) == (200, MOST_COMBINATIONS)
    assert "You watch 100 combinations already" in page.content.decode()


def test_combination_with_something_hidden_names_nothing_of_it(client_for, partner, brazil):
    event = make_event(name="Zx secret")
    watch_combination(partner, [("event", event.pk), ("state", brazil.pk)], level=WATCHING)
    client = client_for(partner)
    assert "Zx secret + Brazil" in client.get(LIST).content.decode()
    type(event).objects.update(label=Label.AMBER)
    page = client.get(LIST).content.decode()
    assert ("Zx secret" in page, "A record that you may no longer read" in page) == (False, True)
