"""The account desk: signing in, and what a person keeps for it themselves. ``README.md`` is its manual page."""

from comity.desks.account.desk import DESK

__all__ = ["DESK"]
