"""What the service says of itself: SPARQL Service Description, OpenAPI."""

from bsrgraph.catalogue.openapi import Documented, Parameter, Route, openapi
from bsrgraph.catalogue.service import service_description

__all__ = ["Documented", "Parameter", "Route", "openapi", "service_description"]
