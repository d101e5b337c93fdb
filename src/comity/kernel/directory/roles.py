"""Roles: what a person of the own party is there for. Which role may do what is said by each desk's permissions."""

from collections.abc import Iterable
from enum import StrEnum

from comity.kernel.base.errors import Invalid


class Role(StrEnum):
    """A role. A person may have several; what any of them may do, the person may.

    ADMINISTRATOR  people, parties, collections, operations; no release of objects by that alone
    DUTY_OFFICER   incidents and requests at any hour
    ANALYST        objects: search, read, write
    LEGAL          agreements, legal bases, legal requests
    DIPLOMAT       instruments, norms, consultations
    APPROVER       says yes or no to what needs a second person
    AUDITOR        reads everything that happened, changes nothing
    """

    ADMINISTRATOR = "administrator"
    DUTY_OFFICER = "duty-officer"
    ANALYST = "analyst"
    LEGAL = "legal"
    DIPLOMAT = "diplomat"
    APPROVER = "approver"
    AUDITOR = "auditor"


EVERYONE = frozenset(Role)
FIRST_PERSON = (Role.ADMINISTRATOR, Role.ANALYST, Role.DUTY_OFFICER)


def read_roles(words: Iterable[str]) -> tuple[Role, ...]:
    """Roles by their slugs, sorted, each once; Invalid for none, and for a word that is no role."""
    found = set()
    for word in words:
        try:
            found.add(Role(word))
        except ValueError as error:
            raise Invalid(
                f"there is no role '{word[:40]}'", code="role-unknown", hint=f"Roles are: {', '.join(Role)}."
            ) from error
    if not found:
        raise Invalid("a person needs a role", code="role-missing", hint=f"Roles are: {', '.join(Role)}.")
    return tuple(sorted(found))
