"""The operations desk: what the node does by itself, and how it fares. ``README.md`` is its manual page."""

from comity.desks.operations.desk import DESK

__all__ = ["DESK"]
