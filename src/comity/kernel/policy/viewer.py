"""Who asks (``Viewer``), and where that party stands with us (``Standing``)."""

import msgspec

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.binding import Bound


class Viewer(msgspec.Struct, frozen=True):
    """One who reads through ``store.visible``.

    ``party``    number of the party, from authentication
    ``channel``  the exit it asks through
    ``account``  the person, where a person of ours asks
    ``purpose``  the purpose stated; ``cases`` the cases this viewer is a member of
    """

    party: int
    channel: str = ""
    account: int | None = None
    purpose: str = ""
    cases: frozenset[str] = frozenset()


class Standing(msgspec.Struct, frozen=True):
    """A party as policy sees it: its TLP ceiling (an implicit agreement) and the collections it may read (where, not whether).

    ``circles``     those of the person who asks, where a person of the own party does. Without a person there are none
    ``names``       what a marking can name it by: its identity id in lower case, ``jurisdiction:KR``, ``community:SLUG``
    ``communities`` all that this node knows, named like that: whether the party is in another one, nobody here can say
    ``cases``       those that it is a member of
    ``agreements``  those that bind it, signed by us, whatever their state
    ``given``       for each party under an agreement: how what it gave us may go on (originator control)
    ``home``        the party that runs the node
    """

    party: int
    own: bool
    ceiling: Tlp
    reads: frozenset[int]
    circles: frozenset[int] = frozenset()
    jurisdiction: str = ""
    names: frozenset[str] = frozenset()
    communities: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()
    agreements: tuple[Bound, ...] = ()
    given: tuple[tuple[int, Bound], ...] = ()
    home: int = 0
