"""Why there is no answer from another server. ``Away`` passes by itself; the others want a person.

No error holds a secret or a part of an answer that could: status, place and reason in words of ours.
"""

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid, Refused, TooLarge, Unavailable


class Away(Unavailable):
    """The server can't be reached, is too slow or says that it can't now. ``wait``: how long it asks to be left alone."""

    code = "remote-away"
    title = "The other server does not answer"

    def __init__(self, detail: str, *, wait: Micros | None = None, hint: str = "", clause: str = "") -> None:
        super().__init__(detail, hint=hint, clause=clause)
        self.wait = wait


class NotReached(Refused):
    """The node will not connect there: the address is not one that it may reach."""

    code = "remote-address"
    title = "This address may not be reached"


class Shut(Refused):
    """The server answered, and won't: the credentials don't hold, or there is nothing there for them."""

    code = "remote-refused"
    title = "The other server refused"


class Unreadable(Invalid):
    """The server answered, and what it answered is not what it should be."""

    code = "remote-answer"
    title = "The other server's answer can't be used"


class TooMuch(TooLarge):
    """The server answered with more than is taken."""

    code = "remote-size"
    title = "The other server's answer is too large"
