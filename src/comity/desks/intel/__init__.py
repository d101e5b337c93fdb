"""The intel desk: finding and reading what the node holds. ``README.md`` is its manual page."""

from comity.desks.intel.desk import DESK

__all__ = ["DESK"]
