"""The site as files: every page and its twins, with links that work on any file server and from a folder.

The application is asked for every page as a reader would ask; what it answers is kept, and its links are made
relative. It is handed over as a function, so that nothing here knows how it answers.
"""

from bsrgraph.export.addresses import LIVE, is_live
from bsrgraph.export.copier import Copied, Fetch, Fetched, copy_site
from bsrgraph.export.links import broken_links

__all__ = ["LIVE", "Copied", "Fetch", "Fetched", "broken_links", "copy_site", "is_live"]
