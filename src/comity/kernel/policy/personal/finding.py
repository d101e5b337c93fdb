"""What was found, and where. The value itself never appears in a log: a finding's ``repr`` leaves it out."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Kind(StrEnum):
    """What sort of personal data."""

    EMAIL = "email"
    PHONE = "phone"
    NATIONAL_ID = "national-id"
    DOCUMENT = "document"
    IBAN = "iban"
    CARD = "card"
    PERSON = "person"
    ACCOUNT = "account"
    MESSAGE = "message"
    ADDRESS = "address"


class Span(Struct, frozen=True):
    """A finding in one text: from ``start`` up to ``end``, and the value in its one normal form."""

    kind: Kind
    start: int
    end: int
    normalised: str

    def __repr__(self) -> str:
        return f"<{self.kind} at {self.start}:{self.end}>"


class Finding(Struct, frozen=True):
    """A finding in an object. ``path`` is a selector (STIX 2.1 7.2.3.1); empty: the object as a whole. ``written``: the value as
    it stands there.
    """

    kind: Kind
    path: str
    start: int
    end: int
    normalised: str
    written: str = ""

    def __repr__(self) -> str:
        return f"<{self.kind} at {self.path or 'the object'} {self.start}:{self.end}>"


BLANK: Final = "\ufffc"
"""Takes the place of what has been read already: no detector takes it for a letter, a digit or a separator."""
