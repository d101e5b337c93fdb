"""What names nobody and nothing at this node is found before anything is signed."""

from uuid import UUID

import msgspec

from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Ceiling,
    Onward,
    Parties,
    PersonalData,
    Redact,
    Review,
    Scope,
    Selection,
    Signatory,
    Withhold,
)
from comity.kernel.policy.agreement.binding import Names, signatory_of
from comity.kernel.policy.agreement.checking import check
from comity.kernel.policy.profile import Profile, Rule

OURS = f"identity--{UUID(int=1)}"
THEIRS = f"identity--{UUID(int=2)}"
NAMES = Names(
    home=1,
    parties={"us": 1, OURS: 1, "them": 2, THEIRS: 2, "third": 3},
    collections={"feed": 1},
    communities={"energy": frozenset({1, 3}), "empty": frozenset(), "ours": frozenset({1})},
    clients={},
)
US = Signatory(name="Us", jurisdiction="KR", party="us")
THEM = Signatory(name="Them", jurisdiction="EE", identity=THEIRS)


def agreement(*articles: AnyArticle, signatories: tuple[Signatory, ...] = (US, THEM)) -> Agreement:
    return Agreement("one", "One", signatories, (Ceiling(number=1, tlp="amber"), *articles))


def said(held: Agreement) -> list[tuple[int, str, str]]:
    return [(finding.article, finding.field, str(finding.says)) for finding in check(held, NAMES)]


def test_what_is_known_passes() -> None:
    assert not said(
        agreement(
            Parties(number=2, communities=("energy",)),
            Scope(number=3, covers=Selection(collections=("feed",), sources=("ourselves", "them", THEIRS))),
            Onward(number=4, to="named", parties=("third",)),
        )
    )


def test_what_is_not_known_is_found() -> None:
    selection = Selection(collections=("nowhere",), sources=("nobody",))
    assert [
        (article, field)
        for article, field, _ in said(
            agreement(
                Parties(number=2, communities=("nowhere",)),
                Onward(number=3, to="communities", communities=("nowhere",)),
                Onward(number=4, to="named", parties=("nobody",)),
                Scope(number=5, covers=selection),
                Withhold(number=6, when=selection),
                Redact(number=7, when=selection, profile="x"),
                Review(number=8, when=selection, approvers=("legal",)),
            )
        )
    ] == [
        (2, "communities"),
        (3, "communities"),
        (4, "parties"),
        (5, "covers.collections"),
        (5, "covers.sources"),
        (6, "when.collections"),
        (6, "when.sources"),
        (7, "profile"),
        (7, "when.collections"),
        (7, "when.sources"),
        (8, "when.collections"),
        (8, "when.sources"),
    ]


def test_a_profile_is_the_agreements_own_or_one_that_this_node_knows() -> None:
    def profiled(name: str, *own: Profile) -> list[tuple[int, str, str]]:
        held = agreement(Redact(number=2, when=Selection(), profile=name), PersonalData(number=3, profile=name))
        return said(msgspec.structs.replace(held, profiles=own))

    own = Profile("own", (Rule("generalise", to="day"),))
    assert not profiled("victims")
    assert not profiled("own", own)
    assert profiled("owl", own) == [
        (
            number,
            "profile",
            (
                "Nobody has defined the profile 'owl': what it would redact is withheld. There are: own, victims, times, "
                "networks, personal-data, minimal."
            ),
        )
        for number in (2, 3)
    ]
    assert not said(agreement(PersonalData(number=2)))


def test_who_signs_is_known_and_we_are_among_them() -> None:
    stranger = Signatory(name="Stranger", jurisdiction="FI", party="stranger")
    third = Signatory(name="Third", jurisdiction="FI", party="third")
    assert [text for _, _, text in said(agreement(signatories=(US, stranger)))] == [
        "No party of this node is Stranger (stranger): add it, or set its identity."
    ]
    assert [text for _, _, text in said(agreement(signatories=(THEM, third)))] == [
        "The party of this node is not among those who sign."
    ]


def test_an_identity_goes_before_a_slug() -> None:
    """A slug is what the node that wrote the text calls a party; here it may be another's."""
    theirs = Signatory(name="Them", jurisdiction="EE", identity=THEIRS, party="third")
    assert signatory_of(theirs, NAMES) == 2
    unknown = Signatory(name="Them", jurisdiction="EE", identity=f"identity--{UUID(int=9)}", party="them")
    assert signatory_of(unknown, NAMES) is None
    assert [text for _, _, text in said(agreement(signatories=(US, unknown)))] == [
        f"No party of this node is Them ({unknown.identity}): add it, or set its identity."
    ]
    twice = Signatory(name="Them again", jurisdiction="EE", party="them")
    assert [text for _, _, text in said(agreement(signatories=(US, THEM, twice)))] == ["Them again signs twice."]


def test_a_signatory_s_own_slug_is_known_wherever_the_text_is_read() -> None:
    theirs = Signatory(name="Them", jurisdiction="EE", identity=THEIRS, party="called-so-there")
    assert not said(
        agreement(Scope(number=2, covers=Selection(sources=("called-so-there",))), signatories=(US, theirs))
    )


def test_an_audience_of_nobody_but_ourselves_is_found() -> None:
    """The trap of the empty audience, at the directory: a community without other members reaches nobody."""
    for slug in ("empty", "ours"):
        found = said(agreement(Parties(number=2, communities=(slug,)), signatories=(US,)))
        assert [text for _, _, text in found] == [
            "It reaches nobody but ourselves: no other party signs it, and no community has a member."
        ]
    assert not said(agreement(Parties(number=2, communities=("energy",)), signatories=(US,)))
