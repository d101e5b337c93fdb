"""The one thing that is put right in what a mirror brings, and told each time: OpenTAXII 0.9.3 gives every object its type as
``spec_version`` (``"spec_version": "indicator"``). Nothing that it holds would be valid STIX, though what was put there was.

It is put right only where the object begins exactly as that server writes it: id, type, and the same word again. The bytes
differ then from what came in these characters only. Everything else that is not valid is refused. Pure.
"""

import re
from typing import Final

_FAULT: Final = re.compile(
    rb'(\{"id": "([a-z0-9-]{1,250})--[0-9a-f-]{36}", "type": "\2", "spec_version": )"\2"(?=[,}])'
)


def mend(raw: bytes) -> tuple[bytes, bool]:
    """The object, and whether something was put right in it."""
    match = _FAULT.match(raw)
    if match is None:
        return raw, False
    return match[1] + b'"2.1"' + raw[match.end() :], True
