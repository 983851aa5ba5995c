"""Pictures are well-formed whatever they are given, say all of it as text, keep every link; no labels overlap."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bsrgraph.corpus import Corpus
from bsrgraph.draw import Area, Bar, Edge, Entry, Node, area_map, bars, network, outline, timeline
from bsrgraph.draw.markup import clipped, width_of, wrapped
from bsrgraph.draw.projection import Projection, centred

SQUARE = "POLYGON ((10 55, 14 55, 14 58, 10 58, 10 55))"
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["</svg><script>alert(1)</script>", '" onload="alert(1)', "]]>&lt;<!--", "\x00\x1b\ufffe", "‮gnp", "{{7*7}}"]
    ),
)
LINKS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(
        [
            "/doc/a",
            "javascript:alert(1)",
            "//evil.example/",
            "/\\evil.example",
            "https://example.org/?a=1&b=2",
            "data:text/html,x",
            "#here",
            " javascript:alert(1)",
            "?lang=sv",
        ]
    ),
)
SAFE = re.compile(r"(?:https?://|mailto:)|/(?![/\\])|[?#]", re.IGNORECASE)


def parsed(picture: Markup) -> ElementTree.Element:
    """The picture as a tree; a picture that is no well-formed XML fails here."""
    assert isinstance(picture, Markup)
    return ElementTree.fromstring(f"<div>{picture}</div>")


def words(picture: Markup) -> str:
    """All text of a picture."""
    return "".join(parsed(picture).itertext())


def hrefs(picture: Markup) -> list[str]:
    """Where the links of a picture lead, in order."""
    return [a.attrib["href"] for a in parsed(picture).iter("a")]


def assert_harmless(picture: Markup) -> None:
    """No script, no handler, no style, no id, no link but to here or the web."""
    for node in parsed(picture).iter():
        assert node.tag in {
            *("div", "figure", "figcaption", "ol", "ul", "li", "p", "span", "a"),
            *("svg", "g", "path", "rect", "line", "circle", "text", "tspan", "desc"),
        }
        for name, value in node.attrib.items():
            assert not name.startswith("on")
            assert name not in ("style", "id")
            assert name != "href" or SAFE.match(value), value


# -- hostile texts ----------------------------------------------------------


@given(HOSTILE, HOSTILE, HOSTILE, LINKS, st.decimals() | st.floats() | st.integers())
def test_bars_are_well_formed_and_harmless_whatever_they_say(label, shown, note, href, value) -> None:
    chart = bars(label, [Bar(label, value, shown, href, note, "en"), Bar("b", 1, "1")], more=note, more_href=href)
    assert_harmless(chart)
    assert chart == bars(
        label, [Bar(label, value, shown, href, note, "en"), Bar("b", 1, "1")], more=note, more_href=href
    )


@given(HOSTILE, HOSTILE, LINKS, HOSTILE | st.just(SQUARE), st.none() | st.decimals() | st.integers())
def test_maps_are_well_formed_and_harmless_whatever_they_say(label, shown, href, shape, value) -> None:
    areas = [Area(label, outline(shape), value, shown, href, "sv"), Area("b", outline(SQUARE), 1, "1")]
    assert_harmless(area_map(label, areas))


@given(HOSTILE, HOSTILE, LINKS, HOSTILE | st.just("2010-09"), st.none() | HOSTILE | st.just("2013"))
def test_timelines_are_well_formed_and_harmless_whatever_they_say(label, note, href, start, end) -> None:
    picture = timeline(label, [Entry(label, start, end, note, href, href), Entry("b", "2011", "2012")])
    assert_harmless(picture)


@given(HOSTILE, HOSTILE, LINKS, HOSTILE)
def test_neighbourhoods_are_well_formed_and_harmless_whatever_they_say(label, note, href, edge) -> None:
    nodes = [Node("a", label, href, "sv", note), Node("b", note, href), Node(label, label, href)]
    edges = [Edge(a, edge, b) for a, b in combinations(nodes, 2)]
    assert_harmless(network(label, edges, nodes[0], more_href=href))


def test_what_no_xml_can_hold_is_shown_as_missing() -> None:
    assert "a\ufffdb" in words(bars("", [Bar("a\x00b", 1, "1")]))


# -- bars -------------------------------------------------------------------


def test_a_bar_is_as_long_as_its_value_is_great() -> None:
    chart = bars("Money", [Bar("a", Decimal("19000000"), "19"), Bar("b", 9_500_000, "9.5"), Bar("c", 0, "0")])
    assert [float(r.attrib["width"]) for r in parsed(chart).iter("rect")] == [100, 50, 0]


def test_values_below_nought_go_the_other_way() -> None:
    up, down = parsed(bars("", [Bar("a", 30, "30"), Bar("b", -10, "-10")])).iter("rect")
    assert (float(up.attrib["x"]), float(up.attrib["width"])) == (25, 75)
    assert (float(down.attrib["x"]), float(down.attrib["width"])) == (0, 25)


def test_what_several_sources_give_of_one_thing_stands_under_one_name() -> None:
    rows = [Bar("StarDust", 6_500_000, "6.5", "/s", "one"), Bar("StarDust", 6_512_000, "6.512", "/s", "other")]
    chart = bars("Money", [*rows, Bar("BSR Stars", 1, "1", "/b")], more="and 3 more", more_href="/figure/")
    assert words(chart).count("StarDust") == 1
    assert [len(item.findall("ul/li")) for item in parsed(chart).findall("figure/ol/li")] == [2, 1]
    assert hrefs(chart) == ["/s", "/b", "/figure/"]
    assert all(t in words(chart) for t in ("one", "other", "6.5", "6.512", "and 3 more"))


def test_numbers_that_are_none_and_numbers_without_end_are_drawn_as_nought() -> None:
    rows = [Bar("x", v, "?") for v in (Decimal("NaN"), float("inf"), Decimal("1e9999"), 1)]
    assert [float(r.attrib["width"]) for r in parsed(bars("", rows)).iter("rect")] == [0, 0, 0, 100]


# -- maps -------------------------------------------------------------------


@pytest.fixture(scope="module")
def lands(corpus: Corpus) -> dict[str, tuple[tuple[object, ...], dict[str, str]]]:
    """IRI → outline and names by language, of everything in the shipped graph that has an outline."""
    found: dict[str, tuple[tuple[object, ...], dict[str, str]]] = {}
    quads = [s.quad for source in corpus.data for s in source.statements]
    for quad in quads:
        if quad.predicate.value.endswith("#outline"):
            found[quad.subject.value] = (outline(quad.object.value), {})
    for quad in quads:
        if quad.predicate.value.endswith("prefLabel") and (land := found.get(str(quad.subject)[1:-1])):
            land[1][quad.object.language] = quad.object.value
    return found


def boxes(picture: Markup) -> list[tuple[float, float, float, float]]:
    """The places of the labels of a map."""
    found = []
    for text in parsed(picture).iter("text"):
        lines = [[text.text or ""]]
        for span in text.iter("tspan"):
            (lines.append if "x" in span.attrib else lines[-1].extend)([span.text or ""])
        width = max(width_of("".join(line), 13) for line in lines)
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        found.append((x - width / 2, y - 12, x + width / 2, y + 3 + 15 * (len(lines) - 1)))
    return found


@pytest.mark.parametrize("shown", ["", "3", "EUR 19 000 000"])
@pytest.mark.parametrize("language", ["en", "lt", "nb", "is", "fi"])
def test_no_label_of_a_map_lies_over_another_and_every_area_is_named_and_linked(lands, language, shown) -> None:
    areas = [
        Area(names[language], rings, i, shown, f"/doc/{i}", language)
        for i, (rings, names) in enumerate(v for _, v in sorted(lands.items()))
    ]
    picture = area_map("Countries", areas)
    for a, b in combinations(boxes(picture), 2):
        assert a[2] <= b[0] + 0.2 or b[2] <= a[0] + 0.2 or a[3] <= b[1] + 0.2 or b[3] <= a[1] + 0.2, (a, b)
    assert sorted(set(hrefs(picture))) == sorted(f"/doc/{i}" for i in range(10))
    written = "".join("".join(t.itertext()) for tag in ("text", "li") for t in parsed(picture).iter(tag))
    assert all(names[language] in written for _, names in lands.values())


def test_far_parts_do_not_shrink_the_map(lands) -> None:
    """Svalbard is Norway's, and lies a thousand kilometres north of everything else."""
    rings, _ = next(v for k, v in lands.items() if k.endswith("/nor"))
    assert max(p[1] for ring in rings for p in ring) > 80
    whole = area_map("", [Area("Norway", rings)])
    main = area_map("", [Area("Norway", (max(rings, key=len),))])
    assert whole == main


