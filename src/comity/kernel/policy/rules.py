"""The rules, one small function each. A rule gives a ``Reason``, or None where it has nothing to say.

Permitting rules end the matter (``OWN``); restricting rules all have to be silent (``RESTRICTING``; ``RESTRICTING_OWN`` for the
party that runs the node). A party's TLP ceiling is an implicit agreement: it is the only one until agreements are written.
"""

from collections.abc import Callable

from comity.kernel.policy.decision import Effect, Reason
from comity.kernel.policy.label import UNKNOWN, Label
from comity.kernel.policy.viewer import Standing

Rule = Callable[[Label, Standing], Reason | None]


def own_node(label: Label, standing: Standing) -> Reason | None:
    """The party that runs the node reads what its node holds; of what is restricted, only the people who are named."""
    if not standing.own or not _named(label, standing):
        return None
    text = "The party that runs this node reads what it holds."
    return Reason(Effect.RELEASE, "node: own party", text, text)


def own_claim(label: Label, standing: Standing) -> Reason | None:
    """A party always sees what it gave. Its own node's people see it as ``own_node`` says."""
    if standing.own or label.source != standing.party:
        return None
    text = "You gave this yourself."
    return Reason(Effect.RELEASE, "node: own claims", "The party gave this itself.", text)


def named_people(label: Label, standing: Standing) -> Reason | None:
    """What is restricted to named people goes to no party, and to nobody of our own who is not named."""
    if not label.circle or (standing.own and _named(label, standing)):
        return None
    return Reason(
        Effect.WITHHOLD, "node: named people", "It is restricted to named people of this node.", "It is not released."
    )


def collection_access(label: Label, standing: Standing) -> Reason | None:
    """A collection's access list says where; an exit needs both where and whether."""
    if label.collection in standing.reads:
        return None
    return Reason(
        Effect.WITHHOLD,
        "TAXII 2.1 5.2.1 can_read",
        "The party may not read the collection that holds this.",
        "Not in a collection you may read.",
    )


def understood(label: Label, _standing: Standing) -> Reason | None:
    """A marking that is not held or says nothing we know may forbid anything: withhold until it is understood."""
    if UNKNOWN not in label.terms:
        return None
    return Reason(
        Effect.WITHHOLD,
        "STIX 2.1 7.2.1",
        "It carries a marking that is not held here or is of a kind we can't read.",
        "It carries a marking that this node can't read.",
    )


def tlp_ceiling(label: Label, standing: Standing) -> Reason | None:
    """The party's TLP ceiling (FIRST TLP 2.0, section 3): over it is withheld."""
    if label.tlp <= standing.ceiling:
        return None
    how = "assumed from its collection" if label.assumed else "as marked"
    return Reason(
        Effect.WITHHOLD,
        "FIRST TLP 2.0 3",
        f"{label.tlp.label} ({how}) is over the party's ceiling {standing.ceiling.label}.",
        f"Over your ceiling {standing.ceiling.label}.",
    )


def _named(label: Label, standing: Standing) -> bool:
    return not label.circle or label.circle in standing.circles


OWN: tuple[Rule, ...] = (own_node, own_claim)
RESTRICTING: tuple[Rule, ...] = (named_people, collection_access, understood, tlp_ceiling)
RESTRICTING_OWN: tuple[Rule, ...] = (named_people,)
