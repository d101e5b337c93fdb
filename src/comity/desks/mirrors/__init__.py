"""The mirrors desk: collections of others that are kept here too, and how each fares. ``README.md`` is its manual page."""

from comity.desks.mirrors.desk import DESK

__all__ = ["DESK"]
