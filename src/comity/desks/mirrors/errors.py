"""Errors of the mirrors desk."""

from comity.kernel.base.errors import NotFound


class MirrorGone(NotFound):
    """There is no mirror of this number, or it was removed."""

    code = "mirrors-gone"
    title = "There is no such mirror"
