"""What binds a recipient: by markings always, by an agreement once it has signed."""

import msgspec
import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Basis,
    Ceiling,
    Onward,
    Parties,
    PersonalData,
    Purposes,
    Retention,
    Selection,
    Withhold,
)
from comity.kernel.policy.decide import decide
from comity.kernel.policy.label import Scan
from comity.kernel.policy.lens import Part
from tests.kernel.policy.worlds import ALPHA, CAROL, IEP, bound, identity, label, standing

NOW = 5
RED = Ceiling(number=1, tlp="red")


def of(label, *agreements):
    decision = decide(label, standing(ALPHA, *agreements, ceiling=Tlp.RED), NOW)
    assert decision.counterfactual is None
    return [(each.clause, str(each.says)) for each in decision.obligations]


def iep(**otherwise):
    words = dict(part.split("=") for part in IEP.split(";")) | otherwise
    return "iep:" + ";".join(f"{name}={word}" for name, word in words.items())


FREE = iep(encrypt_in_transit="may", permitted_actions="externally-visible-direct-actions")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (label(Tlp.CLEAR), []),
        (
            label(Tlp.GREEN),
            [("FIRST TLP 2.0 3", "Only within your community, and not where the public can read it.")],
        ),
        (
            label(Tlp.AMBER),
            [("FIRST TLP 2.0 3", "Only for those in your organisation and of its clients who need to know.")],
        ),
        (
            label(Tlp.AMBER_STRICT),
            [("FIRST TLP 2.0 3", "Only for those in your organisation who need to know.")],
        ),
        (label(Tlp.RED), [("FIRST TLP 2.0 3", "Only for its named recipients; it may not be given on.")]),
        (label(Tlp.CLEAR, "pap:clear"), []),
        (
            label(Tlp.CLEAR, "pap:green"),
            [("PAP:GREEN", "Actions that others can see, such as blocking, are allowed; attacks are not.")],
        ),
        (
            label(Tlp.CLEAR, "pap:amber", "pap:clear"),
            [
                (
                    "PAP:AMBER",
                    "Only passive checks, also through third parties' services; nothing that reaches its subject.",
                )
            ],
        ),
        (label(Tlp.CLEAR, "pap:red"), [("PAP:RED", "Only passive actions that nobody outside can notice.")]),
        (label(Tlp.CLEAR, FREE), []),
        (
            label(Tlp.CLEAR, f"iep:{IEP}", FREE),
            [
                ("FIRST IEP 2.0 encrypt_in_transit", "Has to be encrypted in transit."),
                ("FIRST IEP 2.0 permitted_actions", "No action may be taken on it."),
            ],
        ),
        (
            label(
                Tlp.CLEAR,
                iep(
                    affected_party_notifications="must-not",
                    encrypt_in_transit="may",
                    permitted_actions="contact-for-instruction",
                    provider_attribution="must-not",
                    unmodified_resale="must-not",
                ),
            ),
            [
                ("FIRST IEP 2.0 affected_party_notifications", "Those affected may not be notified."),
                ("FIRST IEP 2.0 permitted_actions", "Its provider has to be asked before any action."),
                ("FIRST IEP 2.0 provider_attribution", "Its provider may not be named."),
                ("FIRST IEP 2.0 unmodified_resale", "It may not be sold on unchanged."),
            ],
        ),
        (label(Tlp.CLEAR, "resides:EE KR"), [("handling: resides_in", "To be held in EE, KR only.")]),
        (
            label(Tlp.CLEAR, "orcon", f"to:{identity(ALPHA)}"),
            [("handling: originator_control", "Its originator decides about every further release.")],
        ),
        (label(Tlp.CLEAR, "statement"), [("STIX 2.1 7.2.1.3", "Its statement marking holds.")]),
    ],
)
def test_what_markings_ask(label, expected):
    assert of(label) == expected
    decision = decide(label, standing(ALPHA, ceiling=Tlp.RED), NOW)
    assert all(each.binding and not each.agreement for each in decision.obligations)


