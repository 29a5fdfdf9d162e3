"""What is hidden is named nowhere: every place of the portal is asked for words that stand in one record each.

There is a record of each kind at every label, a draft and a withdrawn one, all Mexico's. Which words a place may show
to whom, and how many of them it may count, is computed from SEEN of tests/test_visible_to.py; the secretariat, one of
those who are asked, finds all of them, so what must not leak is there to leak.
"""

import io
import re
import zipfile
from collections import Counter
from functools import partial

import pytest
from django.core import mail
from django.urls import reverse

from core.labels import Label
from events.models import Lesson, MajorEvent
from legislation.models import Instrument
from notifications.actions import choose_mail, notify, tell_of_curation, tell_watchers, watch
from notifications.daily import send_daily_mails
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
    make_state,
    make_theme,
)
from tests.reading import words
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
# The filters of each list with a choice that the records have, and whether what everybody sees has it too.
OF_EVENTS = dict.fromkeys(
    ("when=upcoming", "kind=sport", "state=mexico", "sub_region=south", "series=games", "theme=policing",
     "status=confirmed"), 1,
)  # fmt: skip
COUNTED = {
    "/en/events/": ("event", OF_EVENTS),
    "/en/events/map/": ("event", OF_EVENTS),
    "/en/events/calendar/?month=2030-06": ("event", OF_EVENTS),
    "/en/events/timeline/": ("event", OF_EVENTS),
    "/en/events/lessons/": (
        "lesson",
        {"kind=lesson": 1, "state=mexico": 1, "theme=policing": 0, "event_kind=sport": 0, "series=games": 0},
    ),
    "/en/legislation/": (
        "instrument",
        {"level=national": 1, "kind=act": 1, "state=mexico": 1, "sub_region=south": 1, "theme=policing": 0,
         "status=in-force": 1},
    ),
    "/en/programme/": (
        "activity",
        {"when=past": 1, "kind=training": 1, "state=mexico": 0, "sub_region=south": 0, "theme=policing": 0},
    ),
}  # fmt: skip
# The numbers in the words of a page, with the kind of record and how many there are besides.
LAW, TRAINING = ("instrument", 0), ("activity", 0)
NUMBERS = {
    "/en/": {
        r"major events (\d+) legal instruments (\d+)": (("event", 1), ("instrument", 1)),
        r"activities of the Programme (\d+)": (("activity", 1),),
        r"Most major events on record: 2030, with (\d+)": (("event", 1),),
        r"Most national law on record: Mexico, with (\d+)": (("instrument", 1),),
    },
    "/en/network/": {
        r"Mexico .*?(\d+) events? · (\d+) instruments? · (\d+) activit\w+ · (\d+) lessons?": (
            ("event", 1), ("instrument", 1), TRAINING, ("lesson", 1),
        ),
    },
    "/en/network/mexico/": {
        r"Coming events (\d+)": (("event", 1),),
        r"[Ll]egislation (\d+)": (("instrument", 1),),
        r"Training (\d+)": (TRAINING,),
        r"Who was trained (\d+)": (TRAINING,),
        r"Lessons (\d+)": (("lesson", 1),),
        r"Documents (\d+)": (("document", 0),),
        r"Today (\d+) (?:is|are) in force": (LAW,),
        r"Policing (\d+) in force": (LAW,),
    },
    "/en/themes/": {r"Policing (\d+) (\d+) (\d+) (\d+)": (LAW, ("event", 1), TRAINING, ("lesson", 0))},
    "/en/themes/policing/": {
        r"Legislation (\d+)": (LAW,),
        r"Events (\d+)": (("event", 1),),
        r"Activities(?: of the Programme)? (\d+)": (TRAINING,),
        r"Lessons (\d+)": (("lesson", 0),),
    },
    "/en/events/series/": {r"Games (\d+)": (("event", 1),)},
    "/en/events/series/games/": {r"(\d+) editions are recorded": (("event", 1),), r"Editions (\d+)": (("event", 1),)},
    "/en/events/shown/": {
        r"Law in force(?: on the dates)? (\d+)": (LAW,),
        r"Preparation(?: by the Programme)? (\d+)": (TRAINING,),
        r"Cooperation needs (\d+)": (("need", 0),),
        r"Lessons (\d+)": (("lesson", 0),),
        r"Documents (\d+)": (("document", 0),),
    },
    "/en/legislation/matrix/": {r"(\d+) in force not yet verified": (LAW,)},
    "/en/legislation/shown/": {r"Documents (\d+)": (("document", 0),)},
    "/en/programme/history/": {r"Most activities in a year: 2020, with (\d+)": (("activity", 1),)},
}  # fmt: skip
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


@pytest.fixture(scope="module")
def records(own_database, django_db_blocker):
    """{(kind, variant): record}, around records that everybody sees."""
    with django_db_blocker.unblock():
        brazil = make_state(iso3="BRA", iso2="BR", slug="brazil", name="Brazil")
        return lay_out(brazil, make_state(iso3="MEX", iso2="MX", slug="mexico", name="Mexico"))


def lay_out(brazil, mexico):
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
    make_instrument(slug="shown", title="Shown law", state=mexico, documents=attached, status="in-force")
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


def counts_of(client, address):
    """{"" or filter=choice: the number that the list shows}."""
    page = client.get(address)
    found = {
        f"{group.name}={one.value}": one.count for group in page.context["listing"].groups for one in group.choices
    }
    return {"": int(re.search(r"data-count>(\d+) ", page.content.decode())[1])} | found


