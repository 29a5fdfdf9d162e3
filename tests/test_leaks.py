"""What is hidden is named nowhere: every place of the portal is asked for words that stand in one record each.

There is a record of each kind at every label, a draft and a withdrawn one, all Mexico's. Which words a place may show
to whom is computed from SEEN of tests/test_visible_to.py; the secretariat, one of those who are asked, finds all of
them, so what must not leak is there to leak.
"""

import io
import re
import zipfile

import pytest
from django.core import mail
from django.urls import reverse

from events.models import Lesson, MajorEvent
from legislation.models import Instrument
from notifications.actions import choose_mail, notify
from notifications.kinds import Group
from notifications.models import Notification, Preference, Watch
from programme.models import Activity
from tests.factories import (
    make_activity,
    make_document,
    make_event,
    make_instrument,
    make_lesson,
    make_need,
    make_page,
    make_series,
    make_theme,
)
from tests.test_visible_to import ROWS, SEEN
from tests.worker import run_worker

pytestmark = pytest.mark.django_db
WORD = re.compile(r"zq(?:event|instrument|activity|lesson|need|document)\w+")
VARIANTS = {variant: "".join(variant.split()) for variant in ROWS}
RECORDS = {"event": MajorEvent, "instrument": Instrument, "activity": Activity, "lesson": Lesson}
SUBJECTS = {*RECORDS, "document"}
FORMS = {
    "/en/events.{}": (("csv", "xlsx", "ics", "atom"), {"event"}),
    "/en/legislation.{}": (("csv", "xlsx", "atom"), {"instrument"}),
    "/en/programme.{}": (("csv", "xlsx", "ics", "atom"), {"activity"}),
    "/en/events/lessons.{}": (("csv", "xlsx", "atom"), {"lesson"}),
}
# Where which kinds of records are named, all of those that the reader may know of.
PLACES = {
    "/en/events/": {"event"},
    "/en/events/?q=zqevent": {"event"},
    "/en/events/map/": {"event"},
    "/en/events/calendar/?month=2030-06": {"event"},
    "/en/events/timeline/": {"event"},
    "/en/events/series/games/": {"event"},
    "/en/events/lessons/": {"lesson"},
    "/en/events/lessons/?q=zqlesson": {"lesson"},
    "/en/legislation/": {"instrument"},
    "/en/legislation/?q=zqinstrument": {"instrument"},
    "/en/programme/": {"activity"},
    "/en/network/mexico/": {"event", "instrument", "activity", "lesson", "document"},
    "/en/themes/policing/": {"event", "instrument", "activity", "lesson"},
    "/en/events/shown/": {"event", "instrument", "activity", "lesson", "need", "document"},
    "/en/events/lessons/shown/": {"document"},
    "/en/legislation/shown/": {"document"},
    "/en/programme/shown/": {"document"},
    **{pattern.format(form): kinds for pattern, (forms, kinds) in FORMS.items() for form in forms},
}
# Where only some of them are named, or none.
PARTLY = [
    "/en/", "/en/network/", "/en/network.csv", "/en/themes/", "/en/events/series/", "/en/legislation/matrix/",
    "/en/legislation/matrix.csv", "/en/legislation/treaties/", "/en/programme/about/", "/en/programme/history/",
    "/en/programme/partners/", "/en/events/?kind=sport&sort=name", "/en/events/?series=games", "/en/feeds/",
]  # fmt: skip
SITEMAPS = {"events": "event", "legislation": "instrument", "programme": "activity", "lessons": "lesson"}
MEMBERS_PLACES = [
    "/en/desk/", "/en/network/directory/", "/en/account/", "/en/account/my-data/", "/en/account/my-data.json",
    "/en/account/log/", "/en/desk/labels/", "/en/desk/log/", "/en/desk/queue/", "/en/desk/proposals/",
    "/en/desk/invitations/", "/en/desk/seats/", "/en/desk/seats/mexico/", "/en/account/close/",
]  # fmt: skip


def word(kind, variant):
    """The word that stands in one record only."""
    return f"zq{kind}{VARIANTS[variant]}"


def seen(name, kind):
    """The variants of a kind that somebody of the cast may know of."""
    if kind == "activity" and name == "other_focal_point":  # the secretariat owns activities, their host does not
        return {"clear", "green", "amber"}
    return SEEN[name]


