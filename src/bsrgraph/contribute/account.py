"""Everything that can be told of one contribution: what it is, its report, what it changes, its earlier attempts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bsrgraph.contribute.diff import Diff, diff
from bsrgraph.contribute.workflow import Workflow
from bsrgraph.contributed import graphs_of, statements_of
from bsrgraph.iris import is_link
from bsrgraph.ledger import Contribution, ContributionState, as_fields
from bsrgraph.pages import Labels, Layout
from bsrgraph.pages.values import Value
from bsrgraph.search import Index

__all__ = ["Account", "account"]


@dataclass(frozen=True, slots=True)
class Account:
    """One contribution as pages and programs show it.

    `report` is the JSON of the last check, `names` are those of the things and terms in it.
    """

    contribution: Contribution
    iri: str
    report: Mapping[str, Any]
    names: Mapping[str, str]
    diff: Diff
    attempts: tuple[Contribution, ...]

    def as_json(self) -> dict[str, Any]:
        """The account for programs; `conforms`, `counts` and `findings` are on top, as in a report."""
        return {
            **as_fields(self.contribution),
            "iri": self.iri,
            **self.report,
            "diff": _as_json(self.diff),
            "attempts": [as_fields(a) for a in self.attempts],
        }


def account(workflow: Workflow, layout: Layout, labels: Labels, identifier: str, index: Index | None) -> Account:
    """The account of a contribution; with an `index` of all names, new things are compared with those there are.

    Raises:
        NotFound: there is none of that id.
        Gone: it was erased.

    """
    contributions = workflow.ledger.contributions
    attempts = contributions.attempts(identifier)
    found = attempts[-1] if attempts else contributions.get(identifier)
    content = contributions.content(found)
    graph, _ = graphs_of(workflow.corpus.space, found.id)
    without, replaced = {graph}, ""
    old = contributions.find(found.supersedes) if found.supersedes else None
    if old is not None and old.state is ContributionState.ACCEPTED:
        without.add(graphs_of(workflow.corpus.space, old.id)[0])
        replaced = contributions.content(old).quads
    changed = diff(
        workflow.store,
        layout,
        labels,
        list(statements_of(content.quads)),
        without=without,
        replaced=list(statements_of(replaced)),
        index=index,
    )
    report = json.loads(content.report)
    return Account(found, graph, report, _names(labels, report), changed, tuple(attempts))


def _names(labels: Labels, report: Mapping[str, Any]) -> dict[str, str]:
    told = {f.get(place) for f in report["findings"] for place in ("focus", "path", "value", "suggestion")}
    iris = [text for text in told if text and is_link(text)]
    labels.look_up(iris)
    return {iri: labels.of(iri).text for iri in iris}


def _as_json(found: Diff) -> dict[str, Any]:
    def value(shown: Value) -> dict[str, str]:
        if shown.link is not None:
            return {"iri": shown.link.iri, "label": shown.text}
        told = {"value": shown.text, "language": shown.language, "datatype": shown.datatype}
        return {name: text for name, text in told.items() if text}

    return {
        "things": [
            {
                "iri": thing.thing.iri,
                "label": thing.thing.label.text,
                "new": thing.new,
                "alike": [{"iri": k.iri, "label": k.label.text, "score": round(s, 3)} for k, s in thing.alike],
                "statements": [
                    {
                        "property": line.property.text,
                        "value": value(line.value),
                        "standing": line.standing,
                        "graph_says": [value(other) for other in line.others],
                    }
                    for line in thing.lines
                ],
            }
            for thing in found.things
        ],
        "hidden": found.hidden,
        "conflicts": [
            {
                "about": {"iri": r.about.iri, "label": r.about.label.text},
                "same": [label.text for label in r.same],
                "here": {"iri": r.here.iri, **value(r.value)},
                "graph_says": {"iri": r.there.iri, **value(r.other)},
            }
            for r in found.rivals
        ],
    }
