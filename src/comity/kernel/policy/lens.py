"""Lenses: the form in which what may not go as it is goes to somebody. Equal lenses, equal forms.

A decision that says redact or review carries one. What is made through it stands as claims of its own, written by this node
alone, under the original's label with the lens's text: ``decide`` releases such a label to exactly those whose decision on
the original asks for exactly this lens. So an agreement that changes what it wants closes what was made for what it wanted.
"""

from hashlib import sha256
from typing import Final, Literal

import msgspec

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.profile import Profile

Hidden = Literal["keep", "dangle", "stub", "strip", "withhold"]
"""What becomes of a reference to what the recipient does not get as it is.

``keep``      it stays (nothing but an opaque id is told); one to a guessable id has to be open
``dangle``    the id's pseudonym takes its place, whether or not there is a twin of that name
``stub``      the same, and an empty object of that id goes too
``strip``     it is taken out; where it is required the object does not go
``withhold``  the object does not go
"""

HIDDEN: Final[tuple[Hidden, ...]] = ("keep", "dangle", "stub", "strip", "withhold")
"""From the mildest to the strictest."""

NOTICE: Final = "notice:"
"""What the text of a notice's label begins with: stubs, and revocations of twins that are no longer current."""


class Part(msgspec.Struct, frozen=True):
    """What a granular marking makes of the parts that it selects: a level, and terms as a label has them.

    ``tlp`` is None where the marking says nothing of it.
    """

    tlp: Tlp | None
    terms: tuple[str, ...] = ()

    def place(self) -> tuple[int, tuple[str, ...]]:
        """By what they are sorted."""
        return (-1 if self.tlp is None else int(self.tlp), self.terms)


class Lens(msgspec.Struct, frozen=True):
    """Through what an object is looked at.

    ``scope``      the agreement whose key makes the pseudonyms: the first by name of those that ask for a redaction or a
                   review; "" where only the party's ceiling speaks
    ``party``      of a ceiling's: whose; 0 otherwise
    ``profiles``   all of them are applied, in this order
    ``anonymous``  its creator is left out
    ``hidden``     what becomes of references to what the recipient does not get as it is
    ``without``    the granular parts that are taken out
    ``reviews``    "AGREEMENT ARTICLE VERSION" of each article that asks for people's consent, sorted; none: nobody is asked
    ``cleared``    no personal data may be left in it
    """

    scope: str
    party: int = 0
    profiles: tuple[Profile, ...] = ()
    anonymous: bool = False
    hidden: Hidden = "keep"
    without: tuple[Part, ...] = ()
    reviews: tuple[str, ...] = ()
    cleared: bool = False

    @property
    def changes(self) -> bool:
        """Whether it asks for more than that references and the creator are looked at."""
        return bool(self.profiles or self.without or self.anonymous or self.cleared or self.reviews)

    @property
    def key_scope(self) -> str:
        """Whose key makes the pseudonyms: an agreement's, or that of one party's ceiling."""
        return self.scope or f"ceiling:{self.party}"

    @property
    def text(self) -> str:
        """What labels carry: the scope, and a digest of all the rest."""
        return f"{self.key_scope}#{sha256(msgspec.json.encode(self, order='deterministic')).hexdigest()[:24]}"


def notice(scope: str, parties: frozenset[int]) -> str:
    """The lens text of a notice to these parties under a key scope."""
    return f"{NOTICE}{scope}:{','.join(map(str, sorted(parties)))}"


def is_notice(text: str) -> bool:
    """Whether a label's lens is a notice's."""
    return text.startswith(NOTICE)


def notice_of(text: str) -> tuple[str, frozenset[int]] | None:
    """The scope and the parties of a notice; None of any other lens's text."""
    if not is_notice(text):
        return None
    scope, _, parties = text.removeprefix(NOTICE).rpartition(":")
    return scope, frozenset(int(each) for each in parties.split(",") if each)
