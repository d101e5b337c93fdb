"""What is decided once for many: which features are looked at, which parties stand alike. ``test_properties`` holds it right."""

from typing import Any

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy import decider
from comity.kernel.policy.agreement.articles import (
    Attribution,
    Ceiling,
    Neighbours,
    Onward,
    PersonalData,
    Redact,
    Scope,
    Selection,
    Term,
    Withhold,
)
from comity.kernel.policy.decide import effect, lens_for
from comity.kernel.policy.decider import Decider, Deciders, class_of, features_for
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Refs, Scan
from comity.kernel.policy.lens import Part
from tests.kernel.policy.worlds import (
    ALPHA,
    BRAVO,
    CAROL,
    DAVE,
    HOME,
    IEP,
    MAIN,
    SIDE,
    bound,
    identity,
    label,
    standing,
)

NOW = 5
RED = Ceiling(number=1, tlp="red")
ALWAYS = {"collection", "tlp", "terms", "circle", "quarantined", "stale", "parts", "returned"}


@pytest.fixture
def asked(monkeypatch):
    """The labels and parties that were really decided."""
    found = []

    def counted(label, standing, on):
        found.append((label, standing.party, on))
        return effect(label, standing, on)

    monkeypatch.setattr(decider, "effect", counted)
    return found


@pytest.mark.parametrize(
    ("article", "features"),
    [
        (Withhold(number=2, when=Selection(types=("tool",))), {"type"}),
        (Withhold(number=2, when=Selection(sources=("alpha",))), {"source"}),
        (Withhold(number=2, when=Selection(channels=("file",))), {"channel"}),
        (Withhold(number=2, when=Selection(revoked=False)), {"revoked"}),
        (Withhold(number=2, when=Selection(personal=False)), {"scan"}),
        (Withhold(number=2, when=Selection(unscanned=False)), {"scan"}),
        (Withhold(number=2, when=Selection(statement=True, collections=("main",), pap=("red",), tlp=("red",))), set()),
        (Scope(number=2, covers=Selection(types=("tool",))), {"type"}),
        (PersonalData(number=2), {"scan"}),
        (Neighbours(number=2, hidden="stub"), {"refs", "attributed"}),
        (Neighbours(number=2, hidden="dangle"), set()),
        (Redact(number=2, when=Selection(), profile="plain"), {"refs", "attributed"}),
        (PersonalData(number=2, profile="plain"), {"scan", "refs", "attributed"}),
        (Attribution(number=2, source="named"), {"source"}),
        (Attribution(number=2, source="anonymous"), {"attributed", "refs", "source"}),
    ],
)
def test_only_features_that_an_article_looks_at_are_looked_at(article, features):
    assert set(features_for(standing(ALPHA, bound(RED, article)))) == ALWAYS | features


def test_what_others_gave_is_looked_at_by_source_and_scope():
    given = ((BRAVO, bound(RED, Scope(number=2, covers=Selection(types=("tool",))))),)
    assert set(features_for(standing(given=given))) == ALWAYS | {"source", "type"}
    assert set(features_for(standing())) == ALWAYS


def test_labels_that_are_alike_to_a_party_are_decided_once(asked):
    one = Decider(standing(ALPHA, ceiling=Tlp.GREEN))
    for type_ in ("indicator", "malware", "tool"):
        assert one.effect(label(type=type_), NOW) is Effect.RELEASE
        assert one.released(label(Tlp.GREEN, type=type_, refs=Refs.OPAQUE, scan=Scan.CLEAR), NOW)
    assert len(asked) == 1
    assert not one.released(label(Tlp.AMBER), NOW)
    assert one.effect(label(), NOW + 1) is Effect.RELEASE
    assert one.effect(label(), NOW) is Effect.RELEASE
    assert [(each.tlp, on) for each, _, on in asked] == [(Tlp.GREEN, NOW), (Tlp.AMBER, NOW), (Tlp.GREEN, NOW + 1)]


def test_parties_that_stand_alike_are_decided_once(asked):
    deciders = Deciders([standing(party, ceiling=Tlp.GREEN, jurisdiction="EE") for party in (ALPHA, BRAVO, DAVE)])
    assert all(deciders.of(party).released(label(), NOW) for party in (ALPHA, BRAVO, DAVE))
    assert len(asked) == 1


def test_who_is_named_is_decided_for_itself(asked):
    deciders = Deciders([standing(party, ceiling=Tlp.RED, jurisdiction="EE") for party in (ALPHA, BRAVO)])
    secret = label(Tlp.RED, f"recipients:{identity(ALPHA)}")
    assert deciders.of(ALPHA).released(secret, NOW)
    assert not deciders.of(BRAVO).released(secret, NOW)
    assert deciders.of(ALPHA).released(secret, NOW)
    assert [party for _, party, _ in asked] == [ALPHA, BRAVO]


