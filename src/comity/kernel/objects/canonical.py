"""The canonical JSON form of RFC 8785, by the library ``rfc8785``.

Lives here: the guards around it. What has no canonical form (RFC 8785 3.1, I-JSON of RFC 7493) is refused, never bent:
repeated keys, lone surrogates, NaN and infinities, integers a double can't hold exactly, anything that is not UTF-8.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn

import rfc8785

from comity.kernel.base.errors import Invalid

_CLAUSE = "RFC 8785 3.1"

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def canonical(value: bytes | Json) -> bytes:
    """The canonical form of a JSON text (bytes) or of a decoded value; raises Invalid where there is none."""
    try:
        return rfc8785.dumps(_decode(value) if isinstance(value, bytes) else value)
    except rfc8785.CanonicalizationError as error:
        raise Invalid(str(error), code="not-canonical", clause=_CLAUSE) from error
    except UnicodeEncodeError as error:  # a lone surrogate in a key
        raise Invalid("a key holds a lone surrogate", code="not-canonical", clause=_CLAUSE) from error
    except RecursionError as error:
        raise Invalid("nested too deeply", code="not-canonical", clause=_CLAUSE) from error


def _decode(text: bytes) -> Json:
    try:
        value: Json = json.loads(
            text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_exact
        )
    except UnicodeDecodeError as error:
        raise Invalid("not UTF-8", code="not-canonical", clause="RFC 8259 8.1") from error
    except json.JSONDecodeError as error:
        raise Invalid(
            f"not JSON: {error.msg}", code="not-canonical", where=f"byte {error.pos}", clause="RFC 8259"
        ) from error
    return value


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Invalid("a key is repeated in one object", code="not-canonical", clause="RFC 7493 2.3")
    return members


def _no_constant(name: str) -> NoReturn:
    raise Invalid(f"{name} is not JSON", code="not-canonical", clause="RFC 8259 6")


def _exact(digits: str) -> int | float:
    # An integer beyond 2^53 is taken where it is written as the canonical form of its double, so that a form is its own
    # form; any other would stand for a number it is not. No canonical form of an integer is longer than 22 characters.
    number = int(digits) if len(digits) <= 22 else None
    if number is not None and abs(number) < 2**53:
        return number
    if number is None or rfc8785.dumps(float(number)).decode() != digits:
        raise Invalid("an integer no double holds exactly", code="not-canonical", clause="RFC 7493 2.2")
    return float(number)
