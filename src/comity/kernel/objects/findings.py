"""What validation says of an object: findings, each with a path, the clause it rests on, and how bad it is."""

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """ERROR refuses the object; WARNING is reported and the object is kept."""

    ERROR = "error"
    WARNING = "warning"


class Finding(msgspec.Struct, frozen=True, order=True):
    """One fault of one object. Findings sort by path, then clause, then message, so that their order is the same each time.

    ``path``     JSON path inside the object, ``$`` for the whole, ``$.pattern``, ``$.object_refs[3]``
    ``clause``   where the rule stands: ``STIX 2.1 3.2``, ``RFC 8259 4``
    ``message``  what is wrong and what was expected; never longer than 300 characters of the input's own text
    """

    path: str
    clause: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.path}: {self.message} [{self.clause}]"
