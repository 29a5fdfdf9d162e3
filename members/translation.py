"""No text here is translated; history is kept of what gives rights, not of how a person wants to be reached."""

from simple_history import register as keep_history

from members.models import Mandate, User

PRIVATE = [
    "password", "last_login", "preferred_language", "time_zone", "office", "spoken_languages", "phone", "reach",
    "photo", "name_shown_to", "photo_shown_to", "contact_shown_to", "unread_notifications",
]  # fmt: skip
keep_history(User, excluded_fields=PRIVATE)
keep_history(Mandate)
