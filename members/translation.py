"""No text here is translated; history of accounts and mandates is registered as everywhere."""

from simple_history import register as keep_history

from members.models import Mandate, User

keep_history(User, excluded_fields=["password", "last_login"])
keep_history(Mandate)
