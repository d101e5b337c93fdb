"""Who asks (``Viewer``), and where that party stands with us (``Standing``)."""

import msgspec

from comity.kernel.objects.markings import Tlp


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

    ``circles``: those of the person who asks, where a person of the own party does. Without a person there are none.
    """

    party: int
    own: bool
    ceiling: Tlp
    reads: frozenset[int]
    circles: frozenset[int] = frozenset()
