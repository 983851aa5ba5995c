"""Reconciliation (W3C Reconciliation Service API 0.2): names and values in somebody's table → things of the graph.

Entities are things, by their IRI (or the rest of it after the prefix of all things: `country/swe`); types are kinds;
properties are the places of the shapes, by the IRI of the property, with `^` before it where things point here by it.
"""

from bsrgraph.reconcile.asked import Extension, Wanted, read_extension, read_queries
from bsrgraph.reconcile.candidates import Candidate, reconcile
from bsrgraph.reconcile.extend import extend
from bsrgraph.reconcile.manifest import manifest
from bsrgraph.reconcile.schema import Property, Schema, schema

__all__ = [
    "Candidate",
    "Extension",
    "Property",
    "Schema",
    "Wanted",
    "extend",
    "manifest",
    "read_extension",
    "read_queries",
    "reconcile",
    "schema",
]
