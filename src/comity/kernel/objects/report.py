"""The list that careful checks write their findings to."""

from collections.abc import Mapping
from typing import Any, Final

from comity.kernel.objects.findings import Finding, Severity

_MOST: Final = 100
_LONGEST: Final = 80


class Report:
    """Findings about one object, as they come up. At most a hundred are kept: a hostile object must not make a long
    list.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.refused = False
        # Set while the deprecated container of observed-data is checked: there, references are its own keys (2.13).
        # By key, and by id where there is one: the type.
        self.container: Mapping[str, str] | None = None
        # Set where the object says that its values are defanged: then they need not have their own form.
        self.defanged = False

    def error(self, path: str, clause: str, message: str) -> None:
        """A rule is broken: the object is refused."""
        if not self.refused and len(self.findings) >= _MOST:
            self.findings.pop()
        self.refused = True
        self._add(Finding(path, f"STIX 2.1 {clause}" if clause[:1].isdigit() else clause, message, Severity.ERROR))

    def warning(self, path: str, clause: str, message: str) -> None:
        """Advice is not followed: the object is kept."""
        self._add(Finding(path, f"STIX 2.1 {clause}" if clause[:1].isdigit() else clause, message, Severity.WARNING))

    def _add(self, finding: Finding) -> None:
        if len(self.findings) < _MOST:
            self.findings.append(finding)

    def sorted(self) -> tuple[Finding, ...]:
        """The findings in their fixed order, without repeats."""
        return tuple(sorted(set(self.findings)))


def shown(value: Any) -> str:
    """A value of the input for a message: quoted, and never long."""
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST else value[:_LONGEST] + "…")
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or isinstance(value, bool)
        else str(value)[:_LONGEST]
    )


def step(path: str, name: str) -> str:
    """The path of a property under ``path``."""
    return (
        f"{path}.{name}"
        if name.isidentifier() and name.isascii() and len(name) <= _LONGEST
        else f"{path}[{shown(name)}]"
    )
