"""Headers by which mail programs group and sort the portal's mails. None says what a mail is about.

They are the same for records of every label: numbers of forums and notifications, and digests of the rest.
"""

from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

from notifications.kinds import KINDS, SUBJECTS
from notifications.paging import number_of

SALT = "notifications.root"


def headers_of(row, record):
    """Those of the mail of one notification. Its Message-ID stays when the queue has to try again."""
    headers = {
        "Message-ID": f"<notification-{row.pk}-{number_of(row.created)}@{host()}>",
        "List-Id": _list_id(_list_of(row, record)),
    }
    if record is not None:
        root = _root_of(row, record)
        headers |= {"In-Reply-To": root, "References": root}
    return headers


def headers_of_day():
    """Those of the daily mail, made when it is queued."""
    return {"Message-ID": make_msgid(idstring="digest", domain=host()), "List-Id": _list_id("digest")}


def host():
    return urlsplit(settings.BASE_URL).hostname


def _list_of(row, record):
    """The forum that it comes from, by its number; else the group that its reader chooses the mails of."""
    room = SUBJECTS[row.subject_kind].room(record) if record is not None else None
    return "{}-{}".format(*room) if room else KINDS[row.kind].group


def _list_id(name):
    return f"<{name.replace('_', '-')}.{host()}>"


def _root_of(row, record):
    """What all mails to one person about one thread or record answer to; nobody else can tell what that is."""
    name, key = SUBJECTS[row.subject_kind].root(record) or (row.subject_kind, row.subject_key)
    digest = salted_hmac(SALT, f"{row.person_id} {name} {key}", algorithm="sha256").hexdigest()[:32]
    return f"<{digest}@{host()}>"