@pytest.mark.parametrize(
    ("articles", "expected"),
    [
        ((), [("agreement", "It may not be given on.")]),
        ((Onward(number=2, to="nobody"),), [("article 2", "It may not be given on.")]),
        (
            (Onward(number=2, to="named", parties=("bravo", "dave")),),
            [("article 2", "It may be given on to bravo, dave only.")],
        ),
        (
            (Onward(number=2, to="communities", communities=("north",)),),
            [("article 2", "It may be given on within north only.")],
        ),
        ((Onward(number=2, to="anybody"),), []),
        (
            (
                Onward(number=2, to="anybody"),
                Purposes(number=3, purposes=("research", "attribution")),
                Retention(number=4, days=9),
                Withhold(number=5, when=Selection(revoked=True)),
            ),
            [
                ("article 3", "To be used for attribution, research only."),
                ("article 4", "To be deleted after 9 days: what is got on 1970-01-01, by 1970-01-10."),
            ],
        ),
    ],
)
def test_what_an_agreement_asks(articles, expected):
    assert of(label(Tlp.CLEAR), bound(RED, *articles)) == expected


def test_a_part_asks_what_its_marking_asks_where_it_goes():
    red, controlled = Part(Tlp.RED, ("pap:red",)), Part(None, (f"to:{identity(CAROL)}", "resides:EE"))
    one = label(Tlp.AMBER, parts=(controlled, red))
    amber = "Only for those in your organisation and of its clients who need to know."
    every = standing(ALPHA, ceiling=Tlp.RED)
    assert [(each.clause, str(each.says)) for each in decide(one, every, NOW).obligations] == [
        ("FIRST TLP 2.0 3", amber),
        ("FIRST TLP 2.0 3", "Only for its named recipients; it may not be given on."),
        ("PAP:RED", "Only passive actions that nobody outside can notice."),
    ]
    some = standing(ALPHA, ceiling=Tlp.AMBER)
    asked = decide(one, some, NOW)
    assert [str(each.says) for each in asked.obligations] == [amber]
    assert asked.lens is not None
    assert decide(msgspec.structs.replace(one, lens=asked.lens.text), some, NOW).obligations == asked.obligations
    assert not decide(one, standing(ALPHA), NOW).obligations


@pytest.mark.parametrize(
    ("scan", "to", "told"),
    [
        (Scan.PERSONAL, "EE", True),
        (Scan.UNSCANNED, "EE", True),
        (Scan.CLEAR, "EE", False),
        (Scan.PERSONAL, "FI", False),
    ],
)
def test_personal_data_go_on_a_basis_and_are_erased_on_request(scan, to, told):
    basis = Basis(kind="consent", to=(to,), reference="form 3")
    pact = bound(RED, Onward(number=2, to="anybody"), PersonalData(number=3, bases=(basis,), profile="plain"))
    said = (
        "Personal data in it are given on this basis: form 3. They are to be erased when whoever gave them asks for it."
    )
    obligations = decide(label(Tlp.CLEAR, scan=scan), standing(ALPHA, pact), NOW).obligations
    assert [(each.clause, each.article, str(each.says)) for each in obligations] == (
        [("article 3", 3, said)] if told else []
    )


def test_a_purpose_limit_goes_along_with_what_it_limits():
    pact = bound(RED, Onward(number=2, to="anybody"), Purposes(number=3, purposes=("research",)))
    (limit, _) = decide(label(Tlp.CLEAR, "purposes:attribution research"), standing(ALPHA, pact), NOW).obligations
    assert limit.binding
    assert of(label(Tlp.CLEAR, "purposes:attribution research"), pact) == [
        ("handling: purposes", "To be used for attribution, research only."),
        ("article 3", "To be used for research only."),
    ]


@pytest.mark.parametrize(("theirs", "binds"), [(None, False), (NOW, True), (NOW + 1, False), (1, True)])
def test_an_agreement_binds_once_they_have_signed(theirs, binds):
    pact = bound(RED, theirs=theirs)
    (obligation,) = decide(label(Tlp.CLEAR), standing(ALPHA, pact), NOW).obligations
    assert (obligation.binding, obligation.agreement) == (binds, "pact")


def test_a_member_of_a_community_has_signed_nothing():
    pact = bound(RED, Parties(number=2, communities=("north",)), party=CAROL, theirs=1)
    assert not decide(label(Tlp.CLEAR), standing(CAROL, pact), NOW).obligations[0].binding
