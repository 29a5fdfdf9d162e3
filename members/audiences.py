"""To whom a person shows something of himself, and to which of these audiences somebody belongs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.access import Action, scope


class Audience(models.TextChoices):
    """To whom a person shows something of himself; the secretariat reads all of it."""

    SECRETARIAT = "secretariat", _("the secretariat only")
    COUNTERPARTS = "counterparts", _("Focal Points, alternates and the secretariat")
    MEMBERS = "members", _("every member")


# Who is meant by each: those to whom the table gives this.
MEANT = {
    Audience.SECRETARIAT: Action.MANAGE_ACCOUNTS,
    Audience.COUNTERPARTS: Action.READ_MANDATES,
    Audience.MEMBERS: Action.READ_GREEN,
}


def called(person, reader, otherwise):
    """A person's name for himself and for those to whom he shows it, `otherwise` for others and where nobody is."""
    if person is not None and (person == reader or person.name_shown_to in audiences_of(reader)):
        return str(person)
    return otherwise


def audiences_of(reader):
    """The audiences that somebody belongs to today: what is shown to one of them is shown to him."""
    return {audience for audience, action in MEANT.items() if scope(reader, action)}