def test_areas_without_value_or_outline_are_still_there() -> None:
    picture = area_map("", [Area("Here", outline(SQUARE), None, "", "/h"), Area("Nowhere", (), 3, "3", "/n")])
    assert hrefs(picture) == ["/h", "/n"]
    assert "Nowhere" in words(picture)
    assert 'class="area shade-none"' in picture
    assert hrefs(area_map("", [Area("Nowhere", (), 3, "3", "/n")])) == ["/n"]
    assert parsed(area_map("", [])) is not None


def test_a_greater_value_is_never_lighter() -> None:
    values = [0, 1, 2, 5, 9, 10]
    picture = area_map("", [Area(str(v), outline(SQUARE), v, str(v)) for v in values])
    found = [re.search(rf'aria-label="{v}: {v}"><path [^>]*shade-(\d)', str(picture))[1] for v in values]
    assert found == sorted(found)
    assert (found[0], found[-1]) == ("0", "5")


@given(st.floats(-180, 180), st.floats(-85, 85), st.floats(-170, 170), st.floats(-80, 79))
def test_the_projection_keeps_areas_equal(longitude, latitude, west, south) -> None:
    """A small cell is as large on the page as on the sphere, wherever it lies but beside the far pole."""
    project = Projection(longitude, latitude)
    corners = [(west, south), (west + 0.1, south), (west + 0.1, south + 0.1), (west, south + 0.1)]
    flat = [project(c) for c in corners]
    if max(math.hypot(*p) for p in flat) > 1.9:
        return
    drawn = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, flat[1:] + flat[:1], strict=True))) / 2
    true = math.radians(0.1) * (math.sin(math.radians(south + 0.1)) - math.sin(math.radians(south)))
    assert drawn == pytest.approx(true, rel=0.01)


