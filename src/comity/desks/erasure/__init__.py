"""The erasure desk: erasure, legal holds, retention, recall. ``README.md`` is its manual page."""

from comity.desks.erasure.desk import DESK

__all__ = ["DESK"]
