"""How a review stands: a fold over all that was said about it, in order of time. Pure.

1. A refusal holds until it is withdrawn, whatever else was said. Whoever refused withdraws; where that account is disabled by
   now, anybody may who could approve.
2. What the source was asked waits for the source: from then on only a release that cites its consent opens the way.
3. Each person's last word counts, once: a second release by one person is another word, not another person.
4. It is released when the releases of one and the same content satisfy every article that asks: each needs somebody in one of its
   roles, and with four eyes two who are two people (``people.independent``), both in one of its roles.
5. What was released stays released until somebody who released it withdraws or somebody refuses; a disabled account counts no
   more when it is looked at anew.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import combinations
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.approval.people import Person, independent
from comity.kernel.policy.approval.statements import Says


class State(StrEnum):
    """How a review stands."""

    WAITING = "waiting"
    HALF = "half-approved"
    SOURCE = "waiting-for-source"
    RELEASED = "released"
    REFUSED = "refused"


class Demand(msgspec.Struct, frozen=True):
    """What one article asks: somebody in one of these roles; with four eyes, two people."""

    roles: tuple[str, ...]
    four_eyes: bool = False


class Act(msgspec.Struct, frozen=True):
    """One statement, as the fold looks at it.

    ``content``    of a release: the digest of what goes
    ``consent``    of a release: it cites the source's consent
    ``withdraws``  the id of what is taken back
    """

    id: str
    says: Says
    account: int
    role: str
    at: Micros
    content: str = ""
    consent: bool = False
    withdraws: str = ""


class Folded(msgspec.Struct, frozen=True):
    """``content``: the digest of what is released, or what the half that approved would release; "" else.

    ``acts``  the ids of what makes the state: who released, who refused, who asked
    """

    state: State
    content: str = ""
    acts: tuple[str, ...] = ()


WAITS: Final = Folded(State.WAITING)


def fold(acts: Iterable[Act], demands: tuple[Demand, ...], people: Mapping[int, Person]) -> Folded:
    """How it stands. ``demands``: of every article that asks; where there is none, nothing is ever released."""
    said: dict[str, Act] = {}
    for act in acts:
        if act.says == "withdraw":
            taken = said.get(act.withdraws)
            if taken is not None and may_withdraw(taken, act.account, people):
                del said[act.withdraws]
        else:
            said[act.id] = act
    refused = tuple(each.id for each in said.values() if each.says == "refuse")
    if refused:
        return Folded(State.REFUSED, acts=refused)
    releases = _last_words(said.values(), people)
    asked = [each for each in said.values() if each.says == "ask"]
    if asked:
        last = max(each.at for each in asked)
        if not any(each.consent and each.at >= last for each in releases):
            return Folded(State.SOURCE, acts=tuple(each.id for each in asked))
        releases = [each for each in releases if each.at >= last]
    for content in dict.fromkeys(each.content for each in releases):
        alike = [each for each in releases if each.content == content]
        if demands and all(_met(demand, alike, people) for demand in demands):
            return Folded(State.RELEASED, content, tuple(each.id for each in alike))
    if releases:
        first = releases[0]
        return Folded(State.HALF, first.content, (first.id,))
    return WAITS


def may_withdraw(act: Act, account: int, people: Mapping[int, Person]) -> bool:
    """Whether a person may take an act back: their own; another's where that account is disabled."""
    author = people.get(act.account)
    return act.account == account or author is None or author.disabled


def _last_words(acts: Iterable[Act], people: Mapping[int, Person]) -> list[Act]:
    """The last release of each person who is not disabled, in order of time."""
    last: dict[int, Act] = {}
    for act in acts:
        person = people.get(act.account)
        if act.says == "release" and person is not None and not person.disabled:
            last.pop(act.account, None)
            last[act.account] = act
    return list(last.values())


def _met(demand: Demand, releases: list[Act], people: Mapping[int, Person]) -> bool:
    """Whether one article has its people. The role is the one that they spoke under or any that they have besides."""
    meant = [each for each in releases if speaks_for(demand, each.role, people[each.account])]
    if not demand.four_eyes:
        return bool(meant)
    return any(independent(people[one.account], people[other.account]) for one, other in combinations(meant, 2))


def speaks_for(demand: Demand, role: str, person: Person) -> bool:
    """Whether a person who spoke under a role is among those whom an article asks."""
    return role in demand.roles or not set(demand.roles).isdisjoint(person.roles)
