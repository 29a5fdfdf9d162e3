"""What of a posted proposal is kept, what is given back, and how its differences are said."""

import uuid

import pytest
from django.http import QueryDict
from django.utils import translation

from core.labels import Label
from events.models import MajorEvent
from moderation.differences import differences, marked
from moderation.held import LONGEST_IN_ALL, LONGEST_TEXT, held, merged, posted
from moderation.kinds import KINDS
from moderation.models import Proposal
from tests.factories import make_event, make_theme
from tests.proposing import EVENT, accepted, as_texts, change_of, draft_of, now, page, saved, submitted

pytestmark = pytest.mark.django_db
NEW = "/en/desk/proposals/event/new/"
OFFICIAL = {"source": "https://a.example/", "source_kind": "official-page"}


def form_over(record, state, reader=None):
    return KINDS["event"].form(instance=record, state=state, reader=reader)


def test_only_what_the_form_offers_is_kept_and_saved(client_for, focal_point, other_focal_point, secretariat, mexico):
    """Owner, author, publication, address and the proposal's own columns cannot be posted in."""
    posted_in = {
        "state": mexico.pk, "host_state": mexico.pk, "author": other_focal_point.pk, "publication": "published",
        "slug": "my-slug", "search_text": "x", "ipo_support": "on", "status_": "x", "title": "x", "kind_": "x",
        "base": "x", "base_data": "{}", "submitter": other_focal_point.pk, "documents": "1", "validated": "2020-01-01",
    }  # fmt: skip
    token = uuid.uuid4()
    client = client_for(focal_point)
    client.post(NEW, {**EVENT, **posted_in, "version": 0, "token": token})
    draft = Proposal.objects.get()
    assert set(draft.data) == set(EVENT)
    assert (draft.state, draft.author, draft.base, draft.submitter) == (focal_point.state, focal_point, "", None)
    saved(client, draft, {**EVENT, **posted_in})
    assert (set(now(draft).data), now(draft).status) == (set(EVENT), "draft")
    submitted(draft, focal_point)
    event = accepted(draft, secretariat)
    assert (event.host_state, event.slug, event.author, event.ipo_support) == (
        focal_point.state, "cup-of-nations", focal_point, False,
    )  # fmt: skip


def test_co_host_does_not_choose_who_reads_another_states_record(client_for, focal_point, secretariat, brazil, mexico):
    event = make_event(host_state=mexico, other_hosts=[brazil], label=Label.AMBER, **OFFICIAL)
    draft = change_of(event, focal_point)
    saved(client_for(focal_point), draft, {**EVENT, "label": "0", "restricted_until": "2030-01-01"})
    assert {"label", "restricted_until"} & now(draft).data.keys() == set()
    submitted(draft, focal_point)
    accepted(draft, secretariat)
    event.refresh_from_db()
    assert (event.name, event.label, event.host_state) == ("Cup of Nations", Label.AMBER, mexico)


def test_draft_is_saved_with_gaps_and_errors_and_says_what_is_missing(client_for, focal_point):
    client = client_for(focal_point)
    client.post(NEW, {"name_en": "Cup", "start": "32/13/2031", "website": "nonsense", "version": 0,
                      "token": uuid.uuid4()})  # fmt: skip
    draft = Proposal.objects.get()
    assert draft.data == {"name_en": ["Cup"], "start": ["32/13/2031"], "website": ["nonsense"]}
    body = client.get(page("detail", draft)).content.decode()
    assert "Before it can be submitted" in body
    assert "Submit for Brazil" not in body
    body = client.get(page("edit", draft)).content.decode()
    assert 'value="32/13/2031"' in body
    assert "There is no such date." in body
    missing = body.partition("Still to be given before it can be submitted")[2].partition("</ul>")[0]
    assert ">Kind</a>" in missing
    assert ">First day" not in missing
    body = saved(client, draft, {"name_en": "Cup", "summary_en": "What I wrote."}, do="submit").content.decode()
    assert "It was not submitted: correct what is marked." in body
    assert "What I wrote." in body
    assert (now(draft).status, now(draft).data["summary_en"]) == ("draft", ["What I wrote."])
    assert f'name="version" value="{now(draft).version}"' in body


def test_empty_draft_is_called_by_its_kind(client_for, focal_point):
    client_for(focal_point).post(NEW, {"version": 0, "token": uuid.uuid4()})
    assert (Proposal.objects.get().title, Proposal.objects.get().data) == ("Major event without a title", {})


def test_form_of_a_refused_submission_goes_on_with_the_draft_that_was_saved(client_for, focal_point):
    client = client_for(focal_point)
    answer = client.post(NEW, {"name_en": "Cup", "do": "submit", "version": 0, "token": uuid.uuid4()})
    draft = Proposal.objects.get()
    action = f'action="{page("edit", draft)}"'
    assert action in answer.content.decode()
    saved(client, draft, {"name_en": "Cup 2031"})
    assert (Proposal.objects.count(), now(draft).title) == (1, "Cup 2031")