def test_a_map_is_centred_across_the_date_line() -> None:
    assert abs(centred([(179, 0), (-179, 0)]).longitude) == pytest.approx(180)


@pytest.mark.parametrize(
    "text",
    [
        SQUARE,
        "SRID=4326;polygon((10 55,14 55,14 58,10 58,10 55))",
        "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> MULTIPOLYGON (((10 55, 14 55, 14 58, 10 58, 10 55)))",
        '{"type": "Polygon", "coordinates": [[[10, 55], [14, 55], [14, 58], [10, 58], [10, 55]]]}',
        '{"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": '
        "[[[[10, 55], [14, 55], [14, 58], [10, 58], [10, 55]]]]}}",
    ],
)
def test_an_outline_is_read_from_well_known_text_and_geojson(text: str) -> None:
    assert outline(text) == (((10, 55), (14, 55), (14, 58), (10, 58), (10, 55)),)


@pytest.mark.parametrize(
    "text",
    [
        *("", "POINT (1 2)", "POLYGON ((1 2, 3 x))", "POLYGON ((10 555, 1 1, 2 2, 10 555))", "{", "{}", "[1]"),
        *('{"type": 3}', '{"type": "Polygon", "coordinates": 5}', '{"geometry": null}', "[" * 100_000),
        *('{"a":' * 100_000, "POLYGON ((nan 5, 1 1, 2 2, nan 5))"),
    ],
)
def test_what_is_no_polygon_has_no_outline(text: str) -> None:
    assert outline(text) == ()


