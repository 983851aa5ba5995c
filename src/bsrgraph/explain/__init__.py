"""Findings as people need them: where in the file, who and what by name, and what to write instead."""

from bsrgraph.explain.explainer import TEMPORARY, Explainer, Source
from bsrgraph.explain.nearest import Nearest
from bsrgraph.explain.rules import Rules

__all__ = ["TEMPORARY", "Explainer", "Nearest", "Rules", "Source"]
