"""Errors of the erasure desk."""

from comity.kernel.base.errors import NotFound


class NoSuchObject(NotFound):
    """Nothing is held under this id that whoever asks may see: absent and hidden are one answer."""

    code = "erasure-object"
    title = "There is no such object"
