"""Terms of labels: written from markings, read as caveats, and what is none of ours is unknown."""

from typing import get_args

import pytest
from hypothesis import given

from comity.kernel.objects.markings import PURPOSES, MarkingTerm, Tlp
from comity.kernel.policy.agreement.articles import Purpose
from comity.kernel.policy.caveats import Caveats, caveats_of, kind_of, names_people, terms_of, understood
from comity.kernel.policy.label import Label
from tests.kernel.policy.worlds import IEP, labels


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        (MarkingTerm("tlp", Tlp.RED, "red"), ()),
        (MarkingTerm("statement", None, "Copyright, the Harbour"), ("statement",)),
        (MarkingTerm("unknown", None, "nothing"), ("unknown",)),
        (MarkingTerm("pap", None, "amber"), ("pap:amber",)),
        (MarkingTerm("iep", None, IEP), (f"iep:{IEP}",)),
        (MarkingTerm("handling", None, "case:one;orcon;to:a b"), ("case:one", "orcon", "to:a b")),
        (MarkingTerm("handling", None, ""), ()),
    ],
)
def test_what_a_marking_adds_to_a_label(said, terms):
    assert terms_of(said) == terms


def test_no_terms_ask_nothing():
    assert caveats_of(()) == Caveats()


def test_every_term_is_read():
    later = IEP.replace("tlp=green", "tlp=red")
    found = caveats_of(
        (
            "case:one",
            "case:two",
            "embargo:5",
            "embargo:7",
            "exercise:lock",
            f"iep:{IEP};start_date=3;end_date=9",
            f"iep:{later};start_date=4;end_date=8",
            "not-to:c",
            "not-to:d e",
            "orcon",
            "pap:amber",
            "pap:green",
            "purposes:research",
            "purposes:attribution research",
            "recipients:f",
            "recipients:g h",
            "resides:EE",
            "resides:EE KR",
            "statement",
            "to:a b",
            "to:b",
        )
    )
    assert found == Caveats(
        statement=True,
        pap="amber",
        to=(frozenset("ab"), frozenset("b")),
        not_to=frozenset("cde"),
        named=frozenset("fgh"),
        controlled=True,
        purposes=(frozenset({"research"}), frozenset({"attribution", "research"})),
        resides=(frozenset({"EE"}), frozenset({"EE", "KR"})),
        embargo=7,
        starts=4,
        ends=8,
        cases=frozenset({"one", "two"}),
        exercise=True,
        policies=tuple(
            dict(part.split("=") for part in f"{text};start_date={start};end_date={end}".split(";"))
            for text, start, end in ((IEP, 3, 9), (later, 4, 8))
        ),
    )


@pytest.mark.parametrize("term", ["unknown", "x-own", "iep", "TO:a", "embargoed:5", ""])
def test_what_is_no_term_of_ours_is_unknown(term):
    assert caveats_of((term,)).unknown
    assert caveats_of(("statement", term, "to:a")).unknown
    assert understood(("statement", term, "to:a")) == ("statement", "to:a")


@pytest.mark.parametrize("paps", [("clear", "green"), ("green", "amber"), ("amber", "red"), ("red", "clear")])
def test_the_strictest_pap_counts(paps):
    strictest = max(paps, key=["clear", "green", "amber", "red"].index)
    assert caveats_of(tuple(f"pap:{pap}" for pap in paps)).pap == strictest
    assert caveats_of(tuple(f"pap:{pap}" for pap in reversed(paps))).pap == strictest


def test_an_empty_list_of_recipients_is_a_list():
    assert caveats_of(("recipients:",)).named == frozenset()
    assert caveats_of(()).named is None


@pytest.mark.parametrize(("term", "kind"), [("to:jurisdiction:KR", "to"), ("orcon", "orcon"), ("pap:red", "pap")])
def test_a_terms_kind_stands_before_its_colon(term, kind):
    assert kind_of(term) == kind


@pytest.mark.parametrize(
    ("terms", "names"),
    [
        ((), False),
        (("statement", "resides:EE", "case:to", "purposes:research", "exercise:orcon"), False),
        (("to:",), True),
        (("not-to:a",), True),
        (("recipients:a",), True),
        (("orcon",), True),
        (("statement", "to:a"), True),
    ],
)
def test_which_terms_depend_on_what_a_party_is_called(terms, names):
    assert names_people(terms) == names


def test_purposes_of_markings_are_those_of_agreements():
    assert frozenset(get_args(Purpose)) == PURPOSES


@given(labels)
def test_terms_of_random_worlds_are_ours(label: Label) -> None:
    assert caveats_of(label.terms).unknown == ("unknown" in label.terms)
