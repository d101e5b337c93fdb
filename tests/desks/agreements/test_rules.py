"""How an agreement stands, what its articles are called, what the matrix shows in a sentence: tables, no node."""

import msgspec
import pytest

from comity.desks.agreements import rules
from comity.kernel.directory.roles import Role
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Ceiling,
    Parties,
    Purposes,
    Retention,
    Scope,
    Selection,
    Signatory,
    Term,
    Withhold,
)
from comity.kernel.store.answers import Matrix, MatrixRow, Tally
from comity.kernel.store.types import AgreementRow

NOW = 1_800_000_000_000_000
DAY = rules.DAY
BOTH = (Signatory(name="Ours", jurisdiction="KR"), Signatory(name="Theirs", jurisdiction="EE"))


def agreed(*articles: AnyArticle, signatories: tuple[Signatory, ...] = BOTH) -> Agreement:
    return Agreement(name="x", title="X", signatories=signatories, articles=articles)


def row(agreement: Agreement, **more: int | None) -> AgreementRow:
    made = AgreementRow(
        name="x",
        version=NOW,
        title="X",
        text="",
        agreement=agreement,
        object="agreement--x",
        digest=b"",
        ours=NOW - DAY,
    )
    return msgspec.structs.replace(made, **more)


BOUNDED = agreed(Term(number=1, since=NOW - DAY, until=NOW + 365 * DAY))


@pytest.mark.parametrize(
    ("agreement", "more", "word"),
    [
        (BOUNDED, {"theirs": NOW - DAY}, "In force"),
        (BOUNDED, {}, "Signed by us"),
        (BOUNDED, {"ours": None, "theirs": NOW}, "Waits for our signature"),
        (BOUNDED, {"theirs": NOW, "suspended": NOW}, "Suspended"),
        (BOUNDED, {"theirs": NOW, "suspended": NOW, "withdrawn": NOW}, "Withdrawn"),
        (BOUNDED, {"theirs": NOW, "superseded": NOW}, "Superseded"),
        (agreed(Term(number=1, until=NOW)), {"theirs": NOW}, "Lapsed"),
        (agreed(Term(number=1, until=NOW + 1)), {"theirs": NOW - DAY}, "Ends soon"),
        (agreed(Term(number=1, until=NOW + 30 * DAY)), {"theirs": NOW - DAY}, "Ends soon"),
        (agreed(Term(number=1, until=NOW + 30 * DAY + 1)), {"theirs": NOW - DAY}, "In force"),
        (agreed(Term(number=1, since=NOW + 1)), {"theirs": NOW}, "Begins later"),
        (agreed(), {"theirs": NOW}, "In force"),
        (agreed(signatories=BOTH[:1]), {}, "In force"),
    ],
)
def test_how_an_agreement_stands(agreement: Agreement, more: dict[str, int | None], word: str) -> None:
    held = row(agreement, **more)
    assert rules.state_of(held, NOW).word == word
    assert rules.waits(held, NOW) == (word == "Signed by us")
    assert rules.holds(held, NOW) == (word in {"In force", "Signed by us", "Ends soon"})
    assert rules.decides(held, NOW) == (word in {"In force", "Signed by us", "Ends soon", "Suspended", "Lapsed"})
    assert bool(rules.notices_of(held, NOW)) == (word != "In force")


def test_the_term_is_the_narrowest_that_the_text_names() -> None:
    assert rules.term_of(agreed()) == (None, None)
    both = agreed(Term(number=1, since=1, until=9), Term(number=2, since=3))
    assert rules.term_of(both) == (3, 9)


def test_what_an_agreement_is_in_a_sentence() -> None:
    assert str(rules.sentence_of(agreed(), ["Estonia"])) == "With Estonia."
    up_to = agreed(Ceiling(number=1, tlp="amber+strict"))
    assert str(rules.sentence_of(up_to, ["Estonia", "France"])) == "With Estonia, France, up to TLP:AMBER+STRICT."
    community = agreed(Parties(number=1, communities=("energy",)), Ceiling(number=2, tlp="green"))
    assert "the community energy, up to TLP:GREEN" in str(rules.sentence_of(community, ["Estonia"]))
    community_only = agreed(Parties(number=1, communities=("energy",)), signatories=BOTH[:1])
    assert str(rules.sentence_of(community_only, [])) == "With the community energy."
    assert rules.ceiling_of(agreed(Ceiling(number=1, tlp="nonsense"))) is None
    assert rules.ceiling_of(up_to) is Tlp.AMBER_STRICT


def test_articles_as_people_read_them() -> None:
    text = agreed(
        Scope(number=1),
        Purposes(number=2, purposes=("research",)),
        Withhold(number=3, title="Ours alone", when=Selection(types=("note",))),
        Retention(number=4, days=3),
    )
    scope, purposes, withhold, retention = rules.articles_of(
        text, {1: Tally(release=5, withhold=1), 3: Tally(withhold=2)}
    )
    assert str(scope.title) == "What is covered"
    assert str(withhold.title) == "Ours alone"
    assert scope.decided is not None
    assert [(part.meaning, part.number) for part in scope.decided.parts] == [("released", 5), ("withheld", 1)]
    assert withhold.decided is not None
    assert withhold.decided.total == 2
    assert purposes.decided is None
    assert retention.decided is None
    assert withhold.listed
    assert not retention.listed
    assert all(each.decided is None for each in rules.articles_of(text))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "Who gets what"),
        ([(1, Tally())], "Who gets what"),
        ([(1, Tally(withhold=3))], "No partner gets anything of what is held"),
        ([(1, Tally(release=3))], "A gets everything that is held"),
        ([(1, Tally(release=1, withhold=2))], "A gets 1 of 3"),
        ([(1, Tally(release=1, withhold=2)), (2, Tally(release=2, review=1))], "B gets the most: 2 of 3"),
    ],
)
def test_the_finding_of_the_matrix(rows: list[tuple[int, Tally]], said: str) -> None:
    found = Matrix("tlp", ("green",), tuple(MatrixRow(party, (tally,)) for party, tally in rows))
    assert str(rules.finding_of(found, {1: "A", 2: "B"})) == said


def test_columns_by_what_people_call_them() -> None:
    assert rules.column_of("tlp", "amber+strict", {}).level == "amber"
    assert str(rules.column_of("tlp", "amber+strict", {}).title) == "TLP:AMBER+STRICT"
    assert rules.column_of("type", "ipv4-addr", {}).title == "IPv4 address"
    assert rules.column_of("type", "vulnerability", {}).title == "Vulnerability"
    assert str(rules.column_of("type", "x-own", {}).title) == "x-own"
    assert str(rules.column_of("source", "estonia", {"estonia": "Estonia"}).title) == "Estonia"


@pytest.mark.parametrize("name", ["", "A", "a_b", "a--b", "-a", "a" * 64, *sorted(rules.TAKEN)])
def test_names_that_an_agreement_can_not_have(name: str) -> None:
    assert rules.name_fault(name)


def test_who_may_do_what() -> None:
    assert Role.ADMINISTRATOR not in rules.READERS | rules.DRAFTERS | rules.SIGNERS
    assert Role.AUDITOR in rules.READERS
    assert Role.AUDITOR not in rules.DRAFTERS | rules.SIGNERS
    assert {Role.APPROVER, Role.LEGAL} == rules.SIGNERS
