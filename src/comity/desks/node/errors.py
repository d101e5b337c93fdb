"""Errors of the node desk."""

from comity.kernel.base.errors import Refused


class LinkDoesNotHold(Refused):
    """A sign-in link that is unknown, used, expired or of a disabled account: the four are one answer."""

    code = "node-link"
    title = "This link does not sign you in"
