"""What the service can do and where, for its clients (section 3 of the specification)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bsrgraph.iris import Space

__all__ = ["manifest"]

_PREVIEW = {"width": 420, "height": 260}
_SETTINGS = (
    {
        "name": "limit",
        "type": "number",
        "label": "Limit",
        "default": 0,
        "help_text": "Most values of one thing; 0 for all of them",
    },
    {
        "name": "language",
        "type": "text",
        "label": "Language",
        "default": "",
        "help_text": "Only texts in this language, such as sv, and those without one; empty for all",
    },
)


def manifest(url: str, title: str, space: Space, kinds: Mapping[str, str], batch: int, version: str) -> dict[str, Any]:
    """The manifest of the service at `url` + `/reconcile`; `kinds` names those of which there is something."""
    root = url + "/reconcile"

    def suggest(what: str) -> dict[str, str]:
        return {
            "service_url": root,
            "service_path": f"/suggest/{what}",
            "flyout_service_url": root,
            "flyout_service_path": f"/flyout/{what}?id=${{id}}",
        }

    return {
        "versions": ["0.2"],
        "name": title,
        "identifierSpace": space.things,
        "schemaSpace": space.ontology,
        "documentation": f"{url}/about",
        "serviceVersion": version,
        "logo": f"{url}/static/icon.svg",
        "batchSize": batch,
        "defaultTypes": [{"id": kind, "name": name} for kind, name in kinds.items()],
        "view": {"url": f"{root}/view?id={{{{id}}}}"},
        "preview": {"url": f"{root}/preview?id={{{{id}}}}", **_PREVIEW},
        "suggest": {what: suggest(what) for what in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/properties"},
            "property_settings": list(_SETTINGS),
        },
    }
