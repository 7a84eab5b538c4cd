"""The garbage collector, kept away while a policy is read or compiled.

A large policy is some 100,000 small objects, all of which stay; to walk them again and again for garbage that is not
there takes as long as reading them. For the same reason they are among the old ones at once when it comes back.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the garbage collector away, and take what was made meanwhile for old at once."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if not gc.get_freeze_count():  # somebody else's frozen objects stay frozen
                gc.freeze()
                gc.unfreeze()  # to the oldest generation
            gc.enable()
