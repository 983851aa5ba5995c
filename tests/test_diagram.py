"""A class diagram: boxes that do not overlap, arrows that go round them, and links to every class."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.draw import Box, Line, diagram
from bsrgraph.draw.layers import layered

NAMES = st.sampled_from([f"box{i}" for i in range(12)])
SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def pictures(draw: st.DrawFn) -> tuple[dict[str, tuple[float, float]], list[tuple[str, str]]]:
    """Boxes of some sizes, and arrows between some of them, circles included."""
    names = draw(st.lists(NAMES, unique=True, max_size=12))
    sizes = {n: (draw(st.floats(20, 300)), draw(st.floats(20, 200))) for n in names}
    return sizes, draw(st.lists(st.tuples(NAMES, NAMES), max_size=30))


@given(pictures())
def test_boxes_do_not_overlap_and_keep_within_the_picture(
    picture: tuple[dict[str, tuple[float, float]], list[tuple[str, str]]],
) -> None:
    sizes, arrows = picture
    plan = layered(sizes, arrows)
    assert set(plan.places) == set(sizes)
    for name, (x, level) in plan.places.items():
        width, height = sizes[name]
        assert -0.01 <= x - width / 2 <= x + width / 2 <= plan.width + 0.01
        assert height <= plan.heights[level]
    for (one, (x, level)), (other, (y, its)) in combinations(plan.places.items(), 2):
        assert level != its or abs(x - y) >= (sizes[one][0] + sizes[other][0]) / 2
    assert all(b - a > height for (a, b), height in zip(pairwise(plan.tops), plan.heights, strict=False))
    assert plan.height >= max((h for _, h in sizes.values()), default=0)


@given(pictures())
def test_arrows_pass_beside_the_boxes_of_every_layer_between(
    picture: tuple[dict[str, tuple[float, float]], list[tuple[str, str]]],
) -> None:
    sizes, arrows = picture
    plan = layered(sizes, arrows)
    wanted = {a for a in arrows if a[0] != a[1] and set(a) <= set(sizes)}
    assert set(plan.ways) == wanted
    for (source, target), way in plan.ways.items():
        start, end = plan.places[source][1], plan.places[target][1]
        step = 1 if start < end else -1
        assert start != end
        assert len(way) == abs(end - start) - 1
        for level, bend in zip(range(start + step, end, step), way, strict=True):
            beside = [(x, sizes[n][0] / 2) for n, (x, its) in plan.places.items() if its == level]
            assert all(abs(bend - x) > half for x, half in beside)


@given(pictures())
def test_arrows_lead_down_unless_they_close_a_circle(
    picture: tuple[dict[str, tuple[float, float]], list[tuple[str, str]]],
) -> None:
    sizes, arrows = picture
    plan = layered(sizes, arrows, most=3)
    up = {a for a in plan.ways if plan.places[a[0]][1] > plan.places[a[1]][1]}
    reach = {n: {n} for n in sizes}
    for _ in sizes:
        for source, target in plan.ways:
            reach[source] |= reach[target]
    assert all(source in reach[target] for source, target in up)
    levels = [level for _, level in plan.places.values()]
    assert max((levels.count(level) for level in levels), default=0) <= 3


def test_a_chain_is_straight_and_a_fork_is_even() -> None:
    sizes = dict.fromkeys("abcd", (100.0, 40.0))
    chain = layered(sizes, [("a", "b"), ("b", "c"), ("c", "d")])
    assert len({round(x, 6) for x, _ in chain.places.values()}) == 1
    fork = layered(sizes, [("a", "b"), ("a", "c"), ("a", "d")])
    xs = sorted(fork.places[n][0] for n in "bcd")
    assert abs(fork.places["a"][0] - xs[1]) < 1
    assert fork.places["a"][1] == 0


def test_arrows_do_not_cross_where_they_need_not() -> None:
    sizes = dict.fromkeys(("a", "b", "c", "x", "y", "z"), (50.0, 20.0))
    plan = layered(sizes, [("a", "z"), ("b", "y"), ("c", "x")])
    upper = [plan.places[n][0] for n in "abc"]
    lower = [plan.places[n][0] for n in "zyx"]
    order = sorted(range(3), key=upper.__getitem__)
    assert order == sorted(range(3), key=lower.__getitem__)


BOXES = (
    Box(
        "boat",
        "Boat <&>",
        "#Boat",
        "en",
        (Line("Sail boat", "#SailBoat", depth=1),),
        (Line("has crew", "#crew", note="Sailor", targets=("sailor",)), Line("tows", "#tows", targets=("boat",))),
    ),
    Box("sailor", "Sailor", "javascript:alert(1)"),
)


def test_a_diagram_is_well_formed_with_a_link_for_every_name_that_may_be_one() -> None:
    tree = ElementTree.fromstring(str(diagram("Classes", BOXES)))
    links = {a.get("href"): "".join(a.itertext()) for a in tree.iter("a")}
    assert links == {
        "#Boat": "Boat <&>",
        "#SailBoat": "Sail boat",
        "#crew": "has crew: Sailor",
        "#tows": "tows",
    }
    assert "Sailor" in "".join(tree.itertext())
    assert len([p for p in tree.iter("path") if p.get("class") == "dia-arrow"]) == 1
    assert len(list(tree.iter("rect"))) == 2


def test_a_diagram_has_no_style_no_id_and_is_always_the_same() -> None:
    picture = str(diagram("Classes", BOXES))
    assert not re.search(r'\b(?:style|id|onload)="', picture)
    assert picture == str(diagram("Classes", BOXES))
    assert diagram("Nothing", ()) == ""


def test_a_line_that_is_too_long_is_cut_and_told_whole() -> None:
    long = "property with a name that is much longer than any box is wide"
    tree = ElementTree.fromstring(str(diagram("Classes", (Box("a", "A", lines=(Line(long),)),))))
    assert long in [t.text for t in tree.iter("title")]
    width = float(next(tree.iter("rect")).get("width", "0"))
    assert width < 300
