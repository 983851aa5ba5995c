"""Child processes with limits, for work on what strangers send: it may run for ever, grow, or die there.

An engine that cannot be interrupted, and that ends its process when it runs out of memory, is safe only in a
process that may be ended. Children are kept warm, are killed at their deadline and replaced by a spare.
"""

from bsrgraph.children.pool import Pool
from bsrgraph.children.process import Child, ChildDied, ChildFailed, Deadline

__all__ = ["Child", "ChildDied", "ChildFailed", "Deadline", "Pool"]
