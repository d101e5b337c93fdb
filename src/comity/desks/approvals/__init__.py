"""The approvals desk: what goes only when people have agreed. ``README.md`` is its manual page."""

from comity.desks.approvals.desk import DESK

__all__ = ["DESK"]