TOO_MUCH = {
    "one long text": {"summary_en": "x" * (LONGEST_TEXT + 1)},
    "many texts": {f"{name}_{code}": "é" * 20_000 for name in ("name", "summary") for code in ("en", "es", "pt", "fr")},
    "many choices": {"themes": [str(n) for n in range(501)]},
}


@pytest.mark.parametrize("form", TOO_MUCH.values(), ids=TOO_MUCH)
def test_more_than_a_proposal_holds_is_given_back_and_not_kept(form, client_for, focal_point):
    client, draft = client_for(focal_point), draft_of(focal_point)
    body = saved(client, draft, {**EVENT, **form, "security_authority": "What I wrote."}).content.decode()
    assert "more text than a proposal can hold" in body
    assert "What I wrote." in body
    assert now(draft).version == 1
    body = client.post(NEW, {**EVENT, **form, "version": 0, "token": uuid.uuid4()}).content.decode()
    assert "more text than a proposal can hold" in body
    assert Proposal.objects.count() == 1


def test_what_is_kept_is_bounded_in_all():
    names = [f"summary_{code}" for code in ("en", "es", "pt", "fr")]
    assert len(names) * LONGEST_TEXT * 2 <= LONGEST_IN_ALL  # two bytes a letter


def test_characters_that_no_database_keeps_are_left_out(client_for, focal_point):
    client, draft = client_for(focal_point), draft_of(focal_point)
    saved(client, draft, {**EVENT, "name_en": "Cup\x00 of\x07 All", "summary_en": "One\r\nTwo"})
    assert (now(draft).data["name_en"], now(draft).data["summary_en"]) == (["Cup of All"], ["One\nTwo"])


BAD_VERSIONS = ["", "x", "-1", "99999999999999999999", "1.5", "²"]


@pytest.mark.parametrize("version", BAD_VERSIONS)
def test_version_that_cannot_be_is_a_conflict_and_no_error(version, client_for, focal_point, secretariat):
    client, desk, draft = client_for(focal_point), client_for(secretariat), draft_of(focal_point)
    form = {**EVENT, "name_en": "What I wrote.", "version": version}
    assert client.post(page("edit", draft), form).status_code == 409
    assert client.post(page("submit", draft), {"version": version}).status_code == 302
    assert now(draft).status == "draft"
    submitted(draft, focal_point)
    desk.post(page("accept", draft), {"version": version})
    desk.post(page("return", draft), {"version": version, "reasons": "No."})
    assert (now(draft).status, MajorEvent.objects.count()) == ("submitted", 0)


def test_bad_token_makes_a_draft_of_its_own(client_for, focal_point):
    client = client_for(focal_point)
    for token in ("", "nonsense", "x" * 500):
        assert client.post(NEW, {**EVENT, "version": 0, "token": token}).status_code == 302
    assert Proposal.objects.count() == 3


def test_reasons_are_needed_and_bounded_and_given_back(client_for, focal_point, secretariat):
    desk, draft = client_for(secretariat), draft_of(focal_point)
    submitted(draft, focal_point)
    for reasons in ("", "   ", "What I wrote. " + "x" * 3000, "What I wrote. <script>alert(1)</script>"):
        body = desk.post(page("return", draft), {"reasons": reasons, "version": now(draft).version}).content.decode()
        assert "There is a problem" in body
        assert ("What I wrote." in body) == (len(reasons) > 10)
        assert "<script>alert" not in body
    assert now(draft).status == "submitted"


def test_markup_in_a_proposal_is_shown_as_text(client_for, focal_point, brazil):
    event = make_event(host_state=brazil, summary="Old <b>text</b>", **OFFICIAL)
    draft = change_of(event, focal_point, name_en="<script>alert(1)</script>", summary_en="New <img src=x> text")
    for address in (page("detail", draft), page("edit", draft), "/en/desk/proposals/"):
        body = client_for(focal_point).get(address).content.decode()
        assert ("<script>alert" in body, "<img src=x" in body) == (False, False)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body


def test_form_begins_with_all_that_the_record_holds_and_changes_nothing_by_being_saved(focal_point, brazil, mexico):
    event = make_event(
        host_state=brazil, other_hosts=[mexico], themes=[make_theme()], cities=["Rio", "Lima"], delegations=32,
        name_es="Copa", summary="One\nTwo", hosts_elsewhere="FRA;JPN", restricted_until="2030-01-01",
        label=Label.GREEN, **OFFICIAL,
    )  # fmt: skip
    event = MajorEvent.objects.get(pk=event.pk)
    form = form_over(event, brazil, focal_point)
    begun = held(form)
    query = QueryDict(mutable=True)
    for name, texts in begun.items():
        query.setlist(name, texts)
    bound = KINDS["event"].form(query, instance=event, state=brazil, reader=focal_point)
    assert bound.is_valid(), bound.errors
    assert (bound.changed_data, posted(form, query)) == ([], begun)
    assert differences(form, old=begun, new=begun) == []


