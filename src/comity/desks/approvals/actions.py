"""Actions of the approvals desk: a person's signature, by password or passkey. Everything that follows is the directory's.

Each word is one transaction with its object, its leaf and the state of the review.
"""

import base64

from comity.kernel.directory.approvals import Prepared
from comity.kernel.directory.directory import Directory
from comity.kernel.policy.approval.decisions import Decision
from comity.kernel.policy.approval.folding import State
from comity.kernel.store.reviewing import Waiting
from comity.kernel.store.types import Account
from comity.web.origin import Origin


def sign(directory: Directory, by: Account, prepared: Prepared, password: str) -> State:
    """Sign with the person's own key under the password."""
    return directory.approvals.sign_with_password(by, password, prepared)


def begin(directory: Directory, by: Account, prepared: Prepared, place: Origin) -> tuple[str, dict[str, str]]:
    """Ask for a signature by passkey: the browser's options, and what has to come back with its answer."""
    options, ticket = directory.approvals.begin_passkey(by, prepared, place.host)
    return options, {"ticket": ticket, "statement": base64.b64encode(prepared.statement.signed).decode()}


def finish(
    directory: Directory,
    by: Account,
    waiting: Waiting,
    decision: Decision,
    place: Origin,
    *,
    ticket: str,
    statement: bytes,
    response: str,
) -> State:
    """Keep what the passkey signed, where it is what would be said now."""
    approvals = directory.approvals
    prepared = approvals.again(by, waiting, decision, statement)
    return approvals.finish_passkey(by, ticket, prepared, response, place.host, place.origin)
