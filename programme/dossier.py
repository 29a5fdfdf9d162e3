"""What the Programme adds to the page of an event: how it was prepared, and what its hosts had learned before."""

from programme.models import Activity

ROWS = 10


def preparation_of(event, user):
    """The activities for the event, and apart from them the earlier ones that its hosts held or joined."""
    found = list(Activity.objects.visible_to(user).leading_to(event, event.hosts).for_list().latest_first())
    own = [activity for activity in reversed(found) if activity.event_id == event.pk]
    earlier = [activity for activity in found if activity.event_id != event.pk]
    return {
        "activities": own,
        "earlier": earlier[:ROWS],
        "earlier_count": len(earlier),
        "shown": found,
    }
