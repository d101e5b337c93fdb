"""The node desk: the situation, and what this node is. ``README.md`` is its manual page."""

from comity.desks.node.desk import DESK

__all__ = ["DESK"]
