"""What reading or checking an agreement finds: one fault each, where it is, in words for whoever writes agreements."""

from collections.abc import Iterable

import msgspec

from comity.kernel.base.errors import Invalid
from comity.kernel.objects.findings import Severity
from comity.kernel.policy.sentence import Sentence


class Finding(msgspec.Struct, frozen=True):
    """One fault.

    ``article``   the number of the article it is in, 0 where it is in none
    ``line``      of the text, from 1; 0 where it is not known
    ``field``     the name in the text, with those around it: ``covers.types``; "" where it is about the whole
    ``severity``  an error refuses the agreement, a warning is worth a look before signing
    """

    says: Sentence
    article: int = 0
    line: int = 0
    field: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        """Whether it refuses the agreement."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = [f"article {self.article}"] if self.article else []
        if self.line:
            place.append(f"line {self.line}")
        where = ", ".join(place)
        return f"{where[:1].upper()}{where[1:]}: {self.says}" if where else str(self.says)


class UnsoundAgreement(Invalid):
    """A text that is no agreement, or one that can't hold. ``findings`` are all that were found, ``str()`` has all errors."""

    code = "agreement"
    title = "The agreement is not sound"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [str(finding) for finding in self.findings if finding.is_error]
        super().__init__("\n".join(errors), hint="Put the text right where it says so, and check it again.")
