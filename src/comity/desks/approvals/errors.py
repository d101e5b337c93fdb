"""Errors of the approvals desk."""

from comity.kernel.base.errors import NotFound


class NoSuchReview(NotFound):
    """Nothing asks for this object in this form, or it is hidden from whoever asks."""

    code = "approvals-none"
    title = "Nothing waits here"
