"""Identifiers and secrets made by this node. Randomness comes from a ``Random`` source passed in."""

import secrets
import uuid
from collections.abc import Callable

RandomBytes = Callable[[int], bytes]

system_random: RandomBytes = secrets.token_bytes


def uuid4(random: RandomBytes) -> uuid.UUID:
    """A version 4 UUID (RFC 9562 section 5.4) from the given source."""
    return uuid.UUID(bytes=random(16), version=4)
