"""Another server's SPARQL endpoint as the store, for reading (SPARQL 1.1 Protocol section 2.1).

Nothing above notices the difference, but for two things that a remote endpoint does not promise: it names no
version, so that its answers have no ETag and are not kept; and it decides itself what its default graph is, so
it has to be set up with the union of all named graphs.
"""

from __future__ import annotations

import http.client
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlencode

from bsrgraph import errors
from bsrgraph.settings import Settings
from bsrgraph.store.port import Answer, Change, Query, Version

__all__ = ["RemoteStore"]

_CHUNK = 64 * 1024
_NO_VERSION = Version("")


class RemoteStore:
    """The endpoint at the settings' `store`, an http or https URL."""

    def __init__(self, settings: Settings) -> None:
        if not settings.store.startswith(("http://", "https://")):
            raise errors.SettingError(f"The setting store is no http(s) URL: {settings.store}")
        self._settings = settings

    @property
    def version(self) -> Version:
        """Empty: an endpoint names no version."""
        return _NO_VERSION

    @property
    def notes(self) -> dict[str, str]:
        """Where the data is."""
        return {"endpoint": self._settings.store}

    def query(self, query: Query) -> Answer:
        """The endpoint's answer; its statuses become the errors that the port names."""
        fields = [("query", query.text)]
        fields += [("default-graph-uri", iri) for iri in query.default_graphs or ()]
        fields += [("named-graph-uri", iri) for iri in query.named_graphs or ()]
        request = urllib.request.Request(  # noqa: S310 -- http and https only, by the constructor
            self._settings.store,
            data=urlencode(fields).encode(),
            headers={"Accept": query.format.media_type, "Content-Type": "application/x-www-form-urlencoded"},
        )
        seconds = min(query.seconds or self._settings.query_deadline, self._settings.query_deadline_cap)
        try:
            response = urllib.request.urlopen(request, timeout=seconds)  # noqa: S310 -- as above
        except urllib.error.HTTPError as error:
            raise _told(error, seconds) from error
        except TimeoutError as error:
            raise errors.QueryTimeout(f"The endpoint did not answer within {seconds:g} seconds.") from error
        except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError | socket.timeout):
                raise errors.QueryTimeout(f"The endpoint did not answer within {seconds:g} seconds.") from error
            raise errors.StoreError(f"The endpoint {self._settings.store} cannot be reached: {error}") from error
        return Answer(query.format, _NO_VERSION, _chunks(response))

    def apply(self, change: Change) -> Version:  # noqa: ARG002 -- whatever the change is
        """Refuses: a remote store is filled by its own means."""
        raise errors.StoreError(
            "A remote store is only read from here.", hint="Load the data with the tools of that server."
        )

    def forget_past(self) -> None:
        """Refuses: what a remote store keeps is its own affair."""
        raise errors.StoreError("A remote store is only read from here.")

    def stop(self, query_id: str) -> bool:  # noqa: ARG002 -- the protocol has no way to stop a query
        """An endpoint cannot be told to stop; it has its own deadline."""
        return False

    def close(self) -> None:
        """Nothing to give back."""


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        with response:
            while chunk := response.read(_CHUNK):
                yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise errors.StoreError(f"The endpoint's answer broke off: {error}") from error


def _told(error: urllib.error.HTTPError, seconds: float) -> errors.BsrgraphError:
    """What a status of the endpoint means; its own words are kept, shortened."""
    said = error.read(2000).decode("utf-8", "replace").strip()[:500]
    if error.code == http.HTTPStatus.BAD_REQUEST:
        return errors.QueryError(f"The endpoint refuses the query: {said}")
    if error.code == http.HTTPStatus.SERVICE_UNAVAILABLE:
        return errors.StoreBusy("The endpoint is busy.", hint="Try again in a few seconds.")
    if error.code in (http.HTTPStatus.GATEWAY_TIMEOUT, http.HTTPStatus.REQUEST_TIMEOUT):
        return errors.QueryTimeout(f"The endpoint did not answer within {seconds:g} seconds.")
    return errors.StoreError(f"The endpoint answers {error.code}: {said}")
