"""The greatest amounts of money in the graph, as a chart: which properties hold amounts is read from the shapes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox
from markupsafe import Markup

from bsrgraph.derived import once_a_version
from bsrgraph.draw import Bar, bars
from bsrgraph.pages.labels import Labels
from bsrgraph.pages.numbers import grouped, number, written
from bsrgraph.read import query_text, rows
from bsrgraph.store.port import Store

__all__ = ["Amount", "amounts", "money_chart"]

_CURRENCIES = "http://publications.europa.eu/resource/authority/currency/"
_READ = 100
"""The greatest amounts that are looked at."""
_TOO_MANY = 500_000
"""Amounts that would take seconds to sort; there is no chart of them then."""
_NAMES, _EACH = 5, 3
"""Things in the chart, and amounts of each."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as stated: in which currency, of what (one or more things, jointly), and of what kind."""

    thing: str
    amount: Decimal
    currency: str
    about: tuple[str, ...]
    codes: tuple[str, ...]


@once_a_version
def amounts(store: Store) -> tuple[Amount, ...]:
    """The greatest amounts of the store's version, greatest first."""
    roles: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows(store, query_text("money")):
        roles[row["class"].value][row["role"].value].add(row["property"].value)
    found: dict[str, Amount] = {}
    for _, said in sorted(roles.items()):
        if all(said[role] for role in ("amount", "currency", "about")):
            found |= {a.thing: a for a in _read(store, said)}
    return tuple(sorted(found.values(), key=lambda a: (-a.amount, a.thing)))


def _read(store: Store, said: dict[str, set[str]]) -> list[Amount]:
    amount, currency, about = (ox.NamedNode(min(said[role])) for role in ("amount", "currency", "about"))
    many = rows(store, query_text("used", property=amount, limit=_TOO_MANY + 1))
    if int(many[0]["count"].value) > _TOO_MANY:
        return []
    codes = [ox.NamedNode(c) for c in sorted(said["code"])]
    text = query_text("amounts", amount=amount, currency=currency, about=about, codes=codes, limit=_READ)
    gathered: defaultdict[tuple[str, str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for row in rows(store, text):
        owners, kinds = gathered[row["thing"].value, row["amount"].value, row["currency"].value]
        owners.add(row["about"].value)
        kinds.update([row["code"].value] if "code" in row else [])
    return [
        Amount(thing, number(value), currency, tuple(sorted(owners)), tuple(sorted(kinds)))
        for (thing, value, currency), (owners, kinds) in gathered.items()
    ]


def money_chart(store: Store, labels: Labels) -> Markup:
    """A chart of the greatest amounts, in the currency that most of them are in; empty where there are none."""
    found = amounts(store)
    # The greatest come first, so that they decide where two currencies are as common.
    currency = next((c for c, _ in Counter(a.currency for a in found).most_common(1)), None)
    by_owner: defaultdict[tuple[str, ...], list[Amount]] = defaultdict(list)
    for amount in found:
        if amount.currency == currency:
            by_owner[amount.about].append(amount)
    shown = dict(list(by_owner.items())[:_NAMES])
    mentioned = [a for group in shown.values() for a in group[:_EACH]]
    labels.look_up([i for a in mentioned for i in (a.thing, a.currency, *a.about, *a.codes)])
    chart = [_bar(a, labels) for group in shown.values() for a in group[:_EACH]]
    if not chart:
        return Markup("")
    left = len(found) - len(mentioned)
    more = f"and {grouped(str(left), '')}{' or more' if len(found) >= _READ else ''} more amounts" if left else ""
    return bars("", chart, more=more)


def _bar(amount: Amount, labels: Labels) -> Bar:
    owners = [labels.link(o) for o in amount.about]
    unit = amount.currency.removeprefix(_CURRENCIES)
    unit = labels.of(amount.currency).text if "/" in unit else unit
    name = " and ".join(o.label.text for o in owners)
    note = ", ".join(labels.of(c).text for c in amount.codes)
    language = owners[0].label.language if len(owners) == 1 else ""
    href = owners[0].href if len(owners) == 1 else None
    value = f"{unit} {written(amount.amount)}"
    return Bar(name, amount.amount, value, href, note, language, labels.link(amount.thing).href)
