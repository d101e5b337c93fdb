"""The agreements desk: what each party gave. ``README.md`` is its manual page."""

from comity.desks.agreements.desk import DESK

__all__ = ["DESK"]
