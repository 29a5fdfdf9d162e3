"""manage.py schedule_upkeep: what the queue does every day or hour by itself, as rows of the queue's timetable."""

from django.core.management.base import BaseCommand
from django_q.models import Schedule

DAILY = [  # commands of manage.py
    "clearsessions",
    "tend_seats",
    "ask_releases",
    "ask_debriefs",
    "send_daily_mails",
    "trim_log",
    "trim_notifications",
    "tend_edition_files",
    "trim_loads",
]
HOURLY = ["remind_consultations"]


class Command(BaseCommand):
    help = "Put the upkeep into the queue's timetable, once; what is there keeps its hour."

    def handle(self, **options):
        rhythms = dict.fromkeys(DAILY, Schedule.DAILY) | dict.fromkeys(HOURLY, Schedule.HOURLY)
        for command, rhythm in rhythms.items():
            Schedule.objects.update_or_create(
                name=command,
                defaults={
                    "func": "django.core.management.call_command",
                    "args": repr((command,)),
                    "schedule_type": rhythm,
                    "repeats": -1,
                },
            )
