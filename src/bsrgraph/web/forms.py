"""`/contribute/{kind}`: a form for one thing, laid out from the shape of its kind, and tables to fill in for many.

A form works without a script; with one, names are suggested. What is typed becomes Turtle, which is checked and
proposed like everything else.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import flask
import pyoxigraph as ox
from werkzeug.wrappers import Response

from bsrgraph.contribute.check import Checked, Sent
from bsrgraph.contribute.naming import Naming
from bsrgraph.errors import BsrgraphError, ContributionRefused, NotFound, Unauthenticated
from bsrgraph.findings import Finding, Report, Severity
from bsrgraph.findings import State as FindingState
from bsrgraph.formats import HTML, XLSX, by_name
from bsrgraph.iris import RDF_TYPE, XSD
from bsrgraph.read import query_text, rows
from bsrgraph.tables import ABOUT, Answers, Field, Filled, Kind, as_csv, as_turtle, as_xlsx, expected, read_form, shown
from bsrgraph.web.documented import documented
from bsrgraph.web.respond import page, with_validators
from bsrgraph.web.session import asker, form_token, may_change, private, require_form, visitor, with_form
from bsrgraph.web.state import State, state
from bsrgraph.web.uploads import FORM_TYPES, read_lists

__all__ = ["blueprint"]

blueprint = flask.Blueprint("forms", __name__)

_TURTLE = by_name("ttl")
_CSV = by_name("csv")
_OUR_FIELDS = ("source", "comment")
_MOST_PLACES = 20
_MOST_FACTS = 2000
_FIELDS = {"type": "object", "additionalProperties": {"type": "string"}}
_KIND = "the kind of thing, such as those that begin its address"


@dataclass(frozen=True, slots=True)
class Input:
    """A field as the page shows it: what is in its places, and what is wrong with it."""

    field: Field
    values: tuple[str, ...]
    expected: str
    findings: tuple[Finding, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """The texts in its places, with an empty one where another value may be given."""
        room = self.field.several and len(self.values) < _MOST_PLACES
        return (*self.values, "") if room or not self.values else self.values


@dataclass(frozen=True, slots=True)
class Group:
    """The fields under one heading."""

    name: str
    inputs: tuple[Input, ...]


@blueprint.get("/contribute/<kind>")
@documented(
    HTML,
    _CSV,
    XLSX,
    takes={
        "kind": _KIND + "; with `.csv` or `.xlsx` after it, an empty table to fill in",
        "about": "a thing to correct",
    },
    answers={404: "There is no such kind, or nothing is known of that thing."},
)
def form(kind: str) -> Response:
    """A form for a thing of one kind, or a table to fill in with many."""
    here = state()
    here.contributing  # noqa: B018 -- says so where there is nothing to contribute to
    name, dot, suffix = kind.partition(".")
    found = _kind(here, name)
    if dot:
        return _template(here, found, suffix)
    about = flask.request.args.get("about", "").strip()
    answers = _stated_answers(here, found, about) if about else {}
    return _page(here, found, answers)


@blueprint.post("/contribute/<kind>")
@documented(
    HTML,
    takes={"kind": _KIND},
    sends=dict.fromkeys(FORM_TYPES, _FIELDS),
    answers={
        303: "It is proposed: the contribution is at Location.",
        401: "The browser has not logged in, and what was sent is to be proposed.",
        403: "The form is not one that this browser was given, or the role of its token is not enough.",
        422: "Something is missing or wrong; the page says what. Nothing is stored.",
    },
)
def filled_form(kind: str) -> Response:
    """Checks or proposes what the form holds."""
    here = state()
    workflow = here.contributing
    found = _kind(here, kind)
    answers = read_lists(here.settings.body_limit)
    fields = {name: values[0] for name, values in answers.items()}
    require_form(fields)
    about = fields.get(ABOUT, "").strip()
    filled = _read(here, found, answers, about)
    warned = tuple(f for f in filled.findings if f.severity is Severity.WARNING)
    if len(warned) < len(filled.findings) or not filled.statements:
        return _page(here, found, answers, filled.findings, nothing=not filled.statements, status=422)
    sent = Sent(as_turtle(filled.statements), f"{found.name}.ttl", _TURTLE)
    if fields.get("action") != "propose":
        checked = workflow.checker.check(sent)
        return _page(here, found, answers, (*warned, *_of_fields(found, checked)), checked=checked)
    if visitor() is None:
        return _page(here, found, answers, wrong=Unauthenticated("To propose it, log in first."), status=401)
    who = asker()
    may_change(who, fields)
    try:
        proposed = workflow.propose(
            sent,
            who,
            source=fields.get("source", ""),
            comment=fields.get("comment", ""),
            accept_warnings=fields.get("accept_warnings") == "1",
        )
    except ContributionRefused as error:
        told = error.report.findings if isinstance(error.report, Report) else ()
        return _page(here, found, answers, _placed(found, told), wrong=error, status=422)
    return private(flask.redirect(f"/contributions/{proposed.contribution.id}", 303))


def _kind(here: State, name: str) -> Kind:
    kinds = here.schema.kinds
    if name in kinds:
        return kinds[name]
    near = difflib.get_close_matches(name.lower(), kinds, n=3) or list(kinds)[:5]
    raise NotFound(f"There is no form for “{name[:100]}”.", tuple((kinds[k].label, f"/contribute/{k}") for k in near))


def _template(here: State, kind: Kind, suffix: str) -> Response:
    writers = {_CSV: as_csv, XLSX: as_xlsx}
    wanted = next((f for f in writers if f.suffix == suffix), None)
    if wanted is None:
        near = tuple((f.label, f"/contribute/{kind.name}.{f.suffix}") for f in writers)
        raise NotFound(f"There is no table “{suffix[:20]}”.", near)
    response = flask.Response(writers[wanted](kind), content_type=wanted.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{kind.name}.{suffix}")
    return with_validators(response, here.corpus.digest, suffix, kind.name)


def _said(here: State, about: str) -> list[tuple[str, ox.NamedNode | ox.Literal]]:
    """What is stated of a thing: property and value."""
    try:
        thing = ox.NamedNode(about)
    except ValueError:
        return []
    found = rows(here.store, query_text("facts", thing=thing, limit=_MOST_FACTS))
    pairs = [(r["property"].value, v) for r in found if not isinstance(v := r["value"], ox.BlankNode)]
    return list(dict.fromkeys(pairs))


def _stated_answers(here: State, kind: Kind, about: str) -> dict[str, list[str]]:
    """The form of a thing as the graph has it."""
    said = _said(here, about)
    if not any(p == RDF_TYPE for p, _ in said):
        raise NotFound(f"Nothing is known of {about[:500]}.")
    answers: defaultdict[str, list[str]] = defaultdict(list, {ABOUT: [about]})
    for path, value in said:
        field = next((f for f in kind.fields if f.path == path), None)
        if field is not None:
            answers[field.name].append(shown(value, field, here.corpus.space))
    return dict(answers)


def _read(here: State, kind: Kind, answers: Answers, about: str) -> Filled:
    naming = Naming(here.store, here.indexes)
    stated: Iterable[ox.Triple] = ()
    if about:
        thing = ox.NamedNode(about) if naming.described(about) else None
        stated = [ox.Triple(thing, ox.NamedNode(p), v) for p, v in _said(here, about)] if thing else ()
    return read_form(answers, kind, here.schema, here.corpus.space, naming.names, naming.described, frozenset(stated))


def _of_fields(kind: Kind, checked: Checked) -> tuple[Finding, ...]:
    return _placed(kind, checked.report.findings)


def _placed(kind: Kind, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of a check, each with the field that it is of; those that were there before are left out."""
    names = {f.path: f.name for f in kind.fields}
    return tuple(replace(f, cell=names.get(f.path or "")) for f in findings if f.state is FindingState.NEW)


