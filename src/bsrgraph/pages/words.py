"""The words for the terms of SHACL and XSD, in tables; `wording` makes sentences of them."""

from __future__ import annotations

from bsrgraph.iris import PREFIXES, XSD

__all__ = ["COUNTED", "DATATYPES", "LIMITS", "NODE_KINDS", "PAIRS", "SEVERITIES", "SILENT", "TARGETS"]

DATATYPES = {
    PREFIXES["rdf"] + "langString": "a text with a language tag",
    XSD + "string": "a text without a language tag",
    XSD + "integer": "a whole number",
    XSD + "decimal": "a decimal number",
    XSD + "double": "a number",
    XSD + "float": "a number",
    XSD + "boolean": "true or false",
    XSD + "date": "a day",
    XSD + "gYearMonth": "a month",
    XSD + "gYear": "a year",
    XSD + "dateTime": "a day and time",
    XSD + "anyURI": "a web address",
}
NODE_KINDS = {
    "IRI": "a thing with an IRI",
    "Literal": "a text, a number or a date",
    "BlankNode": "a part without an IRI",
    "BlankNodeOrIRI": "a thing, not a text or number",
    "BlankNodeOrLiteral": "a part without an IRI, or a text, a number or a date",
    "IRIOrLiteral": "a thing with an IRI, or a text, a number or a date",
}
LIMITS = (
    ("minInclusive", "is", "is not", " or more"),
    ("minExclusive", "is greater than", "is not greater than", ""),
    ("maxInclusive", "is", "is not", " or less"),
    ("maxExclusive", "is less than", "is not less than", ""),
    ("minLength", "has at least", "has not at least", " characters"),
    ("maxLength", "has at most", "has not at most", " characters"),
)
"""Constraint, what is said before its value, that turned round, and what is said after it."""
PAIRS = (
    ("lessThan", "is less than every value of", "is not less than every value of"),
    ("lessThanOrEquals", "is at most every value of", "is not at most every value of"),
)
COUNTED = (
    ("hasValue", "one of the values is "),
    ("equals", "the same values as "),
    ("disjoint", "no value that is also one of "),
)
TARGETS = (
    ("targetClass", "every ", " and "),
    ("targetSubjectsOf", "everything that states ", " or "),
    ("targetObjectsOf", "everything that is stated as ", " or "),
    ("targetNode", "", " and "),
)
SEVERITIES = {
    "Violation": "must be mended",
    "Warning": "should be looked at",
    "Info": "worth knowing",
}
_SILENT = """
class closed datatype deactivated defaultValue description disjoint equals flags group hasValue ignoredProperties in
languageIn lessThan lessThanOrEquals maxCount maxExclusive maxInclusive maxLength message minCount minExclusive
minInclusive minLength name node nodeKind not or order path pattern property qualifiedMaxCount qualifiedMinCount
qualifiedValueShape qualifiedValueShapesDisjoint severity sparql targetClass targetNode targetObjectsOf
targetSubjectsOf uniqueLang xone and editor view singleLine
"""
SILENT = frozenset(_SILENT.split())
"""What has words of its own here, or asks for nothing."""
