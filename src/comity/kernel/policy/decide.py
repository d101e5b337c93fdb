"""``decide``: the rules in order. The store's grants are these decisions written down; a property test holds them equal."""

from comity.kernel.policy.decision import Decision, Effect, Reason
from comity.kernel.policy.label import Label
from comity.kernel.policy.rules import OWN, RESTRICTING, RESTRICTING_OWN
from comity.kernel.policy.viewer import Standing


def decide(label: Label, standing: Standing) -> Decision:
    """What may be done with claims of this label for this party, and why. Deny overrides; unknown means withhold."""
    for rule in OWN:
        reason = rule(label, standing)
        if reason is not None:
            return Decision(Effect.RELEASE, (reason,), None)
    rules = RESTRICTING_OWN if standing.own else RESTRICTING
    denials = tuple(reason for reason in (rule(label, standing) for rule in rules) if reason is not None)
    if denials:
        return Decision(Effect.WITHHOLD, denials, _counterfactual(label, denials))
    text = f"{label.tlp.label} is within the ceiling {standing.ceiling.label}."
    return Decision(Effect.RELEASE, (Reason(Effect.RELEASE, "FIRST TLP 2.0 3", text, text),), None)


def _counterfactual(label: Label, denials: tuple[Reason, ...]) -> str:
    needed = {
        "node: named people": "the restriction were lifted, or the person were among those named",
        "TAXII 2.1 5.2.1 can_read": "the party could read the collection",
        "STIX 2.1 7.2.1": "its marking were held and understood",
        "FIRST TLP 2.0 3": f"the party's ceiling were {label.tlp.label}",
    }
    return "Would be released if " + " and ".join(needed[reason.clause] for reason in denials) + "."
