"""What people put into the box: length, signs that are not seen, markup, mentions, quotes, previews."""

import re
import uuid

import pytest
from django.core.exceptions import ValidationError

from community.actions import Words
from community.forms import WordsField, tidy
from community.mentions import handle_of, handles_in, mentioned_in, with_names
from community.models import LONGEST_POST, Post, PostVersion
from community.moderating_forms import RenameForm, SplitForm
from community.writing import quote_of
from core.labels import Label
from core.markdown import _remembered, clean, to_html
from members.audiences import Audience
from tests.factories import make_forum, make_mandate, make_organisation, make_post, make_state, make_thread, make_user
from tests.test_community_writing import box, new_url, posted, reply_url, start, summary, told

pytestmark = pytest.mark.django_db
BASE = "/en/community/"


@pytest.mark.parametrize(
    "text",
    ["", "   \n\t ", "\x00\x01\x7f", "\u200b\u200d\ufeff", "\u3164\u2800\u00ad", "\u202e\u2066", "[a]: https://b.example",
     "> \n> ", "***", "&nbsp;&#8203;"],
)  # fmt: skip
def test_text_in_which_nothing_is_seen_is_refused(client_for, expert, text):
    thread = make_thread()
    response = posted(client_for(expert), reply_url(thread), text=text)
    assert response.status_code == 200 and "Write" in summary(response)
    assert thread.posts.count() == 1


