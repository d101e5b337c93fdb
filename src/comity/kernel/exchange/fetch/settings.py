"""What an operator may set of what the node fetches from others; read once in ``app`` and handed in."""

from typing import Annotated

import msgspec


class FetchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of what the node asks of other servers. Each field's ``description`` is its manual entry."""

    private: Annotated[
        bool,
        msgspec.Meta(
            description="Lets the node fetch from loopback and private addresses, and there over plain HTTP too."
        ),
    ] = False
    ca: Annotated[
        str, msgspec.Meta(description="PEM file of certificate authorities to trust beside those of the system.")
    ] = ""
    bytes: Annotated[int, msgspec.Meta(ge=1024, description="Largest answer in bytes, also when it is unpacked.")] = (
        64 * 1024 * 1024
    )
    seconds: Annotated[
        float, msgspec.Meta(gt=0, le=600, description="Seconds that one request may take, from first to last byte.")
    ] = 120.0
    objects: Annotated[
        int,
        msgspec.Meta(
            ge=1, description="Most new objects that one pull of a mirror may bring; then it stops and says so."
        ),
    ] = 5_000_000