def test_days_and_numbers_are_read_the_same_in_every_language(focal_point, secretariat, brazil):
    with translation.override("es"):
        draft = draft_of(focal_point, start="03/04/2031", restricted_until="2032-05-06", label="1")
    submitted(draft, focal_point)
    with translation.override("pt-br"):
        event = accepted(draft, secretariat)
    assert (str(event.start), str(event.restricted_until)) == ("2031-04-03", "2032-05-06")


def test_differences_are_said_as_the_form_shows_them(focal_point, brazil, mexico):
    theme, other = make_theme(slug="policing", name="Policing"), make_theme(slug="crowds", name="Crowds")
    event = make_event(host_state=brazil, themes=[theme], delegations=32, summary="The opening is in Rio.", **OFFICIAL)
    form = form_over(event, brazil, focal_point)
    old = held(form)
    new = old | as_texts({
        "themes": [str(other.pk)], "kind": "summit", "start": "06/2031", "summary_en": "The closing is in Rio.",
        "summary_pt": "A abertura é no Rio.",
    })  # fmt: skip
    del new["delegations"]
    found = [(row.label, row.lang, row.before, row.after) for row in differences(form, old=old, new=new)]
    assert found == [
        ("Kind", "", "<del>Sport</del>", "<ins>Summit</ins>"),
        ("First day, month or year", "", "<del>1 </del>June <del>2030</del>", "June <ins>2031</ins>"),
        ("Participating delegations", "", "<del>32</del>", ""),
        ("Summary (English)", "en", "The <del>opening </del>is in Rio.", "The <ins>closing </ins>is in Rio."),
        ("Summary (Português)", "pt", "", "<ins>A abertura é no Rio.</ins>"),
        ("Themes", "", "<del>Policing</del>", "<ins>Crowds</ins>"),
    ]


def test_the_same_day_written_in_two_ways_is_no_difference(focal_point, brazil):
    event = make_event(host_state=brazil, **OFFICIAL)
    form = form_over(event, brazil, focal_point)
    old = held(form)
    assert old["start"] == ["2030-06-01"]
    assert differences(form, old=old, new=old | {"start": ["01/06/2030"], "name_en": [f" {event.name} "]}) == []


def test_words_are_marked_and_long_texts_as_a_whole():
    assert marked("a < b", "a > b") == ("a <del>&lt; </del>b", "a <ins>&gt; </ins>b")
    assert marked("one\ntwo", "one\nthree") == ("one<br><del>two</del>", "one<br><ins>three</ins>")
    assert marked("", "") == ("", "")
    long = "word " * 600
    assert marked(long, long + "x")[0].startswith("<del>word ")


def test_merging_takes_each_field_from_whoever_changed_it(focal_point, brazil):
    form = form_over(make_event(host_state=brazil, **OFFICIAL), brazil)
    base = {"name_en": ["Cup"], "kind": ["sport"], "themes": ["1", "2"], "website": ["https://a.example/"]}
    live = {"name_en": ["Cup"], "kind": ["summit"], "themes": ["2", "3", "1"], "delegations": ["4"]}
    data = {"name_en": ["New Cup"], "kind": ["sport"], "themes": ["2", "5"], "website": ["https://a.example/"]}
    assert merged(form, base=base, live=live, data=data) == {
        "name_en": ["New Cup"], "kind": ["summit"], "themes": ["2", "3", "5"], "delegations": ["4"],
    }  # fmt: skip


def test_form_lays_out_the_language_of_the_record_and_folds_the_others(brazil):
    event = make_event(host_state=brazil, name="Cup", **OFFICIAL)
    event.name_en, event.name_es = "", "Copa"
    rows = {row.field.name: row for _, fields in form_over(event, brazil).laid_out() for row in fields}
    assert [other.name for other in rows["name_en"].others] == ["name_es", "name_pt", "name_fr"]
    assert (rows["name_en"].is_open, rows["summary_en"].is_open, rows["kind"].others) == (True, False, [])
    event.language = "pt"
    rows = {row.field.name: row for _, fields in form_over(event, brazil).laid_out() for row in fields}
    assert [other.name for other in rows["name_pt"].others] == ["name_en", "name_es", "name_fr"]
    assert (rows["name_pt"].field.field.required, rows["summary_pt"].field.field.required) == (True, False)


@pytest.mark.parametrize("kind", ["event", "instrument", "lesson", "document"])
def test_every_field_of_a_form_is_laid_out_once(kind, brazil):
    form = KINDS[kind].form(instance=KINDS[kind].form.new_record(), state=brazil)
    shown = [bound.name for _, rows in form.laid_out() for row in rows for bound in (row.field, *row.others)]
    assert (sorted(shown), len(shown)) == (sorted(form.fields), len(set(shown)))
    assert "" not in [heading for heading, _ in form.laid_out()]
