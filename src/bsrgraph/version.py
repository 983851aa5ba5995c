"""The version of the software, in one place: the package's metadata and every ETag are made from it."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
