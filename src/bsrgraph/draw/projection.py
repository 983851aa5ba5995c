"""Lambert's azimuthal projection, which keeps areas equal (Snyder 1987, pages 182-187), centred on what is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Projection", "centred"]


@dataclass(frozen=True, slots=True)
class Projection:
    """The projection with its centre, in degrees."""

    longitude: float
    latitude: float

    def __call__(self, place: tuple[float, float]) -> tuple[float, float]:
        """A place (longitude, latitude) on the plane, in radii of the Earth; y grows to the south, as on a page."""
        turn = math.radians(place[0] - self.longitude)
        here, there = math.radians(self.latitude), math.radians(place[1])
        nearness = 1 + math.sin(here) * math.sin(there) + math.cos(here) * math.cos(there) * math.cos(turn)
        scale = math.sqrt(2 / max(nearness, 1e-6))
        x = scale * math.cos(there) * math.sin(turn)
        y = scale * (math.cos(here) * math.sin(there) - math.sin(here) * math.cos(there) * math.cos(turn))
        return x, -y


def centred(places: Iterable[tuple[float, float]]) -> Projection:
    """The projection whose centre is the middle of all `places` on the sphere, so that no meridian is a seam."""
    x = y = z = 0.0
    for longitude, latitude in places:
        turn, height = math.radians(longitude), math.radians(latitude)
        x += math.cos(height) * math.cos(turn)
        y += math.cos(height) * math.sin(turn)
        z += math.sin(height)
    return Projection(math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y))))
