"""Errors of the intel desk."""

from comity.kernel.base.errors import NotFound


class NoSuchObject(NotFound):
    """No object of this id is held, or none that the viewer may see: the two are one answer."""

    code = "intel-no-object"
    title = "Not held here"


class NoSuchClaim(NotFound):
    """The object is held, and not under the claim that was asked for."""

    code = "intel-no-claim"
    title = "Not held under this claim"


class NotRestricted(NotFound):
    """There is nothing to lift: the object is seen, and not restricted."""

    code = "intel-not-restricted"
    title = "Not restricted"