def _asked(field: Field) -> str:
    """What goes into a field, where its description leaves that open."""
    if field.choices or XSD + "string" in field.datatypes:
        return ""
    return "text; @sv at its end says that it is Swedish" if field.language else expected(field)


def _page(
    here: State,
    kind: Kind,
    answers: Mapping[str, Sequence[str]],
    findings: Sequence[Finding] = (),
    *,
    checked: Checked | None = None,
    wrong: BsrgraphError | None = None,
    nothing: bool = False,
    status: int = 200,
) -> Response:
    by_field: defaultdict[str | None, list[Finding]] = defaultdict(list)
    names = {f.name for f in kind.fields}
    for finding in findings:
        by_field[finding.cell if finding.cell in names else None].append(finding)
    inputs = [
        Input(f, tuple(v for v in answers.get(f.name, ()) if v.strip()), _asked(f), tuple(by_field[f.name]))
        for f in kind.fields
    ]
    groups = [Group(name, tuple(found)) for name, found in groupby(inputs, key=lambda i: i.field.group)]
    about = next(iter(answers.get(ABOUT, ())), "")
    values = {
        "kind": kind,
        "kinds": list(here.schema.kinds.values()),
        "groups": groups,
        "about": about,
        "about_path": here.corpus.space.path(about) if about else None,
        "others": by_field[None],
        "findings": list(findings),
        "checked": checked,
        "wrong": wrong,
        "nothing": nothing and not findings,
        "ours": {name: next(iter(answers.get(name, ())), "") for name in _OUR_FIELDS},
        "warned": any(f.severity is Severity.WARNING for f in findings),
    }
    return with_form(page("form.html", status, session=visitor(), form=form_token(), **values))
