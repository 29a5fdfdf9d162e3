"""The mails about notifications: what may stand in them, in whose language, and how to stop them."""

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy, ngettext

from members.models import User
from notifications.headers import headers_of, headers_of_day
from notifications.kinds import KINDS, Group
from notifications.telling import bare_sentence, sentence, url_of, with_deadline

SALT = "notifications.unsubscribe"
LONGEST_SUBJECT = 150
WHY = {
    Group.MY_WORK: gettext_lazy("You get this mail because it concerns your work in the portal."),
    Group.WATCHED: gettext_lazy(
        "You get this mail because you watch this record, or an event, State or theme it belongs to."
    ),
    Group.MY_STATE: gettext_lazy("You get this mail because you speak for the State that owns this record."),
    Group.ANSWERS: gettext_lazy("You get this mail because somebody answered or mentioned you in the community."),
    Group.DISCUSSIONS: gettext_lazy("You get this mail because you watch this conversation, or what it belongs to."),
}


def mail_at_once(row, record, *, named):
    """The mail of one notification; `named` says whether it may name the record.

    Where it may not, its link leads to the person's own page, because a record's address may hold its title.
    """
    person, group = row.person, KINDS[row.kind].group
    with translation.override(person.preferred_language):
        said = with_deadline(sentence(row, record, person) if named else bare_sentence(row), row.due)
        own = reverse("notifications:notification_open", args=[row.pk])
        url = url_of(record, row.kind) if named else ""
        context = {"sentence": said, "url": absolute(url or own), "why": WHY[group]}
        return _mail("notification", person, [group], context, headers_of(row, record))


def mail_of_day(person, sections, rest, groups, due=None):
    """The daily mail, in the language that is active, with the next day by which something is `due`.

    `sections` are (heading, what to name as `Told`); of the rest it says only how many there are.
    """
    n = rest + sum(len(named) for _heading, named in sections)
    said = with_deadline(ngettext("%(n)d thing is new for you", "%(n)d things are new for you", n) % {"n": n}, due)
    url = absolute(reverse("notifications:notification_list"))
    parts = [(heading, [_line(item, url) for item in named]) for heading, named in sections]
    context = {"sentence": said, "sections": parts, "rest": rest, "url": url}
    return _mail("notification_daily", person, groups, context, headers_of_day())


def _line(item, url):
    said = with_deadline(item.sentence, item.row.due)
    return {"sentence": said, "url": absolute(item.url) if item.url else url}


def _mail(name, person, groups, context, headers):
    """A message to one person, plain text first, with the way to stop such mails."""
    token = unsubscribe_token(person, groups)
    stop = absolute(reverse("unsubscribe", args=[token]))
    context |= {
        "preferences_url": absolute(reverse("notifications:preferences")),
        "unsubscribe_url": stop,
        "base_url": settings.BASE_URL,
    }
    headers |= {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    line = Truncator(" ".join(context["sentence"].split())).chars(LONGEST_SUBJECT)
    text = render_to_string(f"emails/{name}.txt", context)
    message = EmailMultiAlternatives(line, text, to=[person.email], headers=headers)
    message.attach_alternative(render_to_string(f"emails/{name}.html", context), "text/html")
    return message


def absolute(path):
    """An address of the portal as it stands in a mail; a mail has no request to take the host from."""
    return settings.BASE_URL + path


def unsubscribe_token(person, groups):
    return signing.dumps([person.pk, sorted(groups)], salt=SALT)


def read_token(token):
    """(account, [Groups]) of a link that the portal signed; (None, []) for any other.

    Links are older than the portal's version of today: groups that it no longer has are left out.
    """
    try:
        key, groups = signing.loads(token, salt=SALT)
        person = User.objects.filter(pk=key).first()
        return person, [group for group in Group if group in groups] if person else []
    except (signing.BadSignature, TypeError, ValueError):
        return None, []