def words_for(name, *kinds):
    return {word(kind, variant) for kind in kinds or ("need", *SUBJECTS) for variant in seen(name, kind)}


def words_in(text):
    return set(WORD.findall(text.casefold()))


def text_of(response):
    """All that an answer says, its headers and the parts of a spreadsheet included."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    content = content.replace(b"\r\n ", b"")  # a calendar folds its lines
    return f"{response.headers}\n{content.decode(errors='replace')}"


@pytest.fixture
def records(brazil, mexico):
    """{(kind, variant): record}, around records that everybody sees."""
    theme, games = make_theme(slug="policing"), make_series(slug="games")
    for slug in ("programme", "programme-history", "programme-partners"):
        make_page(slug=slug)
    around = {"host_state": mexico, "themes": [theme]}
    shown = make_event(slug="shown", name="Shown", series=games, **around)
    made = {}
    for variant, fields in ROWS.items():
        fields = {**fields, "named_states": [brazil] if variant == "red naming brazil" else []}
        made |= {(kind, variant): row for kind, row in one_of_each(variant, mexico, shown, theme, fields).items()}
    attached = [made["document", variant] for variant in ROWS]
    shown.documents.set(attached)
    make_instrument(slug="shown", title="Shown law", state=mexico, documents=attached)
    make_activity(slug="shown", title="Shown training", documents=attached)
    make_lesson(slug="shown", title="Shown lesson", state=mexico, documents=attached)
    return made


def one_of_each(variant, mexico, shown, theme, fields):
    slugs = {kind: word(kind, variant) for kind in ("event", "instrument", "activity", "lesson")}
    event = make_event(
        slug=slugs["event"], name=slugs["event"], host_state=mexico, themes=[theme], series=shown.series,
        umbrella=shown, cities=["Lima"], **fields,
    )  # fmt: skip
    law = slugs["instrument"]
    return {
        "event": event,
        "instrument": make_instrument(
            slug=law, title=law, original_title=law, state=mexico, themes=[theme], events=[shown],
            adopted_on="2001-01-01", status="in-force", **fields,
        ),
        "activity": make_activity(
            slug=slugs["activity"], title=slugs["activity"], host_state=mexico, event=shown, themes=[theme], **fields
        ),
        "lesson": make_lesson(
            slug=slugs["lesson"], title=slugs["lesson"], state=mexico, event=shown, themes=[theme], **fields
        ),
        "need": make_need(need=word("need", variant), event=shown, **fields),
        "document": make_document(
            title=word("document", variant), filename=f"{word('document', variant)}.pdf", state=mexico,
            content=f"%PDF-1.4 {word('document', variant)}".encode(), **fields,
        ),
    }  # fmt: skip


@pytest.fixture
def reader(request, name):
    return request.getfixturevalue(name)


@pytest.mark.parametrize("name", SEEN)
def test_places_name_what_their_reader_may_know_of_and_nothing_else(name, reader, records, client_for):
    client = client_for(reader)
    found = {address: words_in(text_of(client.get(address))) for address in PLACES}
    assert found == {address: words_for(name, *kinds) for address, kinds in PLACES.items()}
    for address in (*PARTLY, *(MEMBERS_PLACES if reader.is_authenticated else ())):
        assert (address, words_in(text_of(client.get(address))) - words_for(name)) == (address, set())


@pytest.mark.parametrize("name", [name for name in SEEN if name != "visitor"])
def test_what_somebody_is_told_and_watches_names_what_he_may_know_of(name, reader, records, client_for):
    """Rows that were written while he might know of more; mails name open records only."""
    client = client_for(reader)
    choose_mail(reader, dict.fromkeys(Group, Preference.Mail.AT_ONCE))
    for (kind, variant), record in records.items():
        if kind in SUBJECTS:
            about = {"subject_kind": kind, "subject_key": record.pk}
            told = notify(to=[reader], kind="record_changed", subject=(kind, record.pk), label=record.label)
            assert (kind, variant, told) == (kind, variant, variant in seen(name, kind))
            Watch.objects.create(person=reader, **about)
            if not told:
                Notification.objects.create(person=reader, kind="record_changed", **about)
    run_worker()
    mails = "\n".join(message.message().as_string() for message in mail.outbox)
    known = words_for(name, *SUBJECTS)
    assert (len(mail.outbox), words_in(mails) - known) == (len(known), set())
    assert {found for found in words_in(mails) if "clear" in found} == {word(kind, "clear") for kind in SUBJECTS}
    assert re.findall(r"zq[a-z]+(?:green|amber|red)", mails) == []
    assert words_in(all_notifications(client)) == words_in(text_of(client.get("/en/desk/watches/"))) == known
    rows = Notification.objects.visible_to(reader)
    opened = [client.get(reverse("notifications:notification_open", args=[row.pk]))["Location"] for row in rows]
    assert (len(opened), words_in(" ".join(opened))) == (len(SUBJECTS) * len(ROWS), known)
    assert words_in(text_of(client.get("/en/account/my-data.json"))) - known == set()


def all_notifications(client):
    """The list with its older pages."""
    text, address = "", "/en/desk/notifications/"
    while address:
        page = client.get(address)
        text, older = text + text_of(page), page.context["older"]
        address = older and f"/en/desk/notifications/?before={older}"
    return text


@pytest.mark.parametrize("name", SEEN)
def test_pages_files_and_refusals_of_a_hidden_record_do_not_name_it(name, reader, records, client_for):
    client = client_for(reader)
    for (kind, variant), record in records.items():
        if kind == "need":
            continue
        answer = client.get(record.get_absolute_url())
        is_seen = variant in seen(name, kind)
        assert (kind, variant, answer.status_code) == (kind, variant, 200 if is_seen else 404)
        watching = {"subject_kind": kind, "subject_key": record.pk, "on": "1"}
        for response in (answer, client.post("/en/desk/watches/", watching, follow=True)):
            page = text_of(response).replace(record.get_absolute_url(), "")
            assert is_seen or word(kind, variant) not in page.split("<main")[-1]


WRITERS = [name for name in SEEN if name in ("expert", "alternate", "focal_point", "other_focal_point")]
# The forms whose choices name records of every State that their writer may know of, and those that name his own.
CHOICES = {"lesson": {"event"}}
OWN_CHOICES = {"instrument": {"event", "instrument"}, "event": {"event"}}


@pytest.mark.parametrize("name", WRITERS)
def test_choices_of_a_proposal_name_what_their_writer_may_know_of(name, reader, records, client_for):
    client, offered = client_for(reader), {}
    hidden = {key: str(row.pk) for (key, variant), row in records.items() if variant == "withdrawn"}
    for kind in (*CHOICES, *OWN_CHOICES):
        address = f"/en/desk/proposals/{kind}/new/"
        offered[kind] = words_in(text_of(client.get(address)))
        form = {"event": hidden["event"], "events": [hidden["event"]], "umbrella": hidden["event"], "version": 0}
        refused = client.post(address, form, follow=True)
        assert words_in(text_of(refused)) - words_for(name) == set()
    is_mexicos = name == "other_focal_point"
    own = {kind: words_for(name, *kinds) if is_mexicos else set() for kind, kinds in OWN_CHOICES.items()}
    assert offered == {kind: words_for(name, *kinds) for kind, kinds in CHOICES.items()} | own


@pytest.mark.parametrize("section", SITEMAPS)
def test_sitemap_names_open_records_whoever_asks(section, records, client_for, secretariat, visitor):
    for person in (secretariat, visitor):
        sitemap = text_of(client_for(person).get(f"/sitemap-{section}.xml"))
        assert words_in(sitemap) == {word(SITEMAPS[section], "clear")}


@pytest.mark.parametrize("name", SEEN)
def test_autocomplete_of_the_admin_names_records_to_staff_only(name, reader, records, client_for):
    asked = "/admin/autocomplete/?app_label={}&model_name={}&field_name={}&term=zq"
    fields = [("programme", "activity", "event"), ("events", "lesson", "event"), ("events", "majorevent", "umbrella")]
    found = [words_in(text_of(client_for(reader).get(asked.format(*field)))) for field in fields]
    every = {word("event", variant) for variant in ROWS}
    assert found == [every if name in ("secretariat", "administrator") else set()] * len(fields)
