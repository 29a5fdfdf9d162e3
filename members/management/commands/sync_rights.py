"""manage.py sync_rights: the secretariat's permissions in the admin, as the table of rights says."""

from django.core.management.base import BaseCommand

from members.actions import sync_rights


class Command(BaseCommand):
    help = "Gives the group of the secretariat exactly the permissions that follow from members/access.py."

    def handle(self, **options):
        group = sync_rights()
        self.stdout.write(f"{group.name}: {group.permissions.count()} permissions.")
