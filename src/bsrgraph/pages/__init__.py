"""What a page says, as frozen values: read from the store by a few bounded queries, written by templates."""

from bsrgraph.pages.alignment import Alignment, alignment
from bsrgraph.pages.glossary import Glossary, usage
from bsrgraph.pages.graph import GraphPage, graph_page
from bsrgraph.pages.home import Home, home
from bsrgraph.pages.labels import Label, Labels, Link
from bsrgraph.pages.layout import Layout, layout
from bsrgraph.pages.linked import json_ld, summary
from bsrgraph.pages.numbers import grouped
from bsrgraph.pages.resource import resource
from bsrgraph.pages.rules import Rulebook
from bsrgraph.pages.statements import vocabularies
from bsrgraph.pages.values import Resource, show

__all__ = [
    "Alignment",
    "Glossary",
    "GraphPage",
    "Home",
    "Label",
    "Labels",
    "Layout",
    "Link",
    "Resource",
    "Rulebook",
    "alignment",
    "graph_page",
    "grouped",
    "home",
    "json_ld",
    "layout",
    "resource",
    "show",
    "summary",
    "usage",
    "vocabularies",
]
