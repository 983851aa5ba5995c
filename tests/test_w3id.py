"""The redirect rules of docs/w3id.md lead every canonical IRI to what the server answers, in the format asked for."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from bsrgraph.corpus import Corpus
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store
from bsrgraph.web.app import create_app

HOST = "https://data.example.org"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
DIRECTIVES = {"Options", "RewriteEngine", "RewriteCond", "RewriteRule"}


@dataclass(frozen=True)
class Rule:
    """A RewriteRule of Apache's mod_rewrite in a folder's .htaccess, with the flags R and L and its conditions."""

    conditions: tuple[str, ...]
    pattern: re.Pattern[str]
    target: str
    status: int

    def applied(self, path: str, query: str = "", accept: str = "*/*") -> str | None:
        """Where a request for `path`, as sent and less the folder, is redirected; None where it does not match."""
        match = self.pattern.search(unquote(path))
        if match is None or not all(holds(c, accept) for c in self.conditions):
            return None
        # The path is matched decoded; the redirect is escaped again, and the query goes along.
        filled = re.sub(r"\$(\d)", lambda m: match.group(int(m.group(1))) or "", self.target)
        return quote(filled, safe=":/#?&=+,;@~!$'()*") + (f"?{query}" if query else "")


def holds(condition: str, accept: str) -> bool:
    """Whether the pattern of a RewriteCond on the Accept header holds; `!` turns it round."""
    found = re.search(condition.removeprefix("!"), accept) is not None
    return found is not condition.startswith("!")


def read_rules() -> list[Rule]:
    """The rules in the document, in order."""
    text = (Path(__file__).parents[1] / "docs" / "w3id.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```apache\n(.*?)```", text, re.DOTALL)
    lines = [line.split() for line in block.splitlines() if line and not line.startswith("#")]
    assert {words[0] for words in lines} == DIRECTIVES, "only what is emulated here may be used"
    found: list[Rule] = []
    conditions: list[str] = []
    for words in lines:
        if words[0] == "RewriteCond":
            assert words[1] == "%{HTTP_ACCEPT}"
            conditions.append(words[2])
        if words[0] == "RewriteRule":
            _, pattern, target, flags = words
            (status,) = re.findall(r"\AR=(\d+)\Z", flags.strip("[]").split(",")[0])
            assert flags.strip("[]").split(",")[1:] == ["L"]
            found.append(Rule(tuple(conditions), re.compile(pattern), target, int(status)))
            conditions = []
    return found


RULES = read_rules()


@pytest.fixture(scope="module")
def web(corpus: Corpus, store: Store) -> FlaskClient:
    """The shipped graph, served at the host of the rules."""
    return create_app(Settings(graph=str(corpus.root), base_url=HOST), store).test_client()


@pytest.fixture(scope="module")
def iris(corpus: Corpus) -> list[str]:
    """IRIs of every sort that the graph has: a few of each kind and source, all else."""
    base = corpus.space.base
    terms = {t for q in corpus.quads() for t in (q.subject, q.object, q.graph_name) if isinstance(t, ox.NamedNode)}
    sorts: defaultdict[str, list[str]] = defaultdict(list)
    for iri in sorted(t.value for t in terms if t.value.startswith(base)):
        sorts[iri.partition("#")[0].rpartition("/")[0]].append(iri)
    return [iri for found in sorts.values() for iri in found[:4]]


def redirected(path: str, query: str = "", accept: str = "*/*") -> tuple[str, int]:
    """Where the first rule that matches leads, and with which status."""
    for rule in RULES:
        if (target := rule.applied(path, query, accept)) is not None:
            return target, rule.status
    pytest.fail(f"no rule knows {path}")


def followed(web: FlaskClient, target: str, accept: str) -> tuple[int, str, str]:
    """Status, media type and text of what a client gets that follows redirects with the same Accept header."""
    for _ in range(5):
        parts = urlsplit(target)
        assert f"{parts.scheme}://{parts.netloc}" == HOST
        response = web.get(parts.path + (f"?{parts.query}" if parts.query else ""), headers={"Accept": accept})
        if response.status_code not in (301, 302, 303, 307, 308):
            return response.status_code, response.mimetype, response.text
        target = response.headers["Location"]
    pytest.fail(f"too many redirects to {target}")


def test_every_iri_of_the_graph_is_answered_through_the_rules(
    web: FlaskClient, corpus: Corpus, iris: list[str]
) -> None:
    assert len(iris) > 100
    for iri in iris:
        path = iri.removeprefix(corpus.space.base).partition("#")[0]
        target, status = redirected(path)
        assert status == (303 if path.startswith("id/") else 302)
        assert followed(web, target, BROWSER)[:2] == (200, "text/html"), iri


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml, application/xml;q=0.7, */*;q=0.1", "application/rdf+xml"),
        ("text/html;q=0.3, application/n-quads", "application/n-quads"),
    ],
)
def test_the_format_is_negotiated_behind_the_redirect(
    web: FlaskClient, corpus: Corpus, accept: str, media_type: str
) -> None:
    evidence = "evidence/regio-bsr-stars-stardust/f13h"
    for path in ("id/project/stardust", evidence, "ontology", "shapes", "ontology/codes"):
        status, found, text = followed(web, redirected(path)[0], accept)
        assert (status, found) == (200, media_type), path
        assert corpus.space.base in text or "bsr:" in text


def test_every_rule_leads_to_what_is_served(web: FlaskClient, iris: list[str], corpus: Corpus) -> None:
    """Each rule is the first to match some address, and that is answered."""
    addresses = [i.removeprefix(corpus.space.base).partition("#")[0] for i in iris]
    addresses += ["", "ontology.ttl", "shapes.rdf", "ontology/0.1.0", "ontology/0.1.0.nt", "context.jsonld", "catalog"]
    used = set()
    for address in addresses:
        for accept in ("*/*", "text/turtle"):
            rule = next(r for r in RULES if r.applied(address, "", accept) is not None)
            target = rule.applied(address, "", accept)
            assert target is not None
            if rule not in used or "." in address:
                assert followed(web, target, "*/*")[0] == 200, address
            used.add(rule)
    assert used == set(RULES)


def test_the_dataset_is_described_to_programs_and_shown_to_people(web: FlaskClient) -> None:
    for accept, media_type in {
        "text/turtle": "text/turtle",
        "application/ld+json, application/json;q=0.5": "application/ld+json",
        BROWSER: "text/html",
        "text/turtle, text/html": "text/html",
        "*/*": "text/html",
    }.items():
        assert followed(web, redirected("", "", accept)[0], accept)[:2] == (200, media_type)


def test_the_catalogue_is_found_under_the_iri_that_it_has_in_itself(web: FlaskClient, corpus: Corpus) -> None:
    status, media_type, text = followed(web, redirected("catalog")[0], "text/turtle")
    assert (status, media_type) == (200, "text/turtle")
    assert f"<{corpus.space.base}catalog> a dcat:Catalog" in text


def test_a_suffix_a_query_and_odd_letters_survive_the_redirect() -> None:
    assert redirected("ontology.ttl") == (f"{HOST}/ontology.ttl", 302)
    assert redirected("id/country/swe", "lang=sv") == (f"{HOST}/id/country/swe?lang=sv", 303)
    assert redirected("id/project/gr%C3%B6%C3%9Fe") == (f"{HOST}/id/project/gr%C3%B6%C3%9Fe", 303)
    assert redirected("context.jsonld") == (f"{HOST}/context.jsonld", 302)


def test_what_is_no_iri_of_ours_is_not_redirected() -> None:
    for path in (
        "id",
        "id/",
        "ontology-old",
        "xontology",
        "shapes#x",
        "context.jsonldx",
        "sparql",
        "evil//example.org",
    ):
        assert [r for r in RULES if r.applied(path) is not None] == [], path
