from django.db import migrations, models
from django.db.models import F


def note_since_when(apps, _editor):
    """What waits for the daily mail waits since it was told."""
    apps.get_model("notifications", "Notification").objects.filter(mail_due=True).update(waits_since=F("created"))


def note_that_it_waits(apps, _editor):
    rows = apps.get_model("notifications", "Notification").objects
    rows.filter(waits_since__isnull=False).update(mail_due=True)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="due",
            field=models.DateField(
                help_text="The last day on which something can be done about it.", null=True, verbose_name="by when"
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="times",
            field=models.PositiveIntegerField(
                default=1, help_text="How often it happened since the person last read of it."
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="waits_since",
            field=models.DateTimeField(
                help_text="Since when it waits for the next daily or weekly mail.", null=True
            ),
        ),
        migrations.RunPython(note_since_when, note_that_it_waits, elidable=True),
        migrations.RemoveField(model_name="notification", name="mail_due"),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("waits_since__isnull", False)), fields=["person"], name="notification_waits"
            ),
        ),
        migrations.AddField(
            model_name="watch",
            name="also",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="and also"),
        ),
        migrations.AddField(
            model_name="watch",
            name="level",
            field=models.CharField(
                choices=[("watching", "Watching"), ("normal", "Normal"), ("muted", "Muted")],
                default="watching",
                max_length=10,
                verbose_name="level",
            ),
        ),
        migrations.RemoveConstraint(model_name="watch", name="watch_once"),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.UniqueConstraint(
                fields=("subject_kind", "subject_key", "also", "person"), name="watch_once"
            ),
        ),
        migrations.AlterField(
            model_name="preference",
            name="group",
            field=models.CharField(
                choices=[
                    ("my_work", "what waits for me, and what became of it"),
                    ("watched", "changes of what I watch"),
                    ("my_state", "changes of my State's records by others"),
                    ("answers", "answers to my posts, and where I am mentioned"),
                    ("discussions", "new conversations and posts in what I watch"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
        migrations.AlterField(
            model_name="preference",
            name="mail",
            field=models.CharField(
                choices=[
                    ("at_once", "at once"),
                    ("daily", "once a day"),
                    ("weekly", "once a week, on Monday"),
                    ("never", "no mail"),
                ],
                default="at_once",
                max_length=10,
                verbose_name="by mail",
            ),
        ),
    ]
