"""Between an IRI, its short form and the path of its page there is one way, there and back."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.iris import PREFIXES, Space, compact, is_link

SPACE = Space("https://example.org/alpine/")
SEGMENTS = st.text(st.characters(categories=["L", "Nd"], include_characters="-_.~"), min_size=1)


@pytest.mark.parametrize(
    "iri", ["http://example.org/", "https://example.org/a?b=c#d", "HTTPS://EXAMPLE.ORG/ä", "mailto:someone@example.org"]
)
def test_web_and_mail_addresses_become_links(iri):
    assert is_link(iri)


@pytest.mark.parametrize(
    "iri",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "ftp://example.org/",
        "//example.org/", "/doc/project/stardust", "", "urn:x:y", "http://", "https://a b/", 'http://a"onclick="', "http://a<b>",
        "http://a\n", "http://a\\b", " http://a/", "xhttp://a/", "blob:http://a/", "http:javascript", "view-source:http://a/",
    ],
)  # fmt: skip
def test_nothing_else_does(iri):
    """A page makes no link that runs script, leaves its attribute, or leads to files."""
    assert not is_link(iri)


@given(st.text())
def test_what_becomes_a_link_cannot_leave_an_attribute_or_run(text):
    for iri in (text, "http://" + text, "mailto:" + text):
        if is_link(iri):
            assert not set("<>\"' \n\t{}|\\^`") - {"'"} & set(iri)
            assert iri.lower().startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("http://www.w3.org/2004/02/skos/core#prefLabel", "skos:prefLabel"),
        ("https://w3id.org/bsrgraph/ontology#Project", "bsr:Project"),
        ("https://schema.org/url", "schema:url"),
        ("http://schema.org/url", "<http://schema.org/url>"),
        ("https://w3id.org/bsrgraph/ontology#", "<https://w3id.org/bsrgraph/ontology#>"),
        ("https://schema.org/a/b", "<https://schema.org/a/b>"),
        ("https://schema.org/1st", "<https://schema.org/1st>"),
        ("https://example.org/a", "<https://example.org/a>"),
    ],
)
def test_an_iri_is_shortened_where_a_prefix_fits(iri, short):
    assert compact(iri) == short


@given(st.sampled_from(sorted(PREFIXES)), st.text())
def test_a_short_form_stands_for_the_iri_that_was_shortened(prefix, local):
    iri = PREFIXES[prefix] + local
    short = compact(iri)
    if short.startswith("<"):
        assert short == f"<{iri}>"
    else:
        name, _, rest = short.partition(":")
        assert PREFIXES[name] + rest == iri


def test_no_two_prefixes_stand_for_the_same():
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert all(namespace[-1] in "#/" for namespace in PREFIXES.values())


def test_a_space_keeps_its_things_evidence_and_terms_apart():
    assert SPACE.thing("valley", "nebeltal") == "https://example.org/alpine/id/valley/nebeltal"
    assert SPACE.evidence == "https://example.org/alpine/evidence/"
    assert SPACE.ontology == "https://example.org/alpine/ontology#"


@pytest.mark.parametrize(
    "iri",
    [
        "https://example.org/other/id/valley/a", "https://example.org/alpine/id/valley", "https://example.org/alpine/id/valley/",
        "https://example.org/alpine/id//a", "https://example.org/alpine/id/valley/a/b", "https://example.org/alpine/id/valley/a?b",
        "https://example.org/alpine/id/valley/a#b", "https://example.org/alpine/doc/valley/a", "valley/a", "",
        "https://example.org/alpine/id/valley/a%2Fb", "https://example.org/alpine/id/valley/a\n",
    ],
)  # fmt: skip
def test_what_is_no_thing_of_ours_has_no_kind(iri):
    assert SPACE.split(iri) is None


@given(SEGMENTS, SEGMENTS)
def test_a_thing_gives_back_its_kind_and_slug(kind, slug):
    assert SPACE.split(SPACE.thing(kind, slug)) == (kind, slug)


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        ("https://example.org/alpine/id/valley/nebeltal", "/doc/valley/nebeltal"),
        ("https://example.org/alpine/evidence/village-gazette/a01", "/evidence/village-gazette/a01"),
        ("https://example.org/alpine/ontology#Valley", "/ontology#Valley"),
        ("https://example.org/alpine/ontology", "/ontology"),
        ("https://example.org/alpine/", "/"),
        ("https://example.org/alpine/id/valley/Höhe", "/doc/valley/H%C3%B6he"),
        ("https://example.org/alpine", None),
        ("https://w3id.org/bsrgraph/id/project/stardust", None),
    ],
)
def test_an_iri_of_ours_has_a_path_and_no_other_has(iri, path):
    assert SPACE.path(iri) == path
    assert SPACE.owns(iri) == (path is not None)


@given(SEGMENTS, SEGMENTS)
def test_a_path_is_ascii_and_leads_back_to_the_thing(kind, slug):
    path = SPACE.path(SPACE.thing(kind, slug))
    assert path is not None
    assert path.isascii()
    assert SPACE.things + unquote(path).removeprefix("/doc/") == SPACE.thing(kind, slug)


@given(st.text() | st.text().map("/".__add__))
def test_no_path_leaves_the_server(rest):
    """A path begins with one slash: two would name another host."""
    path = SPACE.path(SPACE.base + rest)
    if rest.startswith("/"):
        assert path is None
    else:
        assert path is not None
        assert path.startswith("/")
        assert not path.startswith("//")