@pytest.mark.parametrize("name", SEEN)
def test_lists_and_filters_count_what_their_reader_may_know_of(name, reader, records, client_for):
    """Without a filter, and with all of them, where each choice is counted among the rows that the others leave."""
    client = client_for(reader)
    for address, (kind, besides) in COUNTED.items():
        known = seen(name, kind)
        labels = Counter(ROWS[variant].get("label", Label.CLEAR) for variant in known if kind == "lesson")
        labels = {f"label={label.name.lower()}": n for label, n in labels.items() if label != Label.CLEAR}
        wanted = {choice: len(known) + n for choice, n in ({"": 1} | besides).items()}
        assert (address, counts_of(client, address)) == (address, wanted | labels)
        narrowed = f"{address}{'&' if '?' in address else '?'}{'&'.join(besides)}"
        wanted = dict.fromkeys(wanted, len(known) + min(besides.values()))
        assert (narrowed, counts_of(client, narrowed)) == (narrowed, wanted | labels)


@pytest.mark.parametrize("name", SEEN)
def test_numbers_of_pages_are_of_what_their_reader_may_know_of(name, reader, records, client_for):
    client = client_for(reader)
    for address, patterns in NUMBERS.items():
        page = words(text_of(client.get(address)).split("<main")[-1])
        for pattern, kinds in patterns.items():
            found = {match.groups() for match in re.finditer(pattern, page)}
            wanted = tuple(str(len(seen(name, kind)) + besides) for kind, besides in kinds)
            assert (address, pattern, found) == (address, pattern, {wanted})


MEMBERS = [name for name in SEEN if name != "visitor"]


@pytest.mark.parametrize("name", MEMBERS)
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
    found = [words_in(all_pages(client, address)) for address in ("/en/desk/notifications/", "/en/desk/watches/")]
    assert found == [known, known]
    rows = Notification.objects.visible_to(reader)
    opened = [client.get(reverse("notifications:notification_open", args=[row.pk]))["Location"] for row in rows]
    assert (len(opened), words_in(" ".join(opened))) == (len(SUBJECTS) * len(ROWS), known)
    assert words_in(text_of(client.get("/en/account/my-data.json"))) - known == set()


def all_pages(client, begin):
    """A list with its older pages."""
    text, address = "", begin
    while address:
        page = client.get(address)
        text, older = text + text_of(page), page.context["older"]
        address = older and f"{begin}?before={older}"
    return text


TELL = {
    "watchers of a change": partial(tell_watchers, kind="record_changed"),
    "watchers and owners of a curated change": partial(tell_of_curation, published=False),
    "watchers and owners of an import": partial(tell_of_curation, published=True, in_bulk=True),
}


@pytest.mark.parametrize("whom", TELL)
def test_who_watches_is_told_of_what_he_may_know_of(whom, request, records, client_for, mexico):
    """All watch each record, its State and its theme."""
    people = {name: request.getfixturevalue(name) for name in MEMBERS}
    subjects = {key: (key[0], record.pk) for key, record in records.items() if key[0] in SUBJECTS}
    for person in people.values():
        for subject in [*subjects.values(), ("state", mexico.pk), ("theme", records["event", "clear"].themes.get().pk)]:
            watch(person, subject)
    numbers = {key: TELL[whom](records[key], subject=subject, by=None) for key, subject in subjects.items()}
    assert numbers == {
        (kind, variant): sum(variant in seen(name, kind) for name in people) for kind, variant in numbers
    }
    known = {name: {subjects[key] for key in subjects if key[1] in seen(name, key[0])} for name in people}
    assert {name: subjects_told(person) for name, person in people.items()} == known
    pages = {name: all_pages(client_for(person), "/en/desk/notifications/") for name, person in people.items()}
    named = {name: words_in(text) for name, text in pages.items()}
    assert named == {name: words_for(name, *SUBJECTS) for name in people}
    in_bulk = whom == "watchers and owners of an import"
    assert send_daily_mails() == (len(people) if in_bulk else 0)
    run_worker()
    mails = {name: [one for one in mail.outbox if one.to == [person.email]] for name, person in people.items()}
    assert {name: len(found) for name, found in mails.items()} == {
        name: 1 if in_bulk else len(known[name]) for name in people
    }
    said = {name: words_in("\n".join(one.message().as_string() for one in found)) for name, found in mails.items()}
    assert said == dict.fromkeys(people, {word(kind, "clear") for kind in SUBJECTS})


def subjects_told(person):
    """What somebody was told of; the number in the header is that of these."""
    rows = list(Notification.objects.visible_to(person))
    person.refresh_from_db()
    assert person.unread_notifications == len(rows)
    return {(row.subject_kind, row.subject_key) for row in rows}


@pytest.mark.parametrize("name", SEEN)
def test_pages_files_and_refusals_of_a_hidden_record_do_not_name_it(name, reader, records, client_for):
    client = client_for(reader)
    for (kind, variant), record in records.items():
        if kind == "need":
            continue
        answer = client.get(record.get_absolute_url())
        is_seen = variant in seen(name, kind)
        assert (kind, variant, answer.status_code) == (kind, variant, 200 if is_seen else 404)
        watching = {"subject_kind": kind, "subject_key": record.pk, "level": "watching"}
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
