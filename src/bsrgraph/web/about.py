"""Who and what is behind it, for people: `/about`; and for crawlers: `/robots.txt`, `/sitemap.xml`."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from bsrgraph.catalogue import citation, read_credits, read_dataset, schema_dataset
from bsrgraph.dumps import coming_dumps
from bsrgraph.errors import NotFound
from bsrgraph.formats import HTML, TEXT, Format
from bsrgraph.iris import is_link
from bsrgraph.sitemap import Sitemap, index, sitemap
from bsrgraph.version import VERSION
from bsrgraph.web.documented import documented
from bsrgraph.web.respond import format_wanted, page, with_validators
from bsrgraph.web.state import State, state

__all__ = ["blueprint"]

blueprint = flask.Blueprint("about", __name__)

_XML = Format("xml", "application/xml", "XML", "page")
_PAGES = ("/", "/about", "/catalog", "/void", "/dump/", "/sparql", "/ontology", "/shapes", "/changes", "/limits")
"""Pages that are about no single thing; those that this application has are in the sitemap."""
_CLOSED = ("/sparql/", "/graphs", "/suggest", "/reconcile", "/validate", "/contribute", "/login", "/logout", "/inbox")


@blueprint.get("/about")
@documented(HTML)
def about() -> Response:
    """What this is, on what terms, who answers for it, how to cite it, and what is noted of its readers."""
    here = state()
    format_wanted((HTML,))
    version, made = here.store.version, here.store.notes.get("made", "")
    dataset, credits_ = read_dataset(here.store, here.corpus.space.base), read_credits(here.store)
    labels = here.labels()
    agents = [*dataset.iris("dcterms:publisher"), *dataset.iris("dcterms:creator")]
    labels.look_up(
        [*(a.value for a in agents), *(c.source for c in credits_), *(c.licence for c in credits_ if c.licence)]
    )
    dumps = (here.dumps.current(briefly=True) or coming_dumps(version)) if version else None
    response: Response = page(
        "about.html",
        dataset=dataset,
        credits=credits_,
        labels=labels,
        citation=citation(dataset, version, made),
        schema=schema_dataset(dataset, here.settings.url, version, made, dumps),
        version=version,
        made=made,
        software=VERSION,
        contact=here.settings.contact,
        reachable=is_link(here.settings.contact),
        session_hours=here.settings.session_hours,
        log_days=here.settings.log_days,
    )
    response.vary.update(("Accept-Language",))
    language = flask.request.headers.get("Accept-Language", "")
    return with_validators(response, version, "about", repr(dumps), flask.request.full_path, language)


@blueprint.get("/robots.txt")
@documented(TEXT)
def robots() -> Response:
    """What crawlers may read: every page under its own address, nothing that is worked out for a question."""
    closed = [f"Disallow: {path}" for path in _CLOSED]
    lines = [
        "User-agent: *",
        *closed,
        "# The same files again for each version, and large.",
        "Disallow: /dump/*.",
        "# What a query string asks for has no end; the pages of a long list of links have one.",
        "Disallow: /*?",
        "Allow: /doc/*?page=",
        "",
        f"Sitemap: {state().settings.url}/sitemap.xml",
    ]
    response: Response = flask.Response("\n".join(lines) + "\n", content_type=TEXT.content_type)
    return with_validators(response, state().store.version, "robots", state().settings.url)


@blueprint.get("/sitemap.xml")
@documented(_XML)
def whole_sitemap() -> Response:
    """Every page, for crawlers; an index, where they are more than one file can hold."""
    here = state()
    found, made = _sitemap(here), here.store.notes.get("made", "")
    body = found.parts[0].read_bytes() if len(found.parts) == 1 else index(found, here.settings.url, made).encode()
    return _as_xml(here, body, "sitemap")


@blueprint.get("/sitemap-<int:number>.xml")
@documented(_XML, takes={"number": "which part, from 1"})
def part_of_sitemap(number: int) -> Response:
    """A part of the sitemap: at most 50,000 pages."""
    here = state()
    parts = _sitemap(here).parts
    if not 0 < number <= len(parts):
        raise NotFound(f"The sitemap has {len(parts)} parts.")
    return _as_xml(here, parts[number - 1].read_bytes(), f"sitemap {number}")


def _sitemap(here: State) -> Sitemap:
    there = {rule.rule for rule in flask.current_app.url_map.iter_rules()}
    pages = [path for path in _PAGES if path in there]
    if "/<kind>/" in there:
        pages += [f"/{kind}/" for kind in sorted(set(here.layout.kinds.values()))]
    made = here.store.notes.get("made", "")
    return sitemap(here.store, here.files, here.corpus.space, here.settings.url, pages, made)


def _as_xml(here: State, body: bytes, name: str) -> Response:
    response: Response = flask.Response(body, content_type="application/xml; charset=utf-8")
    return with_validators(response, here.store.version, name, here.settings.url)
