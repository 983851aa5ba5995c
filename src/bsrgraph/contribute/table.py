"""A table that somebody sends → its statements, each with its cell, and what is wrong with which cell."""

from __future__ import annotations

from pathlib import PurePath

from bsrgraph.contribute.naming import Naming
from bsrgraph.corpus import Corpus
from bsrgraph.errors import ContentError
from bsrgraph.findings import Finding
from bsrgraph.formats import XLSX, Format, by_name
from bsrgraph.parse import Read, canonical, normal
from bsrgraph.search import Indexes
from bsrgraph.settings import Settings
from bsrgraph.store.port import Store
from bsrgraph.tables import Column, Kind, Schema, Sheet, SheetReader, columns_of, read_rows

__all__ = ["TABLES", "TableReader", "is_table"]

TABLES: tuple[Format, ...] = (by_name("csv"), XLSX)
"""The formats of tables that are read."""


def is_table(form: Format | None, name: str) -> bool:
    """Whether a file of this form, or of this name where nothing says its form, is a table."""
    suffix = PurePath(name.removesuffix(".gz")).suffix.lower().removeprefix(".")
    return form in TABLES if form is not None else suffix in {f.suffix for f in TABLES}


class TableReader:
    """Reads tables by the templates of the graph directory's kinds; its child ends with `close()`."""

    def __init__(self, corpus: Corpus, settings: Settings) -> None:
        self._space = corpus.space
        self._schema = Schema(corpus)
        self._sheets = SheetReader(settings)

    def read(
        self, data: bytes, form: Format, name: str, kind: str, store: Store, indexes: Indexes | None
    ) -> tuple[Read, tuple[Finding, ...]]:
        """The statements of the table, and what was found wrong while reading it.

        The kind is `kind`, else the one that the file is named after, else the only one that has all its columns.

        Raises:
            ContentError: it is no table, or nothing says what its rows are.

        """
        sheet = self._sheets.read(data, form.suffix)
        chosen = self._kind(sheet, name, kind)
        naming = Naming(store, indexes)
        table = read_rows(sheet, chosen, self._schema, self._space, naming.names, naming.described, name)
        quads = [normal(s.quad) for s in table.statements]
        # Tables have no blank nodes, so that naming them takes no time.
        return Read(table.statements, canonical(quads) if quads else b""), table.findings

    def _kind(self, sheet: Sheet, name: str, kind: str) -> Kind:
        kinds = self._schema.kinds
        wanted = kind or PurePath(name).name.partition(".")[0].lower()
        if wanted in kinds:
            return kinds[wanted]
        listed = ", ".join(kinds)
        if kind:
            raise ContentError(f"There is no kind “{kind[:60]}”.", hint=f"One of: {listed}.")
        fitting = [
            k for k in kinds.values() if all(isinstance(c, Column) for c in columns_of(sheet.header, k, self._schema))
        ]
        if len(fitting) == 1:
            return fitting[0]
        named = f"Name the file after what its rows are, such as {next(iter(kinds), 'kind')}.csv, or say `kind`."
        hint = f"{named} One of: {listed}."
        raise ContentError("Nothing says what the rows of this table are.", line=1, hint=hint)

    def close(self) -> None:
        """Ends the child."""
        self._sheets.close()
