"""Who asks for a format gets it, who asks for none gets the first, and who asks for another is told what there is."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.errors import NotAcceptable, UsageError
from bsrgraph.formats import (
    DOCUMENT_FORMATS,
    FORMATS,
    GRAPH_FORMATS,
    HTML,
    RESULT_FORMATS,
    Format,
    by_media_type,
    by_name,
    negotiate,
)

FAMILIES = [RESULT_FORMATS, GRAPH_FORMATS, (*GRAPH_FORMATS, HTML), (HTML, *RESULT_FORMATS), DOCUMENT_FORMATS]
WITH_PAGE = (HTML, *GRAPH_FORMATS)


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.suffix)
def test_a_format_is_found_by_each_of_its_names(form):
    for name in (
        form.suffix,
        "." + form.suffix,
        form.suffix.upper(),
        form.media_type,
        form.media_type + "; charset=utf-8",
    ):
        assert by_name(name) is form
    assert by_media_type(form.media_type.upper()) is form


def test_suffixes_and_media_types_are_given_once():
    assert len({f.suffix for f in FORMATS}) == len({f.media_type for f in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("name", ["", ".", "text/plain", "docx", "application/octet-stream", "*/*", "ttl;q=1"])
def test_a_format_that_there_is_not_is_answered_with_those_that_there_are(name):
    with pytest.raises(UsageError, match="There is no format") as wrong:
        by_name(name)
    assert all(f.suffix in (wrong.value.hint or "") for f in FORMATS)


def test_text_formats_say_their_charset():
    assert by_name("ttl").content_type == "text/turtle; charset=utf-8"
    assert by_name("jsonld").content_type == "application/ld+json"


def test_a_format_can_be_written_by_the_engine_if_it_is_no_page():
    for form in FORMATS:
        assert (form.rdf is None) == (form.family not in ("graph", "dataset"))
        assert (form.results is None) == (form.family != "results")
        if form.rdf is not None:
            assert form.media_type == form.rdf.media_type
            assert form.rdf.supports_datasets == (form.family == "dataset" or form.suffix == "jsonld")
        if form.results is not None:
            assert form.media_type.partition(";")[0] == form.results.media_type.partition(";")[0]


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (None, "html"), ("", "html"), ("  ", "html"), ("*/*", "html"),
        ("text/turtle", "ttl"), ("TEXT/TURTLE", "ttl"), ("text/turtle;q=0.1", "ttl"), ("application/x-turtle", "ttl"),
        ("application/ld+json", "jsonld"), ("application/xhtml+xml", "html"),
        # What browsers send.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        # A q-value decides, then how exact the range is, then the order of what is offered.
        ("text/html;q=0.5, text/turtle", "ttl"), ("text/html;q=0.8, application/ld+json;q=0.9", "jsonld"),
        ("text/*;q=0.9, text/html;q=0.1", "ttl"), ("text/*, application/ld+json;q=0.9", "html"),
        ("application/*", "nt"), ("application/*, text/html;q=0.9", "nt"),
        ("*/*;q=0.1, application/rdf+xml;q=0.2", "rdf"),
        ("text/html;q=0, */*", "ttl"), ("application/*;q=0.9, text/*;q=0.8", "nt"),
        ("application/rdf+xml;q=0.5, application/*;q=0.1, text/*;q=0", "rdf"),
        ("text/turtle, text/html", "html"), ("image/png, text/turtle;q=0.3", "ttl"),
        ("image/png, */*;q=0.01", "html"), ("text/turtle;charset=utf-8", "ttl"),
        ("text/html;q=0.1, application/ld+json; profile=\"http://www.w3.org/ns/json-ld#compacted\"; q=0.9", "jsonld"),
    ],
)  # fmt: skip
def test_an_accept_header_chooses(accept, suffix):
    """By the rules of RFC 9110, section 12.5.1."""
    assert negotiate(accept, WITH_PAGE).suffix == suffix


@pytest.mark.parametrize(
    "accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "text/csv", "text/plain", "application/json", "q=1", ",", "/"]
)
def test_what_cannot_be_given_is_refused_with_a_list(accept):
    with pytest.raises(NotAcceptable) as wrong:
        negotiate(accept, WITH_PAGE)
    assert wrong.value.offered == tuple(f.media_type for f in WITH_PAGE)


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("application/json", "json"),
        ("application/xml", "xml"),
        ("text/xml", "xml"),
        ("text/csv", "csv"),
        ("text/*", "csv"),
    ],
)
def test_results_go_by_their_common_names_too(accept, suffix):
    assert negotiate(accept, RESULT_FORMATS).suffix == suffix


@given(st.sampled_from(FAMILIES), st.data(), st.text())
def test_a_name_comes_before_any_accept_header(offered, data, accept):
    form = data.draw(st.sampled_from(offered))
    assert negotiate(accept, offered, form.suffix) is form
    assert negotiate(accept, offered, form.media_type) is form


def test_a_name_of_another_family_is_not_acceptable_and_one_of_none_is_a_mistake():
    with pytest.raises(NotAcceptable, match="no Turtle"):
        negotiate("*/*", RESULT_FORMATS, "ttl")
    with pytest.raises(UsageError, match="There is no format") as wrong:
        negotiate("*/*", RESULT_FORMATS, "docx")
    assert not isinstance(wrong.value, NotAcceptable)


RANGES = ["*/*", "text/*", "application/*", "image/*", "image/png", *(f.media_type for f in FORMATS)]
QUALITY = st.integers(0, 1000)


def _quality(ranges: dict[str, int], form: Format) -> int:
    """RFC 9110, written anew: a format's quality is that of the most exact range that takes it in."""
    main = form.media_type.partition("/")[0]
    return next((ranges[r] for r in (form.media_type, main + "/*", "*/*") if r in ranges), 0)


@given(st.dictionaries(st.sampled_from(RANGES), QUALITY, min_size=1), st.sampled_from(FAMILIES), st.randoms())
def test_the_best_quality_wins_whatever_the_order_of_the_header(ranges, offered, random):
    """Held against the rule; of formats with equal quality, any will do here."""
    items = [f"{name};q={q / 1000:g}" for name, q in ranges.items()]
    random.shuffle(items)
    best = max(_quality(ranges, form) for form in offered)
    if best == 0:
        with pytest.raises(NotAcceptable):
            negotiate(", ".join(items), offered)
    else:
        assert _quality(ranges, negotiate(", ".join(items), offered)) == best


@given(st.text(), st.sampled_from(FAMILIES))
def test_no_header_breaks_the_choice(accept, offered):
    with contextlib.suppress(NotAcceptable):
        assert negotiate(accept, offered) in offered


@given(st.text())
def test_no_name_breaks_the_choice(name):
    with contextlib.suppress(UsageError):
        assert negotiate(None, RESULT_FORMATS, name) in RESULT_FORMATS