def test_longest_text_is_sent_and_one_character_more_is_not(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    line_ends = "a\r\n" * 9_999 + "aa"
    assert posted(client, reply_url(thread), text=line_ends).status_code == 302
    assert len(Post.objects.by(expert).get().text) == 20_000
    refused = posted(client, reply_url(thread), text="é" * 20_001)
    assert "These are 20,001 characters, and 20,000 are the most." in summary(refused)
    assert box(refused) == "é" * 20_001


@pytest.mark.parametrize("letter", ["a", "😀", "<"])
def test_a_megabyte_of_text_is_refused_with_the_limit_and_given_back(client_for, expert, letter):
    thread = make_thread()
    text = letter * (1024**2 // len(letter.encode()))
    response = posted(client_for(expert), reply_url(thread), text=text)
    assert response.status_code == 200 and "20,000 are the most" in summary(response)
    assert len(box(response).replace("&lt;", "<")) == len(text)
    begun = start(client_for(expert), thread.forum, text=text)
    assert begun.status_code == 200 and "20,000 are the most" in summary(begun)


def test_table_that_grows_beyond_measure_is_refused_and_not_remembered(client_for, expert):
    table = ("|a" * 3000 + "|\n" + "|-" * 3000 + "|\n" + "x\n" * 3000)[:LONGEST_POST]
    thread, client, before = make_thread(), client_for(expert), _remembered.cache_info().currsize
    page = client.post(f"{BASE}preview/", {"thread": thread.slug, "text": table})
    assert "Its tables or links make it too long" in page.content.decode() and len(page.content) < 2000
    response = posted(client, reply_url(thread), text=table)
    assert "Its tables or links make it too long" in response.content.decode() and thread.posts.count() == 1
    client.post(f"{BASE}preview/", {"thread": thread.slug, "text": "A preview"})
    clean("<p>a</p>" * 2000)
    assert _remembered.cache_info().currsize == before


def test_controls_and_direction_overrides_are_taken_out_and_the_rest_stays(client_for, expert):
    client, forum = client_for(expert), make_forum()
    start(client, forum, title="A\u202e title\x00  here", text="\n\nA\x00b\u202ec\u2066d\r\n    kept\n\n")
    post = Post.objects.get()
    assert (post.thread.title, post.text) == ("A title here", "Abcd\n    kept")
    posted(client, reply_url(post.thread), text="👩🏽‍🚒 مرحبا שלום e\u0301")
    assert Post.objects.get(number=2).text == "👩🏽‍🚒 مرحبا שלום e\u0301"


@pytest.mark.parametrize(
    "title", ["", "  ", "\u200b", "\u3164", "<b>bold</b>", "x" * 161, "&lt;script&gt;"], ids=lambda title: title[:8]
)
def test_title_is_one_line_of_plain_text(client_for, expert, title):
    response = start(client_for(expert), make_forum(), title=title)
    assert 'href="#id_title"' in summary(response)
    assert Post.objects.count() == 0


@pytest.mark.parametrize("form", [RenameForm, SplitForm])
def test_title_that_moderators_give_is_tidied_too(form):
    field = form.base_fields["title"]
    assert field.clean("Safe \u202e  title") == "Safe title"
    with pytest.raises(ValidationError):
        field.clean("\u3164")


def test_raw_html_is_shown_as_text(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    text = "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![p](https://b.example/p.png)"
    posted(client, reply_url(thread), text=text)
    html = Post.objects.by(expert).get().html
    assert "<script" not in html and "&lt;script&gt;" in html and "<img" not in html and 'href="javascript' not in html
    page = client.get(thread.get_absolute_url()).content.decode()
    assert "alert(1)</script>" not in page.replace("&lt;/script", "")


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (
            "See https://a.example/x_y_z, or (http://b.example/z_(y)).",
            ["https://a.example/x_y_z", "http://b.example/z_(y)"],
        ),
        ("**https://a.example** and <https://b.example>", ["https://a.example", "https://b.example"]),
        ("[https://a.example](https://b.example)", ["https://b.example"]),
        ("https://a.example/?x=1&y=<b>", ["https://a.example/?x=1&amp;y="]),
        ("`https://a.example` xhttps://b.example https:// javascript://c.example data://d", []),
        ("http://" + "(a" * 9000, []),
    ],
)
def test_address_that_is_pasted_becomes_a_link(text, addresses):
    html = to_html(text)
    assert re.findall(r'<a href="([^"]*)" rel="noopener', html) == addresses and html.count("<a") == len(addresses)
    assert clean(html) == html


def test_ten_people_are_mentioned_and_eleven_refused(client_for, expert):
    thread, client = make_thread(), client_for(expert)
    handles = [f"@BRA-{n}" for n in range(900, 911)]
    refused = posted(client, reply_url(thread), text=" ".join(handles))
    assert "It mentions 11 people, and 10 are the most." in summary(refused)
    assert posted(client, reply_url(thread), text=" ".join(handles[:10] * 50)).status_code == 302
    many = posted(client, reply_url(thread), text=" ".join(f"@BRA-{n}" for n in range(10_000)))
    assert "20,000 are the most" in summary(many)


def test_who_may_not_read_or_is_not_there_stays_text_and_the_writer_is_told_how_many(client_for, focal_point, mexico):
    thread = make_thread(forum=make_forum(label=Label.AMBER), by=focal_point)
    reader = make_mandate(person=make_user(state=mexico, name="Ana Paz", name_shown_to="members")).person
    outsider = make_user(state=mexico, name="Elsa")
    client = client_for(focal_point)
    text = f"{handle_of(reader)} {handle_of(outsider)} @MEX-999999 @XYZ-{reader.pk}"
    preview = client.post(reply_url(thread), {"do": "preview", "text": text}).content.decode()
    assert "3 of those you mention cannot read this" in preview and "@Ana Paz" in preview
    response = posted(client, reply_url(thread), text=text, follow=True)
    post = Post.objects.get(number=2)
    assert (list(post.mentions.all()), post.mention_count) == ([reader], 1)
    page = client.get(reply_url(thread))
    assert any(said.startswith("3 of those you mention cannot read this") for said in told(page))
    assert response.status_code == 302


def test_handles_count_in_plain_text_only():
    html = to_html(
        "@BRA-1 **@BRA-2** _@BRA-3_\n\n> @BRA-4\n\n`@BRA-5` a@BRA-6 https://b.example/@BRA-7 @bra-8 @BRA-9x @BRA-1"
    )
    assert handles_in(html) == ["@BRA-1", "@BRA-2", "@BRA-3"]


def test_handle_in_the_address_of_a_link_is_left_alone(visitor):
    person = make_user(state=make_state(iso3="BRA"), name='"><b>x', name_shown_to=Audience.MEMBERS)
    handle, reader = handle_of(person), make_user()
    html = to_html(f'[see](https://b.example/?q={handle} "{handle}") and {handle} and `{handle}`')
    named = with_names(html, [person], reader)
    assert f'href="https://b.example/?q={handle}" title="{handle}"' in named
    assert f'<span class="mention" title="{handle}">@&quot;&gt;&lt;b&gt;x</span>' in named
    assert f"<code>{handle}</code>" in named
    assert "&gt;x" not in with_names(html, [person], visitor) and "a member" in with_names(html, [person], visitor)


def test_code_of_another_state_mentions_nobody():
    person = make_user(state=make_state(iso3="BRA"))
    thread = make_thread()
    assert mentioned_in(to_html(f"@MEX-{person.pk}"), thread) == ([], 1)
    assert mentioned_in(to_html(f"@BRA-{person.pk}"), thread) == ([person], 0)


def test_quote_holds_the_words_and_no_name(client_for, expert, focal_point):
    focal_point.name = "Rui Point"
    focal_point.save()
    thread = make_thread()
    post = make_post(thread=thread, by=focal_point, text="> Earlier words\n\nTwo *metres*.\n\n- or more")
    page = box(client_for(expert).get(reply_url(thread), {"quote": post.pk}))
    source = f"&gt; [Brazil · National Focal Point, post 2](/community/posts/{post.pk}/):"
    assert page == f"{source}\n&gt;\n&gt; Two *metres*.\n&gt;\n&gt; - or more\n\n"
    assert "Rui" not in quote_of(post)
    response = posted(client_for(expert), reply_url(thread), quoted=str(post.pk))
    assert Post.objects.by(expert).get().quoted == post and response.status_code == 302
    found = client_for(expert).get(f"/community/posts/{post.pk}/", headers={"accept-language": "es"})
    assert found.url == f"/es/community/posts/{post.pk}/"


def test_name_of_a_body_cannot_break_out_of_the_line_of_a_quote():
    author = make_user(organisation=make_organisation(name="A](https://evil.example) *B*"))
    post = make_post(text="Words " * 2000, by=author)
    make_post(thread=post.thread, by=author)
    html = to_html(quote_of(post))
    assert "evil" not in html.replace("A](https://evil.example) *B*", "") and html.count("<a ") == 1
    assert len(quote_of(post)) < 2000 and quote_of(post).rstrip().endswith("…")


def test_only_what_the_writer_may_read_is_quoted(client_for, expert):
    thread, amber = make_thread(), make_forum(label=Label.AMBER)
    other = make_thread(forum=amber, by=make_mandate().person, text="Secret words")
    hidden = make_post(thread=thread, text="Hidden words")
    Post.objects.filter(pk=hidden.pk).update(status=Post.Status.HIDDEN)
    client = client_for(expert)
    for asked in (hidden.pk, other.posts.get().pk, "x", "9" * 40, "1\x00", "-1"):
        response = client.get(reply_url(thread), {"quote": asked})
        assert (response.status_code, box(response)) == (200, "")
        assert told(response) == ["That post cannot be quoted: it is not, or no longer, in this conversation."]
    posted(client, reply_url(thread), quoted=str(hidden.pk))
    assert Post.objects.by(expert).get().quoted is None


@pytest.mark.parametrize(
    "text", ["**Two** metres", "<script>alert(1)</script>", "x" * 20_001, "", "@BRA-999999 " * 400]
)
def test_preview_shows_what_sending_would_make_of_it_and_sends_nothing(client_for, expert, text):
    thread, client = make_thread(), client_for(expert)
    data = {"do": "preview", "text": text, "title": "T", "label": "1"}
    pages = [client.post(url, data).content.decode() for url in (reply_url(thread), new_url(thread.forum))]
    pages += [client.post(f"{BASE}preview/", {"text": text, "thread": thread.slug}).content.decode()]
    html = WordsField().clean(text) and to_html(tidy(text)) if 0 < len(text) <= 20_000 else None
    for page in pages:
        assert ('<div class="box prose">' in page) == (html is not None)
        assert html is None or html in page
    assert "<script>alert" not in "".join(pages) and Post.objects.by(expert).count() == 0


def test_preview_is_only_of_a_place_that_one_may_know_of(client_for, partner, client):
    thread = make_thread(forum=make_forum(open_to_partners=False))
    for place in ({"thread": thread.slug}, {"forum": thread.forum.slug}, {}, {"thread": "x" * 3000}):
        assert client_for(partner).post(f"{BASE}preview/", {"text": "a", **place}).status_code == 404
    assert client.post(f"{BASE}preview/", {"text": "a", "thread": thread.slug}).status_code == 403
    assert client_for(partner).get(f"{BASE}preview/").status_code == 405


def test_suggestions_name_only_those_who_show_their_name_and_may_read(client_for, focal_point, expert, brazil):
    amber = make_thread(forum=make_forum(label=Label.AMBER), by=focal_point)
    green = make_thread(by=focal_point)
    shown = make_mandate(person=make_user(name="Ana Silva", state=brazil, name_shown_to="members")).person
    make_user(name="Ana Shy", state=brazil, name_shown_to="counterparts")
    make_user(name="Ana Expert", state=brazil, name_shown_to="members")
    make_user(name="Ana Closed", state=brazil, name_shown_to="members", is_active=False)

    def names(user, **query):
        return [row["name"] for row in client_for(user).get(f"{BASE}people/", query).json()["people"]]

    assert names(expert, q="ana", thread=green.slug) == ["Ana Expert", "Ana Silva"]
    assert names(focal_point, q="ana", thread=green.slug) == ["Ana Expert", "Ana Shy", "Ana Silva"]
    assert names(focal_point, q="ana", thread=amber.slug) == ["Ana Silva"]
    assert names(focal_point, q="brazil", forum=green.forum.slug) == ["Ana Expert", "Ana Shy", "Ana Silva", "expert"]
    assert names(expert, q="ana", thread=amber.slug) == names(expert, q="a", thread=green.slug) == names(expert) == []
    assert names(expert, q="a" * 41, thread=green.slug) == names(expert, q="a\x00a", thread=green.slug) == []
    row = client_for(expert).get(f"{BASE}people/", {"q": "silva", "thread": green.slug}).json()["people"][0]
    assert row == {"handle": handle_of(shown), "name": "Ana Silva", "standing": "Brazil · National Focal Point"}


def test_suggestions_are_few_and_cost_the_same_for_many(client_for, expert, brazil, django_assert_max_num_queries):
    thread = make_thread()
    for number in range(60):
        make_user(name=f"Ana {number:02}", state=brazil, name_shown_to="members")
    client = client_for(expert)
    with django_assert_max_num_queries(16):
        people = client.get(f"{BASE}people/", {"q": "ana", "thread": thread.slug}).json()["people"]
    assert [row["name"] for row in people] == [f"Ana {number:02}" for number in range(8)]


def test_people_of_the_thread_are_listed_for_those_without_scripts(client_for, expert, focal_point):
    focal_point.name, focal_point.name_shown_to = "Rui Point", "members"
    focal_point.save()
    thread = make_thread(by=focal_point)
    shy = make_user(name="Shy One")
    make_post(thread=thread, by=shy)
    page = client_for(expert).get(reply_url(thread)).content.decode()
    assert handle_of(focal_point) in page and "Rui Point" in page
    assert "Shy One" not in page and handle_of(shy) not in page


def test_words_sent_by_the_action_alone_are_written_the_same(expert):
    thread = make_thread()
    with_html = make_post(thread=thread, by=expert, text="**a**", html=to_html("**a**"))
    without = make_post(thread=thread, by=expert, text="**a**")
    assert with_html.html == without.html == "<p><strong>a</strong></p>\n"
    assert Words(text="", token=uuid.uuid4()).html == "" and PostVersion.objects.count() == 0
