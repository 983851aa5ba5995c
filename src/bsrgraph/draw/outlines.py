"""Outlines of areas out of text: well-known text (OGC 06-103r4) and GeoJSON (RFC 7946), longitude before latitude."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

__all__ = ["Ring", "outline"]

Ring = tuple[tuple[float, float], ...]
"""A closed line of longitudes and latitudes in degrees."""

_WKT = re.compile(r"\s*(?:SRID=\d+;|<[^>]*>)?\s*(?:MULTI)?POLYGON\s*Z?\s*\(", re.IGNORECASE)
_RING = re.compile(r"\(([^()]+)\)")
_LONGEST = 1_000_000


def outline(text: str) -> tuple[Ring, ...]:
    """The rings of an area, holes among them; none where the text is no polygon."""
    if len(text) > _LONGEST:
        return ()
    rings = _wkt(text) if _WKT.match(text) else _geojson(text)
    # Generators: what is wrong with the text comes up while they are read.
    try:
        return tuple(r for r in rings if len(r) >= 4)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return ()


def _wkt(text: str) -> Iterator[Ring]:
    for ring in _RING.findall(text):
        yield tuple(_point(pair.split()) for pair in ring.split(","))


def _geojson(text: str) -> Iterator[Ring]:
    shape = json.loads(text) if text.lstrip().startswith("{") else {}
    shape = shape.get("geometry", shape)
    found = shape["coordinates"]
    for polygon in {"Polygon": [found], "MultiPolygon": found}[shape["type"]]:
        for ring in polygon:
            yield tuple(_point(pair) for pair in ring)


def _point(pair: list[str] | list[float]) -> tuple[float, float]:
    longitude, latitude = float(pair[0]), float(pair[1])
    if not (-360 <= longitude <= 360 and -90 <= latitude <= 90):
        raise ValueError("no place on Earth")
    return longitude, latitude
