"""manage.py ask_debriefs: ask the hosts of events that are over for a month what others can learn from them."""

from django.core.management.base import BaseCommand

from events.debriefs import ask_debriefs


class Command(BaseCommand):
    help = "Tells the Focal Points of the hosts of an event, once, a month after it, unless a lesson tells of it."

    def handle(self, **options):
        self.stdout.write(f"Told: {ask_debriefs()}")
