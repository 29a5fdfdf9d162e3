"""Who is who: what a reader gets to see of the people who hold a mandate today, as each of them decided.

The one gate of the directory, the photos, and whatever else shows more of a person than a name.
"""

from dataclasses import dataclass, replace

from django.db.models import Q
from django.urls import reverse

from core.languages import texts
from core.text import fold, split_list
from members.audiences import Audience, audiences_of
from members.models import Mandate, User
from reference.models import MemberState, SubRegion

# Languages that people may say they speak, in their own names.
SPOKEN = {
    "es": "Español",
    "en": "English",
    "pt": "Português",
    "fr": "Français",
    "nl": "Nederlands",
    "ht": "Kreyòl ayisyen",
    "gn": "Avañeʼẽ (guaraní)",
    "qu": "Runa simi (quechua)",
    "ay": "Aymar aru (aimara)",
}


@dataclass(frozen=True)
class Card:
    """What one reader sees of a person. What is not shown to him is empty, and looks as if it had never been given."""

    name: str = ""
    office: str = ""
    languages: tuple = ()
    photo: str = ""
    email: str = ""
    phone: str = ""
    reach: str = ""
    is_closed: bool = False  # only the secretariat sees how to reach this person

    @property
    def initials(self):
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def spoken(self):
        """[(code, the language's own name)]."""
        return [(code, SPOKEN[code]) for code in self.languages]

    @property
    def called(self):
        """The telephone number as a link may hold it, or "" where it has more than digits in it."""
        digits = "".join(sign for sign in self.phone if sign not in " ()./-")
        return digits if digits.lstrip("+").isdigit() else ""


def card_of(person, reader):
    """The Card of a person, for a reader to whom `Mandate.visible_to` gives that person's mandate, or for himself."""
    return card_for(person, set(Audience) if reader.pk == person.pk else audiences_of(reader))


def card_for(person, audiences):
    """The Card of a person for a reader who belongs to these audiences."""
    if person.name_shown_to not in audiences:
        return Card()
    shown = {
        "name": person.name,
        "office": person.office,
        "languages": tuple(code for code in split_list(person.spoken_languages) if code in SPOKEN),
    }
    if person.photo and person.photo_shown_to in audiences:
        shown["photo"] = photo_address(person)
    if person.contact_shown_to in audiences:
        shown |= {"email": person.email, "phone": person.phone, "reach": person.reach}
        shown["is_closed"] = person.contact_shown_to == Audience.SECRETARIAT
    return Card(**shown)


def photo_address(person):
    """Where a person's photo is read: under the generated name of the file, which tells nothing of the person."""
    return reverse("members:photo", args=[person.photo.name.rsplit("/", 1)[-1]])


def photographed_for(reader):
    """The accounts whose photo a reader may see: his own, and those of his directory that show it to him."""
    holders = Mandate.objects.visible_to(reader).in_force().values("person")
    return User.objects.filter(Q(pk=reader.pk) | Q(pk__in=holders, photo_shown_to__in=audiences_of(reader)))


def profile_of(reader):
    """The reader's own account, read anew: a form may hold in it what was refused."""
    return User.objects.get(pk=reader.pk)


def shown_of(person):
    """{"own", "counterparts", "members"}: a person's Card as he himself and as each of the others sees it."""
    return {
        "own": card_for(person, set(Audience)),
        "counterparts": card_for(person, {Audience.COUNTERPARTS, Audience.MEMBERS}),
        "members": card_for(person, {Audience.MEMBERS}),
        "is_listed": bool(person.mandates_in_force),
    }


@dataclass(frozen=True)
class Seat:
    """A State in the directory: whether its seat is filled, and whom of its people the reader sees."""

    state: MemberState
    is_filled: bool
    holder_is_shown: bool
    people: list  # (mandate, Card)


@dataclass(frozen=True)
class Region:
    """A sub-region in the directory, and what was found of its States."""

    region: SubRegion
    seats: list

    @property
    def named(self):
        """The seats of which the reader sees somebody."""
        return [seat for seat in self.seats if seat.people]

    @property
    def hidden(self):
        """States whose seat is filled, by whom is not shown."""
        return [seat.state for seat in self.seats if not seat.people and seat.is_filled]

    @property
    def vacant(self):
        return [seat.state for seat in self.seats if not seat.people and not seat.is_filled]


@dataclass(frozen=True)
class Directory:
    """What was found: [Region]."""

    regions: list

    @property
    def states(self):
        return sum(len(region.seats) for region in self.regions)

    @property
    def people(self):
        return sum(len(seat.people) for region in self.regions for seat in region.seats)


def directory_of(reader, *, sub_region=None, language="", words=""):
    """The Directory: the States of a sub-region, with somebody who speaks a language, with these words in the
    State's name or in what is shown of its people. Nothing that is hidden from the reader is looked into.
    """
    states = MemberState.objects.visible_to(reader).for_list().by_name()
    filled = Mandate.objects.in_force().seats()
    people, regions = {}, {}
    for mandate in Mandate.objects.visible_to(reader).for_directory():
        people.setdefault(mandate.state_id, []).append((mandate, card_of(mandate.person, reader)))
    for state in states.of_sub_region(sub_region) if sub_region else states:
        seat = _narrowed(_seat(state, filled, people.get(state.pk, [])), language, fold(words).split())
        if seat:
            regions.setdefault(state.sub_region, []).append(seat)
    return Directory([Region(*item) for item in sorted(regions.items(), key=lambda item: item[0].name)])


def names_holder(mandates):
    """Whether these mandates name the National Focal Point, and not only an alternate."""
    return any(mandate.role == Mandate.MandateRole.FOCAL_POINT for mandate in mandates)


def _seat(state, filled, people):
    return Seat(state, state.pk in filled, names_holder(mandate for mandate, _ in people), people)


def _narrowed(seat, language, words):
    """A seat with those of its people who are asked for; None where neither they nor the State itself are."""
    named = fold(" ".join(texts(seat.state, "name")))
    people = [
        (mandate, card)
        for mandate, card in seat.people
        if (not language or language in card.languages)
        and all(word in f"{named} {fold(card.name)} {fold(card.office)}" for word in words)
    ]
    has_seat = seat.is_filled or seat.state.participates
    itself = has_seat and not language and all(word in named for word in words)
    return replace(seat, people=people) if people or itself else None
