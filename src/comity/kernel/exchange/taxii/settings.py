"""What an operator may set of the TAXII server; read once in ``app`` and handed in."""

from typing import Annotated

import msgspec


class TaxiiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds and names. Each field's ``description`` is its manual entry."""

    title: Annotated[str, msgspec.Meta(description="Title in the discovery resource and the API root.")] = "Comity node"
    description: Annotated[
        str, msgspec.Meta(description="Description in the discovery resource; left out when empty.")
    ] = ""
    contact: Annotated[str, msgspec.Meta(description="Contact in the discovery resource; left out when empty.")] = ""
    max_content_length: Annotated[
        int,
        msgspec.Meta(ge=1, description="Largest request body in bytes; a larger one is answered with 413."),
    ] = 32 * 1024 * 1024
    page_default: Annotated[
        int, msgspec.Meta(ge=1, description="Objects in a page where the client sets no limit.")
    ] = 1_000
    page_max: Annotated[
        int, msgspec.Meta(ge=1, description="Most objects in a page; a larger limit gives this many.")
    ] = 10_000
    queue_objects: Annotated[
        int,
        msgspec.Meta(ge=1, description="An envelope with more objects than this is kept and completed by the worker."),
    ] = 5_000
    queue_bytes: Annotated[
        int,
        msgspec.Meta(ge=1, description="An envelope with more bytes than this is kept and completed by the worker."),
    ] = 8 * 1024 * 1024
    chunk: Annotated[
        int, msgspec.Meta(ge=1, description="Objects of a kept envelope that the worker commits in one transaction.")
    ] = 1_000
    bodies_in_flight: Annotated[
        int,
        msgspec.Meta(ge=1, description="Bytes of request bodies one process holds at a time; beyond it, 503."),
    ] = 96 * 1024 * 1024
    body_seconds: Annotated[
        float, msgspec.Meta(gt=0, description="Seconds a client may take to send a request body; then 408.")
    ] = 60.0
