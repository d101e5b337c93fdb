"""Run by the peer's own Python: OpenTAXII's application, with the one repair that lets it answer.

As its registry has it, 0.9.3 answers 500 to every POST and wherever an answer holds an id of its own, because it hands
UUIDs to json as they are (its issue 243, repaired later in its repository). Here json writes a UUID as text.
"""

import json
import uuid
from typing import Any

from opentaxii.http import app  # type: ignore[import-not-found]  # it is in the peer's environment only

__all__ = ["app"]


def _default(_encoder: json.JSONEncoder, value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON serialisable")


json.JSONEncoder.default = _default  # type: ignore[assignment,method-assign]
