"""What the service says of itself: VoID, DCAT-AP, schema.org, SPARQL Service Description, OpenAPI."""

from bsrgraph.catalogue.credit import Citation, Credit, citation, read_credits
from bsrgraph.catalogue.dataset import Dataset, read_dataset
from bsrgraph.catalogue.dcat import catalogue
from bsrgraph.catalogue.openapi import Documented, Parameter, Route, openapi
from bsrgraph.catalogue.schema_org import schema_dataset
from bsrgraph.catalogue.service import service_description
from bsrgraph.catalogue.void import void_description

__all__ = [
    "Citation",
    "Credit",
    "Dataset",
    "Documented",
    "Parameter",
    "Route",
    "catalogue",
    "citation",
    "openapi",
    "read_credits",
    "read_dataset",
    "schema_dataset",
    "service_description",
    "void_description",
]
