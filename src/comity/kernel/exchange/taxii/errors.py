"""Errors as TAXII error messages (TAXII 2.1 section 3.6.1): the one mapper of this surface, and its boundary.

Every answer to an error goes through here. What the node says no to (``NodeError``) tells what, where, which clause and
what to do; anything else is a fault of ours, and tells an ``error_id`` only: the log has the rest under that id.
Unprocessable bodies are 422 and malformed URLs 400, as sections 5.5 and 3.4 have it.
"""

from collections.abc import Awaitable
from typing import Final

import structlog
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from comity.kernel.base.errors import Invalid, NodeError, Unauthorised, Unavailable
from comity.kernel.base.ids import RandomBytes
from comity.kernel.exchange.taxii import resources
from comity.kernel.exchange.taxii.endpoints import MethodNotAllowed
from comity.kernel.exchange.taxii.negotiation import UnsupportedMedia
from comity.kernel.exchange.taxii.resources import Answer, ErrorDetails, ErrorMessage, Header
from comity.kernel.store.types import Failure

log = structlog.get_logger("comity.taxii")

CHALLENGES: Final[tuple[Header, ...]] = (
    (b"www-authenticate", b'Basic realm="TAXII", charset="UTF-8"'),
    (b"www-authenticate", b'Bearer realm="TAXII"'),
)


class Unprocessable(Invalid):
    """A request body that can't be worked with as a whole (5.5). Single bad objects are failures of the status."""

    status = 422
    code = "unprocessable"
    title = "The envelope can't be processed"


class NothingAccepted(Unprocessable):
    """Every object of the envelope was refused (5.5: an object "could not be processed"); ``failures`` says why, each."""

    code = "nothing-accepted"
    title = "No object was accepted"

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        super().__init__(
            f"each of the {len(failures)} objects was refused; details.failures says why",
            clause="TAXII 2.1 5.5",
            hint="Mend the objects and send them again.",
        )
        self.failures = failures


class TimedOut(Unavailable):
    """The request body did not arrive in time."""

    status = 408
    code = "timed-out"
    title = "The request took too long to arrive"


async def guarded(work: Awaitable[Answer], random: RandomBytes) -> Answer:
    """The answer of ``work``; whatever it raises becomes one."""
    try:
        return await work
    except NodeError as error:
        return refusal(error, random)
    except Exception as error:  # noqa: BLE001  the boundary of this surface: nothing of ours goes out, all of it is logged
        return fault(error, random)


def refusal(error: NodeError, random: RandomBytes) -> Answer:
    """What the node says no to, as an error message."""
    error_id = _error_id(random)
    if error.status >= 500:
        log.error("taxii.failed", error_id=error_id, code=error.code, exc_info=error)
    message = ErrorMessage(error.title, error.detail, error_id, error.code, str(error.status), _details(error))
    return resources.answer(message, status=error.status, headers=_headers(error))


def fault(error: Exception, random: RandomBytes) -> Answer:
    """A fault of ours, as an error message that tells nothing but where to look it up."""
    error_id = _error_id(random)
    log.error("taxii.fault", error_id=error_id, exc_info=error)
    message = ErrorMessage(NodeError.title, UNSET, error_id, "internal", "500")
    return resources.answer(message, status=500)


def _details(error: NodeError) -> ErrorDetails | UnsetType:
    details = ErrorDetails(error.where or UNSET, error.clause or UNSET, error.hint or UNSET)
    if isinstance(error, NothingAccepted):
        return replace(details, failures=resources.failures(error.failures))
    return UNSET if details == ErrorDetails() else details


def _headers(error: NodeError) -> tuple[Header, ...]:
    match error:
        case Unauthorised():
            return CHALLENGES
        case MethodNotAllowed():
            return ((b"allow", error.allow.encode()),)
        case UnsupportedMedia():
            return ((b"accept-encoding", b"identity"),)
        case Unavailable():
            return ((b"retry-after", b"1"),)
    return ()


def _error_id(random: RandomBytes) -> str:
    return random(8).hex()
