"""Pictures as markup: bars, maps, neighbourhoods, times, classes. Pure functions of what they are given.

What they make is well-formed XML that stands in any page: no script, no style attribute, no id, every text escaped, a
link only where it leads to http, https, mailto or a path here. Colours are classes (`draw.css`), so that a picture
follows the page into the dark. The same values make the same bytes.
"""

from bsrgraph.draw.bars import Bar, bars
from bsrgraph.draw.diagram import Box, Line, diagram
from bsrgraph.draw.maps import Area, area_map
from bsrgraph.draw.network import Edge, Node, network
from bsrgraph.draw.outlines import outline
from bsrgraph.draw.timeline import Entry, timeline

__all__ = [
    "Area",
    "Bar",
    "Box",
    "Edge",
    "Entry",
    "Line",
    "Node",
    "area_map",
    "bars",
    "diagram",
    "network",
    "outline",
    "timeline",
]
