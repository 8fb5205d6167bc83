from collections import OrderedDict


# The ids of the latest events, so that a repeat is ignored. Good enough for a sample only: in production, insert the event id
# under a unique key in the same database transaction as your own write. Then a crash between the two, and two instances at
# once, are covered as well.
class HandledEvents:
    REMEMBERED = 10_000

    def __init__(self):
        self._ids = OrderedDict()

    def try_add(self, event_id):
        """False when the event was handled before."""
        if event_id in self._ids:
            return False
        self._ids[event_id] = True
        if len(self._ids) > self.REMEMBERED:
            self._ids.popitem(last=False)
        return True

    def forget(self, event_id):
        """For an event whose handling failed: it counts as new again."""
        self._ids.pop(event_id, None)
