"""What every request of one application shares."""

from __future__ import annotations

from dataclasses import dataclass, field

import flask

from bsrgraph import errors
from bsrgraph.contribute.check import Checker
from bsrgraph.contribute.workflow import Workflow
from bsrgraph.corpus import Corpus
from bsrgraph.derived import DerivedFiles, Maker
from bsrgraph.dumps import Dumps
from bsrgraph.guard import Limits
from bsrgraph.ledger import ChangeEntry
from bsrgraph.pages import Labels, Layout, layout
from bsrgraph.search import Index, Indexes
from bsrgraph.settings import Settings
from bsrgraph.statistics import Counts, Statistics, counts
from bsrgraph.store.cache import AnswerCache
from bsrgraph.store.port import Store
from bsrgraph.tables import Schema
from bsrgraph.web.limiter import Limiter
from bsrgraph.web.respond import languages

__all__ = ["STATUS", "State", "state"]

STATUS: dict[type[errors.BsrgraphError], int] = {
    errors.NotFound: 404,
    errors.Unauthenticated: 401,
    errors.NotAllowed: 403,
    errors.TooManyRequests: 429,
    errors.Conflict: 409,
    errors.ContributionRefused: 422,
    errors.Unsupported: 501,
    errors.Gone: 410,
    errors.NotAcceptable: 406,
    errors.UnknownFormat: 415,
    errors.TooLarge: 413,
    errors.ContentError: 400,
    errors.UpdateRefused: 403,
    errors.QueryTimeout: 504,
    errors.QueryStopped: 503,
    errors.QueryError: 400,
    errors.UsageError: 400,
    errors.StoreError: 503,
}
"""Error → status; the first row that an error is an instance of counts."""


@dataclass(frozen=True, slots=True)
class State:
    """The settings in force, the graph directory and the store made from it."""

    settings: Settings
    corpus: Corpus
    store: Store
    answers: AnswerCache
    """Finished pages and documents of the current version."""
    files: DerivedFiles
    """What is written once for each version: the search index, the dumps."""
    indexes: Indexes
    """What names are looked up in."""
    dumps: Maker[Dumps]
    """What writes everything into files, once for each version."""
    counting: Maker[Statistics]
    """What counts everything, once for each version."""
    limiter: Limiter
    """How often each token is used."""
    schema: Schema
    """What can be said of things of each kind."""
    checker: Checker
    """What checks what is sent."""
    workflow: Workflow | None = None
    """What can be done with contributions; None where the store is another server's."""
    terms: dict[str, str] = field(default_factory=dict)
    """IRI of each term of the ontology → its local name."""

    @property
    def contributing(self) -> Workflow:
        """What can be done with contributions.

        Raises:
            Unsupported: the store is another server's.

        """
        if self.workflow is None:
            raise errors.Unsupported(
                "This server reads from a store on another server, which takes no contributions from here.",
                hint="Contribute where that store is kept.",
            )
        return self.workflow

    def last_changes(self, most: int) -> list[ChangeEntry]:
        """The last changes of the graph, newest first; none where the store is another server's."""
        return self.workflow.ledger.history.changes(most) if self.workflow is not None else []

    def labels(self) -> Labels:
        """Names in the languages of the current request."""
        return Labels(self.store, self.corpus.space, languages())

    @property
    def layout(self) -> Layout:
        """How pages are laid out in the store's version."""
        return layout(self.store)

    @property
    def counts(self) -> Counts:
        """How often each term is used, and how many things there are of each kind."""
        return counts(self.store)

    @property
    def statistics(self) -> Statistics:
        """Everything counted.

        Raises:
            StoreBusy: a large version is still being counted.

        """
        found = self.counting.current()
        if found is None:
            raise errors.StoreBusy(
                "This version is being counted.", hint="A million triples take some seconds.", retry_after=5
            )
        return found

    @property
    def index(self) -> Index:
        """The index of all names; the first call waits until it is made."""
        return self.indexes.current()

    @property
    def limits(self) -> Limits:
        """The most that a query may have of each thing."""
        s = self.settings
        return Limits(
            s.query_text_limit,
            s.query_nesting_limit,
            s.query_operator_limit,
            s.query_pattern_limit,
            s.query_list_limit,
            s.query_path_limit,
        )

    def status_of(self, error: errors.BsrgraphError) -> int:
        """The status that says what kind of error this is; 500 for a fault of ours.

        An update in a `query` is no permission that is lacking but a wrong request.
        """
        if isinstance(error, errors.UpdateRefused) and error.line is not None:
            return 400
        return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def state() -> State:
    """The state of the application that answers the current request."""
    found = flask.current_app.extensions["bsrgraph"]
    if not isinstance(found, State):
        raise TypeError("create_app() has not been called for this application")
    return found
