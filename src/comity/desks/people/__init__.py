"""The people desk: who works at this node, and the record of what happened. ``README.md`` is its manual page."""

from comity.desks.people.desk import DESK

__all__ = ["DESK"]
