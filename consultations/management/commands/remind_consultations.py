"""manage.py remind_consultations: tell the States of consultations that opened, and remind those that are silent."""

from django.core.management.base import BaseCommand

from consultations.reminders import remind


class Command(BaseCommand):
    help = "Tells Focal Points and alternates at the opening, and 14 and 3 days before the closing, each once."

    def handle(self, **options):
        self.stdout.write(f"Told: {remind()}")
