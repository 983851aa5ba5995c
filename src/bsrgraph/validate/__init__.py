"""SHACL: whole directories, and changes to a store by what they can affect; pySHACL has the last word."""

from bsrgraph.validate.directory import Context, Contributed, Validator
from bsrgraph.validate.incremental import Incremental, Outcome
from bsrgraph.validate.judge import Judge, judge, verdict
from bsrgraph.validate.judges import Judges, JudgesHere

__all__ = [
    "Context",
    "Contributed",
    "Incremental",
    "Judge",
    "Judges",
    "JudgesHere",
    "Outcome",
    "Validator",
    "judge",
    "verdict",
]
