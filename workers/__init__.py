"""Oceanid: messy fishing-vessel registries in, clean, versioned, traceable vessel records out.

This package only does what SQL cannot: it starts servers, deploys the tree under `db/`, reads files and
object stores, computes string similarity and talks to services. Rules, thresholds and workflow are rows and
functions in the database.
"""

__version__ = "0.1.0"
