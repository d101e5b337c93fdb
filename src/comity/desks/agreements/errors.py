"""Errors of the agreements desk."""

from comity.kernel.base.errors import NotFound


class NoSuchAgreement(NotFound):
    """No agreement of this name stands at this node."""

    code = "agreements-none"
    title = "There is no such agreement"


class NoSuchDraft(NotFound):
    """No draft of this name is kept: it was signed or dropped, or never was."""

    code = "agreements-no-draft"
    title = "There is no such draft"


class NoSuchCell(NotFound):
    """No such partner, or nothing held that would stand in this cell."""

    code = "agreements-no-cell"
    title = "There is nothing here"
