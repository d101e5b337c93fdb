"""Errors of the people desk."""

from comity.kernel.base.errors import NotFound


class NoSuchPerson(NotFound):
    """No account has this number."""

    code = "people-no-person"
    title = "Nobody of this number"
