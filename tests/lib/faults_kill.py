"""When to kill, and what comes after it: for the campaigns of kills."""
import time

import faults

LEAST_S = 0.004


def pgtend_in_turn(*words):
    """After a kill: a child of the killed one may hold the lock until it has noticed, which the next one is told by status 6."""
    end = time.monotonic() + faults.WITHIN_S
    while True:
        ended = faults.pgtend(*words)
        if ended.code != 6 or time.monotonic() > end:
            return ended
        time.sleep(0.1)


class Moments:
    """When to kill, so that it meets what it kills under way, whatever the machine does meanwhile: what had ended before makes the bound shorter, what was
    killed makes it longer, as moments.sh does."""

    def __init__(self, took):
        self.bound = max(took, LEAST_S)

    def wait(self, least=0.01):
        time.sleep(faults.chance.uniform(min(least, self.bound / 2), self.bound))

    def seen(self, was_killed):
        self.bound = max(self.bound * (1.1 if was_killed else 0.75), LEAST_S)
