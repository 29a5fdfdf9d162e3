"""manage.py access_table: prints docs/access.md from the table of rights and the addresses of the portal."""

from django.contrib import admin
from django.core.management.base import BaseCommand
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from members.access import ROLES, TABLE, Scope

SCOPES = {Scope.NONE: "–", Scope.OWN: "own", Scope.STATE: "State's", Scope.ANY: "any"}
OUTSIDE = {
    "django.contrib.admin": "Django admin: secretariat",
    "allauth": "allauth: by itself",
    "django": "Django: public",
}
HEAD = """# Who may do what

Printed by `make docs` from `members/access.py` and the addresses of the portal; a test compares.

## Actions

*own*: records one wrote. *State's*: records that one's State owns, and one's own; under TLP:RED also those that
name the State. A mandate counts from its first day to its last (UTC). A part of a record (a place, a relation, a
treaty action, a participation) is taken out by whoever may curate the record.

| Action | {roles} |
| --- | {lines} |
"""
ADDRESSES = """
## Addresses

*public*: everybody; which records are shown is still decided record by record. *signed_in*: every member; a
visitor is led to the log-in. *allauth: by itself*: pages of the log-in, which asks for one where it is needed, as for
a change of the password. Other words are actions of the table above.

| Name | Address | Who enters |
| --- | --- | --- |
"""


def action_rows():
    """A line for each action: what each role may do it on."""
    for action, scopes in TABLE.items():
        cells = " | ".join(SCOPES[scope] for scope in scopes)
        yield f"| {action.value}: {action.label} | {cells} |\n"


def addresses(resolver, prefix="", namespace=""):
    """(name, address, view) of every pattern below a resolver."""
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, address, space)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or ''}", address, pattern.callback


def who_enters(view):
    """What a view declares, or which package lets people into it."""
    declared = getattr(view, "access", None)
    if declared:
        return str(declared)
    if _is_wrapped_by_the_admin(view):
        return OUTSIDE["django.contrib.admin"]
    module = view.__module__
    return next((words for package, words in OUTSIDE.items() if f"{module}.".startswith(f"{package}.")), "NOT DECLARED")


def _is_wrapped_by_the_admin(view):
    """Whether the admin's log-in stands before a view; it wraps the methods of model admins, libraries' too."""
    method = getattr(view, "__wrapped__", None)
    marked = getattr(view, "admin_site", None) or getattr(view, "model_admin", None)
    return bool(marked) or isinstance(getattr(method, "__self__", None), admin.AdminSite | admin.ModelAdmin)


def address_rows():
    """A line for each address, in the order of the URLconf; names of the admin are told once."""
    with translation.override("en"):
        rows = list(addresses(get_resolver()))
    for name, address, view in rows:
        if not name.startswith("admin:"):
            yield f"| {name or '(no name)'} | `/{address}` | {who_enters(view)} |\n"
    if any(name.startswith("admin:") for name, *_ in rows):
        yield f"| admin:… | `/admin/…` | {OUTSIDE['django.contrib.admin']} |\n"


class Command(BaseCommand):
    help = "Prints the table of rights and the access of every address, in Markdown."

    def handle(self, **options):
        with translation.override("en"):
            roles = " | ".join(str(role.label) for role in ROLES)
            head = HEAD.format(roles=roles, lines=" | ".join("---" for _ in ROLES))
            text = head + "".join(action_rows()) + ADDRESSES + "".join(address_rows())
        self.stdout.write(text, ending="")
