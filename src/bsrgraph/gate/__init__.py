"""The checks that come before SHACL: cheap, absolute, and each with the place of what it refuses.

SHACL is silent about a class that it does not know and about values that are no values, and it follows what the data
says of itself. So datatypes, terms, references and IRIs are checked here first. What would change the rules, or speak
for others, is refused: then nothing further is looked at.
"""

from bsrgraph.gate.each import at
from bsrgraph.gate.refused import refusals
from bsrgraph.gate.vocabulary import Vocabulary
from bsrgraph.gate.wrong import inspect

__all__ = ["Vocabulary", "at", "inspect", "refusals"]
