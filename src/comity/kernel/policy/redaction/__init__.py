"""Redaction: what goes of an object when not all of it may go, as a pure function of the object and a lens.

``making``       one object through a lens: ``remake``, and what it would lose: ``dropped_of``; ``content_of``
``smallest``     objects that say nothing: ``stub``, ``tombstone``
``naming``       keyed pseudonyms of ids and values; ``Fate``: what becomes of a reference
``outcome``      ``Remade``, ``Unmade``, ``Stamp``
``plans``        what a lens's profiles ask for of a type
``granular``, ``properties``, ``references``, ``identities``, ``patterns``, ``times``  the steps, a subject each
``scrub``, ``leaves``  values that must not be left, in texts and in whole objects
``finding``, ``needles``, ``views``, ``traces``  how values are found, looked for, read, and encoded
``anatomy``, ``tree``  what may stand where, and taking parts out of it

What it promises: the same input gives the same bytes. What comes out is valid STIX 2.1 and has been read again as if it had come
from outside. Nothing that was dropped, replaced or made coarser is left in it in any encoding that ``traces`` knows, as far as it
is told by more than a common word. What can't be made so is not made, with the reason. The time is linear in the object; no
expression comes from outside.

What it does not do: decide (``kernel.policy.decide`` does), keep keys or twins (``kernel.store``), or hide what can be guessed
from what is left: equal texts, equal times and counts may still tell that two twins are of one original.
"""

from comity.kernel.policy.redaction.making import content_of, dropped_of, remake
from comity.kernel.policy.redaction.naming import Fate, Naming, Pseudonyms
from comity.kernel.policy.redaction.outcome import REDACTED, Remade, Stamp, Unmade
from comity.kernel.policy.redaction.references import mentioned
from comity.kernel.policy.redaction.smallest import stub, tombstone
from comity.kernel.policy.redaction.traces import traces

__all__ = [
    "REDACTED",
    "Fate",
    "Naming",
    "Pseudonyms",
    "Remade",
    "Stamp",
    "Unmade",
    "content_of",
    "dropped_of",
    "mentioned",
    "remake",
    "stub",
    "tombstone",
    "traces",
]
