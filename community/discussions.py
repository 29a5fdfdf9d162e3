"""The conversations about a record, for its own page."""

from types import SimpleNamespace

from community.models import Thread
from community.rows import read_threads

MOST = 5


def discussion_of(event, user):
    """What the community adds to the page of an event: its latest conversations, and how many there are."""
    return {"discussion": (found := talk_about("event", event, user)), **found.audience}


def talk_about(kind, record, user):
    """The Talk about a record, under the name of its kind: the latest conversations that a reader may know of."""
    threads = Thread.objects.visible_to(user).on(kind, record).latest_first()
    stood = list(threads.values_list("label", "publication"))
    return Talk(read_threads(threads[:MOST], with_forum=True) if stood else [], stood)


class Talk:
    """Some conversations; `stood` is the (label, publication) of each of all that there are."""

    def __init__(self, rows, stood):
        self.rows, self.stood, self.total = rows, stood, len(stood)

    @property
    def audience(self):
        """What a dossier is told of them, which is as confidential as the strictest."""
        shown = [SimpleNamespace(label_field="label", **row) for row in self.rows]
        return {"shown": shown, "counted": self.stood}