# -- neighbourhoods ---------------------------------------------------------


def star(count: int, branches: int = 3) -> tuple[Node, list[Edge]]:
    """A thing with `count` neighbours."""
    middle = Node("m", "StarDust", "/doc/m")
    others = [Node(f"n{i}", f"Organisation number {i} of the Baltic Sea Region", f"/doc/n{i}") for i in range(count)]
    return middle, [
        Edge(middle, f"branch {i % branches}", n) if i % 2 else Edge(n, f"branch {i % branches}", middle)
        for i, n in enumerate(others)
    ]


@pytest.mark.parametrize("count", [1, 2, 7, 24])
def test_every_neighbour_is_drawn_and_linked_in_both_layouts(count: int) -> None:
    middle, edges = star(count)
    for picture in parsed(network("Around", edges, middle)).iter("svg"):
        found = [a.attrib["href"] for a in picture.iter("a")]
        assert sorted(found) == sorted(f"/doc/n{i}" for i in range(count))


def test_names_of_neighbours_have_24_pixels_each_and_stay_in_the_picture() -> None:
    middle, edges = star(24)
    for picture in parsed(network("Around", edges, middle)).iter("svg"):
        width, height = map(float, picture.attrib["viewBox"].split()[2:])
        by_side: dict[str, list[float]] = {}
        words = [
            (t, g.attrib["text-anchor"]) for g in picture.iter("g") if "text-anchor" in g.attrib for t in g.iter("text")
        ]
        assert len(words) == 24 + 3 * 2
        for text, anchor in words:
            x = float(text.attrib["x"])
            reach = width_of("".join(text.itertext()), 14)
            low = x if anchor == "start" else x - reach
            assert low >= 0
            assert low + reach <= width
            assert 0 < float(text.attrib["y"]) < height
            by_side.setdefault(anchor, []).append(float(text.attrib["y"]))
        for places in by_side.values():
            assert all(b - a >= 24 for a, b in pairwise(sorted(places)))


def test_what_is_too_much_is_counted_and_linked() -> None:
    middle, edges = star(100, 2)
    picture = network("Around", edges, middle, limit=24, more_href="#incoming")
    shown = {h for h in hrefs(picture) if h.startswith("/")}
    assert len(shown) == 24
    wide = next(parsed(picture).iter("svg"))
    left = [int(n) for n in re.findall(r"and (\d+) more", "".join(wide.itertext()))]
    assert sum(left) == 100 - 24
    assert "#incoming" in hrefs(picture)


def test_many_branches_are_cut_too() -> None:
    middle, edges = star(300, 300)
    picture = network("Around", edges, middle, limit=24)
    wide = next(parsed(picture).iter("svg"))
    drawn = len(list(wide.iter("a")))
    assert drawn <= 48
    assert sum(int(n) for n in re.findall(r"and (\d+) more", "".join(wide.itertext()))) == 300 - drawn


def test_a_graph_of_any_form_shows_each_of_its_edges() -> None:
    """Things hang where they are nearest to the middle; further edges name them once more."""
    a, b, c, d = (Node(n, n.upper(), f"/{n}") for n in "abcd")
    edges = [Edge(a, "one", b), Edge(b, "two", c), Edge(c, "three", a), Edge(c, "four", c), Edge(d, "five", b)]
    narrow = list(parsed(network("", edges, a)).iter("svg"))[1]
    text = ["".join(t.itertext()) for t in narrow.iter("text")]
    assert sorted(t[2:] for t in text if t[0] in "→←") == ["five", "four", "one", "three", "two"]
    assert network("", edges, a) == network("", edges, a)
    assert network("", []) == ""
    assert ">B</tspan>" in network("", edges)


# -- timelines --------------------------------------------------------------


