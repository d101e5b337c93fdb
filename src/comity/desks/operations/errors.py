"""Errors of the operations desk."""

from comity.kernel.base.errors import Conflict


class Changed(Conflict):
    """What a button was about has ended, or changed otherwise, since the page was made."""

    code = "operations-changed"
    title = "It has changed meanwhile"
