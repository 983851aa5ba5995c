"""The WSGI server around the application: waitress, chosen by measurement (docs/server-choice.md)."""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType

import waitress
from waitress.server import create_server

from bsrgraph.settings import Settings
from bsrgraph.web.app import create_app

__all__ = ["run"]

_log = logging.getLogger("bsrgraph.web")


def run(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT; then requests under way are answered first."""
    app = create_app(settings)
