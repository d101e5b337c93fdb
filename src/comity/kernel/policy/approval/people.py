"""Whether two accounts are two people: neither came in by the other, and nobody stands behind both.

Whoever runs the accounts can add somebody who is not there, use the invitation, and say yes as that person; can come in as
somebody else by a recovery link; can give a role. Each of that is a leaf. From the leaves follows who *stands behind* an account:
every person who added it, made a link for it, recovered it or changed its roles, and whoever stands behind those. Two accounts
count as two people only where neither stands behind the other and no third one stands behind both; else one administrator
with two inventions would be four eyes. Nobody stands behind what the operator did at the command line: the operator is trusted
with the whole node anyway (docs/trust.md), and can vouch for an account that came in otherwise.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros

VOUCHED: Final = "vouched"
MAKING: Final = frozenset({"added", "link-made", "roles-changed", VOUCHED})
"""What, done to an account, lets whoever did it be that person: the acts of ACCOUNT leaves."""

NEW_FOR: Final[Micros] = 24 * 3_600_000_000
"""For how long after that an account approves nothing: time for others to ask who that is."""


class Made(msgspec.Struct, frozen=True):
    """One such act. ``account``: to whom, by name; ``actor``: the number of the person who did it, None of the operator's."""

    account: str
    act: str
    actor: int | None
    at: Micros


class Person(msgspec.Struct, frozen=True):
    """Who approves, as far as it matters.

    ``behind``  numbers of the accounts of all who stand behind it, its own left out
    ``since``   when the last of them did something to it; None: nobody did
    ``known``   whether there is any word of how it came in
    """

    account: int
    name: str
    roles: tuple[str, ...]
    disabled: bool
    behind: frozenset[int] = frozenset()
    since: Micros | None = None
    known: bool = True

    def is_new(self, now: Micros) -> bool:
        """Whether a person made or changed it so short a while ago that it may not approve yet."""
        return self.since is not None and now < self.since + NEW_FOR


def independent(one: Person, other: Person) -> bool:
    """Whether these are two people who did not make each other, and whom nobody made both."""
    if one.account == other.account or not (one.known and other.known):
        return False
    behind_one, behind_other = one.behind | {one.account}, other.behind | {other.account}
    return not behind_one & behind_other


def behind(accounts: Iterable[tuple[int, str, tuple[str, ...], bool]], acts: Iterable[Made]) -> Mapping[int, Person]:
    """Every account with who stands behind it. ``accounts``: number, name, roles, whether disabled; ``acts`` in order of time.

    What was done to an account before the operator vouched for it does not count any more.
    """
    held = list(accounts)
    numbers = {name: number for number, name, _, _ in held}
    direct: dict[int, set[int]] = {number: set() for number in numbers.values()}
    since: dict[int, Micros] = {}
    known: set[int] = set()
    for act in acts:
        number = numbers.get(act.account)
        if number is None or act.act not in MAKING:
            continue
        if act.act in {"added", VOUCHED}:
            known.add(number)
        if act.act == VOUCHED and act.actor is None:
            direct[number] = set()
            since.pop(number, None)
        elif act.actor is not None:
            since[number] = act.at
            direct[number].add(act.actor)
    return {
        number: Person(
            account=number,
            name=name,
            roles=roles,
            disabled=disabled,
            behind=_all_behind(number, direct),
            since=since.get(number),
            known=number in known,
        )
        for number, name, roles, disabled in held
    }


def _all_behind(number: int, direct: Mapping[int, set[int]]) -> frozenset[int]:
    found: set[int] = set()
    left = [number]
    while left:
        for each in direct.get(left.pop(), ()):
            if each not in found:
                found.add(each)
                left.append(each)
    return frozenset(found - {number})
