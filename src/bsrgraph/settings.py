"""One table of settings: flag, else `BSRGRAPH_*` in the environment, else `bsrgraph.toml`, else the default.

The fields of `Settings` are the table. The command line, `bsrgraph settings`, the documentation and the
tests read it from here, so that a setting is never described in two places.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from bsrgraph.errors import SettingError

__all__ = ["SETTINGS", "Settings", "as_markdown", "load"]


def _setting(default: Any, help_: str, *, limit: bool = False, least: int = 1, most: int = 2**63) -> Any:  # noqa: ANN401 -- the field's own annotation is its type
    """A row of the table; a `limit` is one that clients can meet, and is published at /limits."""
    return field(default=default, metadata={"help": help_, "limit": limit, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force. Times are seconds, sizes are bytes."""

    host: str = _setting("127.0.0.1", "address that `serve` binds")
    port: int = _setting(8000, "port that `serve` binds", most=65535)
    graph: str = _setting("", "graph directory; empty for the one that the package carries")
    base_url: str = _setting("", "where this server is reached; empty for http://{host}:{port}")
    threads: int = _setting(16, "requests answered at a time")
    connections: int = _setting(500, "connections kept open at a time")
    stop_grace: int = _setting(20, "seconds that requests under way are given when the server is told to stop", least=0)
    body_limit: int = _setting(10 * 2**20, "largest request body", limit=True)
    store: str = _setting("", "SPARQL endpoint to read from, an http(s) URL; empty for a store of its own")
    state: str = _setting(".bsrgraph", "directory for what can be rebuilt: the versions of the store")
    workers: int = _setting(4, "strangers' queries answered at a time, each in a process of its own")
    worker_memory: int = _setting(2**30, "memory of a process that answers one query", limit=True, least=0)
    query_deadline: int = _setting(10, "seconds that a query may take, its sending included", limit=True)
    query_deadline_cap: int = _setting(20, "seconds that a client may ask for with `timeout`", limit=True)
    queue_wait: int = _setting(2, "seconds that a query waits for a place before it is turned away", limit=True)
    result_limit: int = _setting(100_000_000, "largest answer to a query", limit=True)
    cache_size: int = _setting(64 * 2**20, "memory for answers that are kept", least=0)
    query_text_limit: int = _setting(256_000, "longest query text", limit=True)
    query_nesting_limit: int = _setting(60, "deepest nesting of brackets in a query", limit=True)
    query_operator_limit: int = _setting(400, "most operators in a query", limit=True)
    query_pattern_limit: int = _setting(200, "most triple patterns in a query", limit=True)
    query_list_limit: int = _setting(200, "most items in the lists `( … )` of a query's patterns", limit=True)
    query_path_limit: int = _setting(100, "most steps in one property path", limit=True)
    reconcile_batch: int = _setting(100, "most queries, or things to extend, in one call of /reconcile", limit=True)
    unpacked_limit: int = _setting(32 * 2**20, "largest body once it is unpacked", limit=True)
    triple_limit: int = _setting(100_000, "most triples of a contribution", limit=True)
    blank_node_limit: int = _setting(10_000, "most blank nodes of a contribution", limit=True)
    literal_limit: int = _setting(256_000, "most characters of a text in a contribution", limit=True)
    iri_limit: int = _setting(2_048, "most characters of an IRI in a contribution", limit=True)
    nesting_limit: int = _setting(60, "deepest nesting of brackets or elements in a contribution", limit=True)
    parse_deadline: int = _setting(10, "seconds that reading a contribution may take", limit=True)
    canonical_deadline: int = _setting(2, "seconds that naming its blank nodes may take", limit=True)
    validate_deadline: int = _setting(30, "seconds that checking it against the shapes may take", limit=True)
    affected_limit: int = _setting(100_000, "most statements of the graph that one check may look at", limit=True)
    checkers: int = _setting(2, "contributions read, and checked, at a time, each in a process of its own")
    contact: str = _setting("", "where whoever runs this server is reached: a mailto: or https: address, for /about")
    log_days: int = _setting(0, "days that logs of this server are kept, for /about; 0 if nobody has said", least=0)
    table_page_size: int = _setting(25, "rows on one page of a table", most=500)
    table_rows_limit: int = _setting(250_000, "rows of a table that is downloaded", limit=True)
    table_values_limit: int = _setting(5_000_000, "values kept in memory for the tables of kinds")
    changes_a_minute: int = _setting(60, "contributions and decisions of one token in a minute", limit=True)
    session_hours: int = _setting(12, "hours that a browser stays logged in", most=24 * 366)
    incoming_page_size: int = _setting(50, "incoming links shown on one page")
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Name of a setting → where its value came from."""

    @property
    def url(self) -> str:
        """The base URL in force, without a trailing slash; never taken from a request's Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.base_url or f"http://{host}:{self.port}").rstrip("/")


SETTINGS: tuple[Field[Any], ...] = tuple(f for f in fields(Settings) if f.name != "origins")


def _parse(setting: Field[Any], value: object, origin: str) -> object:
    """`value` as the type of the setting's default."""
    kind = type(setting.default)
    try:
        if kind is int:
            number = int(str(value))
            if setting.metadata["least"] <= number <= setting.metadata["most"]:
                return number
        elif isinstance(value, str):
            return value
    except ValueError:
        pass
    raise SettingError(
        f"The setting {setting.name} cannot be “{value}” ({origin}).",
        hint=f"It takes {_range(setting) if kind is int else 'a text'}: {setting.metadata['help']}.",
    )


def _range(setting: Field[Any]) -> str:
    least, most = setting.metadata["least"], setting.metadata["most"]
    return f"a whole number from {least}" + (f" to {most}" if most < 2**63 else "")


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read as TOML: {error}") from error


def load(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """The settings in force, each from the first place that names it.

    Raises:
        SettingError: a value that the setting cannot have, or a name in the file that is no setting.

    """
    environ = os.environ if environ is None else environ
    file = Path("bsrgraph.toml") if file is None else file
    in_file = _read_file(file) if file.is_file() else {}
    known = {s.name for s in SETTINGS}
    for name in in_file:
        if name not in known:
            raise SettingError(f"{file} names “{name}”, which is no setting.", hint="See `bsrgraph settings`.")
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for setting in SETTINGS:
        name, variable = setting.name, f"BSRGRAPH_{setting.name.upper()}"
        places: list[tuple[object, str]] = [
            ((flags or {}).get(name), f"flag --{name.replace('_', '-')}"),
            (environ.get(variable), f"environment {variable}"),
            (in_file.get(name), f"file {file}"),
        ]
        value, origins[name] = next(((v, o) for v, o in places if v is not None), (setting.default, "default"))
        values[name] = _parse(setting, value, origins[name])
    return Settings(**values, origins=origins)


def as_markdown() -> str:
    """The table of settings for `docs/settings.md`, so that the page cannot say something else."""
    lines = ["| setting | default | what it is |", "|---|---|---|"]
    lines += [f"| `{s.name}` | `{s.default!r}` | {s.metadata['help']} |" for s in SETTINGS]
    return "\n".join(lines) + "\n"