def test_whom_a_part_names_is_decided_for_itself(asked):
    deciders = Deciders([standing(party, ceiling=Tlp.RED, jurisdiction="EE") for party in (ALPHA, BRAVO)])
    mixed = label(Tlp.GREEN, parts=(Part(Tlp.RED, (f"recipients:{identity(ALPHA)}",)),))
    assert [deciders.of(party).effect(mixed, NOW) for party in (ALPHA, BRAVO)] == [Effect.RELEASE, Effect.REDACT]
    assert [party for _, party, _ in asked] == [ALPHA, BRAVO]
    lens = deciders.of(BRAVO).lens(mixed, NOW)
    assert deciders.of(ALPHA).lens(mixed, NOW) is None
    assert lens is not None
    assert (lens.party, lens.without) == (BRAVO, mixed.parts)
    for_each = tuple(Part(Tlp.RED, (f"recipients:{identity(party)}",)) for party in (ALPHA, BRAVO))
    both = [deciders.of(party).lens(label(Tlp.GREEN, parts=for_each), NOW) for party in (ALPHA, BRAVO)]
    assert [each and each.without for each in both] == [for_each[1:], for_each[:1]]


def test_what_a_party_gave_itself_says_nothing_of_its_form_for_others():
    pact = bound(RED, Redact(number=2, when=Selection(), profile="plain"))
    deciders = Deciders([standing(party, pact, jurisdiction="EE") for party in (ALPHA, BRAVO)])
    own = label(source=ALPHA)
    assert deciders.of(ALPHA).lens(own, NOW) is None
    assert deciders.of(BRAVO).lens(own, NOW) is not None


def test_a_form_is_found_once_for_all_that_stand_alike(monkeypatch):
    found = []

    def counted(label, standing, on):
        found.append(label)
        return lens_for(label, standing, on)

    monkeypatch.setattr(decider, "lens_for", counted)
    pact = bound(RED, Redact(number=2, when=Selection(), profile="plain"))
    deciders = Deciders([standing(party, pact, jurisdiction="EE") for party in (ALPHA, BRAVO)])
    lenses = {
        deciders.of(party).lens(label(type=kind), NOW) for party in (ALPHA, BRAVO) for kind in ("tool", "malware")
    }
    assert len(found) == 1
    assert len(lenses) == 1


@pytest.mark.parametrize(
    "otherwise",
    [
        {"ceiling": Tlp.RED},
        {"reads": frozenset({MAIN, SIDE})},
        {"jurisdiction": "FI"},
        {"cases": frozenset({"one"})},
        {"agreements": (bound(RED),)},
    ],
)
def test_who_stands_otherwise_is_of_another_class(otherwise):
    plain: dict[str, Any] = {"jurisdiction": "EE", "ceiling": Tlp.GREEN}
    assert class_of(standing(ALPHA, **plain)) == class_of(standing(BRAVO, **plain))
    agreements = otherwise.pop("agreements", ())
    assert class_of(standing(ALPHA, **plain)) != class_of(standing(ALPHA, *agreements, **(plain | otherwise)))


def test_of_what_others_gave_only_what_may_not_go_on_makes_a_difference():
    kept = (CAROL, bound(RED))
    to_alpha = (CAROL, bound(RED, Onward(number=2, to="named", parties=("alpha",))))
    to_all = (CAROL, bound(RED, Onward(number=2, to="anybody")))
    given = (kept, to_alpha, to_all)
    assert class_of(standing(ALPHA, given=given)).given == (kept,)
    assert class_of(standing(DAVE, given=given)).given == (kept, to_alpha)


def test_own_claims_and_the_own_party_are_not_remembered(asked):
    deciders = Deciders([standing(ALPHA), standing(BRAVO, jurisdiction="EE"), standing(HOME)])
    mine = label(Tlp.RED, source=ALPHA)
    assert deciders.of(ALPHA).released(mine, NOW)
    assert not deciders.of(BRAVO).released(mine, NOW)
    assert deciders.of(HOME).released(mine, NOW)
    assert deciders.of(HOME).released(label(Tlp.RED, "orcon"), NOW)
    assert not deciders.of(HOME).released(label(circle=7), NOW)
    with pytest.raises(KeyError):
        deciders.of(CAROL)


def test_a_party_is_asked_about_a_source_only_by_what_that_source_agreed():
    given = ((BRAVO, bound(RED)), (CAROL, bound(RED, Onward(number=2, to="anybody"))))
    one = Decider(standing(ALPHA, ceiling=Tlp.RED, given=given))
    assert [one.released(label(source=source), NOW) for source in (BRAVO, CAROL, DAVE)] == [False, True, True]


def test_until_is_found_from_all_dates():
    one = Decider(standing(ALPHA, bound(RED, Term(number=2, until=9))))
    assert one.until(label(Tlp.AMBER), NOW) == 9
    assert one.until(label(Tlp.AMBER, "embargo:2"), NOW) == 9
    assert one.until(label(Tlp.AMBER, f"iep:{IEP};end_date=7"), NOW) == 7
    assert one.until(label(Tlp.CLEAR), NOW) is None
    assert one.until(label(Tlp.AMBER), 9) is None