def strips(picture: Markup) -> list[list[tuple[str, float, float]]]:
    """For each row its stretches and dots: class, left and right, in percent."""
    rows = []
    for item in parsed(picture).findall("figure/ol/li/ul/li"):
        found = []
        for shape in item.iter():
            if shape.tag == "rect":
                left = float(shape.attrib["x"][:-1])
                found.append((shape.attrib["class"], left, left + float(shape.attrib["width"][:-1])))
            elif shape.tag == "circle":
                at = float(shape.attrib["cx"][:-1])
                found.append((shape.attrib["class"], at, at))
        rows.append(found)
    return rows


def test_a_span_is_sure_only_where_it_certainly_was() -> None:
    """From 2010 to 2013 may have begun in December and ended in January."""
    picture = timeline("", [Entry("a", "2010", "2013"), Entry("b", "2010-01-01", "2013-12-31")])
    years, days = strips(picture)
    assert years == [("time-vague", 0, 100), ("time-sure", 25, 75)]
    assert days[1][0] == "time-sure"
    assert days[1][1:] == pytest.approx((0, 100), abs=0.2)


def test_a_year_is_a_stretch_and_a_day_a_dot() -> None:
    rows = strips(timeline("", [Entry("a", "2010"), Entry("b", "2011-07-01"), Entry("c", "2011-07")]))
    assert rows[0] == [("time-vague", 0, 50)]
    assert [k for k, *_ in rows[1]] == [k for k, *_ in rows[2]] == ["time-vague", "time-dot"]
    assert rows[1][1][1] == pytest.approx(75, abs=0.2)


def test_an_end_that_nobody_states_stays_open() -> None:
    ((_, sure),) = strips(timeline("", [Entry("a", "2010-01-01", "")]))
    assert sure[0] == "time-open"
    assert "2010-01-01 – (end not stated)" in words(timeline("", [Entry("a", "2010-01-01", "")]))


def test_claims_of_several_sources_stand_together_with_who_says_so() -> None:
    rows = [
        Entry("StarDust", "2010-09", "2013-12", "Turku", "/s", "/t"),
        Entry("StarDust", "2010", "2013", "Vinnova", "/s"),
    ]
    picture = timeline("When", rows)
    assert words(picture).count("StarDust") == 1
    assert hrefs(picture) == ["/s", "/t"]
    assert "2010-09 – 2013-12" in words(picture)
    assert "Vinnova" in words(picture)


@pytest.mark.parametrize(("first", "last"), [("2010", "2010"), ("2010", "2013"), ("1990", "2024"), ("-0044", "2020")])
def test_an_axis_has_a_handful_of_round_years(first: str, last: str) -> None:
    scale = next(parsed(timeline("", [Entry("a", first, last)])).iter("svg"))
    years = [int(t.text) for t in scale.iter("text")]
    assert 2 <= len(years) <= 7
    steps = {b - a for a, b in pairwise(years)}
    assert len(steps) == 1


def test_dates_that_cannot_be_read_are_not_drawn() -> None:
    assert timeline("", [Entry("a", "soon"), Entry("b", "", "")]) == ""
    assert words(timeline("", [Entry("a", "2010-06-14T10:00:00Z"), Entry("b", "soon")])).count("soon") == 0


# -- lengths ----------------------------------------------------------------


@given(st.text(), st.floats(10, 400))
def test_a_clipped_text_fits(text: str, room: float) -> None:
    assert width_of(clipped(text, room, 13), 13) <= max(room, width_of("…", 13))


@given(st.text(), st.floats(20, 400))
def test_a_wrapped_text_fits_in_its_lines_and_loses_nothing_that_fits(text: str, room: float) -> None:
    lines = wrapped(text, room, 13)
    assert 1 <= len(lines) <= 2
    assert all(width_of(line, 13) <= max(room, width_of("…", 13)) for line in lines)
    assert "…" in "".join(lines) or " ".join(lines).split() == text.split()


def test_a_text_is_clipped_between_words_where_it_can_be() -> None:
    name = "European Regional Development Fund"
    assert clipped(name, width_of("European Regional Dev…", 13), 13) == "European Regional…"
    assert clipped("Landesentwicklung", width_of("Landes…", 13), 13).startswith("Land")
