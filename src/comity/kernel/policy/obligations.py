"""What binds a recipient of what is released: by the object's own markings, and by the agreements that cover it."""

from collections.abc import Container, Iterator
from typing import Final

from comity.kernel.base.clock import rfc3339
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Onward, PersonalData, Purposes, Retention
from comity.kernel.policy.agreement.binding import Bound, Relation
from comity.kernel.policy.agreement.dates import DAY
from comity.kernel.policy.conditions import basis_of
from comity.kernel.policy.decision import Obligation
from comity.kernel.policy.label import Scan, pieces
from comity.kernel.policy.lens import Part
from comity.kernel.policy.permissions import TLP, clause_of
from comity.kernel.policy.question import Question, asked
from comity.kernel.policy.sentence import Sentence, says

_TLP: Final = {
    Tlp.GREEN: says("Only within your community, and not where the public can read it."),
    Tlp.AMBER: says("Only for those in your organisation and of its clients who need to know."),
    Tlp.AMBER_STRICT: says("Only for those in your organisation who need to know."),
    Tlp.RED: says("Only for its named recipients; it may not be given on."),
}

_PAP: Final = {
    "green": says("Actions that others can see, such as blocking, are allowed; attacks are not."),
    "amber": says("Only passive checks, also through third parties' services; nothing that reaches its subject."),
    "red": says("Only passive actions that nobody outside can notice."),
}

# FIRST IEP 2.0, by statement and word; what is not here leaves the recipient free.
_IEP: Final[dict[tuple[str, str], Sentence]] = {
    ("encrypt_in_transit", "must"): says("Has to be encrypted in transit."),
    ("permitted_actions", "none"): says("No action may be taken on it."),
    ("permitted_actions", "contact-for-instruction"): says("Its provider has to be asked before any action."),
    ("permitted_actions", "internally-visible-actions"): says(
        "Only actions that are visible within your organisation."
    ),
    ("permitted_actions", "externally-visible-indirect-actions"): says("Only actions that others see indirectly."),
    ("affected_party_notifications", "must-not"): says("Those affected may not be notified."),
    ("provider_attribution", "must"): says("Its provider has to be named."),
    ("provider_attribution", "must-not"): says("Its provider may not be named."),
    ("unmodified_resale", "must-not"): says("It may not be sold on unchanged."),
}


def of_pieces(question: Question, without: Container[Part | None]) -> tuple[Obligation, ...]:
    """What the markings of an object ask of whoever has it, those of its parts too but for the parts that don't go; each once."""
    going = (piece for part, piece in pieces(question.label) if part not in without)
    asking = (each for piece in going for each in of_markings(asked(piece, question.standing, question.on)))
    return tuple(dict.fromkeys(asking))


def of_markings(question: Question) -> Iterator[Obligation]:
    """What the markings of an object without parts ask of whoever has it."""
    caveats = question.caveats
    if question.label.tlp in _TLP:
        yield Obligation(TLP, _TLP[question.label.tlp], binding=True)
    if caveats.pap in _PAP:
        yield Obligation(f"PAP:{caveats.pap.upper()}", _PAP[caveats.pap], binding=True)
    for name, word in sorted({pair for policy in caveats.policies for pair in policy.items()}):
        if (name, word) in _IEP:
            yield Obligation(f"FIRST IEP 2.0 {name}", _IEP[name, word], binding=True)
    for purposes in caveats.purposes:
        yield Obligation("handling: purposes", _for_purposes(purposes), binding=True)
    for jurisdictions in caveats.resides:
        listed = ", ".join(sorted(jurisdictions))
        yield Obligation("handling: resides_in", says("To be held in %(places)s only.", places=listed), binding=True)
    if caveats.controlled:
        clause = "handling: originator_control"
        yield Obligation(clause, says("Its originator decides about every further release."), binding=True)
    if caveats.statement:
        yield Obligation("STIX 2.1 7.2.1.3", says("Its statement marking holds."), binding=True)


def of_agreement(question: Question, bound: Bound) -> Iterator[Obligation]:
    """What an agreement asks of whoever gets something under it; binding where the recipient has signed it."""
    signed = bound.enacted.theirs
    binding = bound.relation is Relation.PARTY and signed is not None and signed <= question.on

    def obligation(article: int, text: Sentence) -> Obligation:
        return Obligation(clause_of(article), text, binding, bound.name, article)

    if not bound.article(Onward):
        yield obligation(0, says("It may not be given on."))
    for article in bound.enacted.agreement.articles:
        match article:
            case Purposes():
                yield obligation(article.number, _for_purposes(article.purposes))
            case Retention():
                days, ends = str(article.days), rfc3339(question.on + article.days * DAY)[:10]
                got = rfc3339(question.on)[:10]
                frame = says("To be deleted after %(days)s days: what is got on %(on)s, by %(by)s.")
                yield obligation(article.number, frame.filled(days=days, on=got, by=ends))
            case Onward(to="nobody"):
                yield obligation(article.number, says("It may not be given on."))
            case Onward(to="named"):
                listed = ", ".join(article.parties)
                yield obligation(article.number, says("It may be given on to %(parties)s only.", parties=listed))
            case Onward(to="communities"):
                listed = ", ".join(article.communities)
                yield obligation(
                    article.number, says("It may be given on within %(communities)s only.", communities=listed)
                )
            case PersonalData() if question.label.scan is not Scan.CLEAR:
                basis = basis_of(question, article)
                if basis is not None:
                    yield obligation(
                        article.number,
                        says(
                            "Personal data in it are given on this basis: %(reference)s. They are to be erased when whoever gave "
                            "them asks for it.",
                            reference=basis.reference,
                        ),
                    )
            case _:
                pass


def _for_purposes(purposes: frozenset[str] | tuple[str, ...]) -> Sentence:
    return says("To be used for %(purposes)s only.", purposes=", ".join(sorted(purposes)))
