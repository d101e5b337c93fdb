"""Selections by table: each field that is given has to match, its values are alternatives."""

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Selection
from comity.kernel.policy.agreement.taking import Taking, as_received, pap_level, taking, tlp_level
from comity.kernel.policy.caveats import caveats_of
from comity.kernel.policy.label import Scan
from tests.kernel.policy.worlds import HOME, MAIN, SIDE, label

TABLE = [
    (Taking(types=frozenset({"indicator", "tool"})), {"type": "indicator"}, {"type": "malware"}),
    (Taking(collections=frozenset({MAIN})), {"collection": MAIN}, {"collection": SIDE}),
    (Taking(sources=frozenset({HOME})), {"source": HOME}, {"source": 2}),
    (Taking(channels=frozenset({"file", "form"})), {"channel": "form"}, {"channel": "taxii"}),
    (Taking(channels=frozenset({"file"})), {"channel": "file"}, {"channel": ""}),
    (Taking(tlp=frozenset({Tlp.GREEN})), {"tlp": Tlp.GREEN}, {"tlp": Tlp.CLEAR}),
    (Taking(pap=frozenset({"red"})), {"terms": ("pap:red",)}, {"terms": ("pap:amber",)}),
    (Taking(pap=frozenset({"clear"})), {"terms": ("pap:clear",)}, {}),
    (Taking(statement=True), {"terms": ("statement",)}, {}),
    (Taking(statement=False), {}, {"terms": ("statement",)}),
    (Taking(personal=True), {"scan": Scan.PERSONAL}, {"scan": Scan.UNSCANNED}),
    (Taking(personal=False), {"scan": Scan.UNSCANNED}, {"scan": Scan.PERSONAL}),
    (Taking(unscanned=True), {"scan": Scan.UNSCANNED}, {"scan": Scan.CLEAR}),
    (Taking(unscanned=False), {"scan": Scan.PERSONAL}, {"scan": Scan.UNSCANNED}),
    (Taking(revoked=True), {"revoked": True}, {"revoked": False}),
    (Taking(revoked=False), {"revoked": False}, {"revoked": True}),
    (Taking(exercise=True), {"terms": ("exercise:lock",)}, {}),
    (Taking(exercise=False), {}, {"terms": ("exercise:lock",)}),
    (Taking(types=frozenset({"indicator"}), revoked=True), {"revoked": True}, {"revoked": True, "type": "tool"}),
]


def made(**features):
    terms = features.pop("terms", ())
    tlp = features.pop("tlp", Tlp.GREEN)
    return label(tlp, *terms, **features)


@pytest.mark.parametrize(("selection", "taken", "left"), TABLE)
def test_what_is_taken_and_what_is_left(selection, taken, left):
    assert selection.takes(made(**taken), caveats_of(taken.get("terms", ())))
    assert not selection.takes(made(**left), caveats_of(left.get("terms", ())))


def test_an_empty_selection_takes_everything_and_an_empty_set_nothing():
    everything = made(terms=("exercise:lock", "pap:red"), revoked=True)
    assert Taking().takes(everything, caveats_of(everything.terms))
    for nothing in (Taking(types=frozenset()), Taking(sources=frozenset()), Taking(collections=frozenset())):
        assert not nothing.takes(everything, caveats_of(everything.terms))


def test_where_it_is_not_known_how_it_came_what_forbids_takes_it():
    by_channel = Taking(channels=frozenset({"taxii"}))
    unknown, known = made(channel=""), made(channel="file")
    assert by_channel.takes(unknown, caveats_of(()), unsure=True)
    assert not by_channel.takes(unknown, caveats_of(()), unsure=False)
    assert not by_channel.takes(known, caveats_of(()), unsure=True)


def test_of_what_was_received_only_what_the_object_itself_says_is_asked():
    everything = Taking(
        types=frozenset({"tool"}),
        collections=frozenset({MAIN}),
        sources=frozenset({HOME}),
        channels=frozenset({"file"}),
        tlp=frozenset({Tlp.RED}),
        pap=frozenset({"red"}),
        statement=True,
        personal=True,
        unscanned=True,
        revoked=True,
        exercise=True,
    )
    assert as_received(everything) == Taking(
        types=frozenset({"tool"}),
        tlp=frozenset({Tlp.RED}),
        pap=frozenset({"red"}),
        statement=True,
        revoked=True,
        exercise=True,
    )


def test_every_field_of_a_selection_is_taken_over():
    given = Selection(
        types=("tool",),
        collections=("main",),
        sources=("alpha",),
        channels=("file",),
        tlp=("TLP:RED", "green", "blue"),
        pap=("PAP:RED", "white"),
        statement=True,
        personal=False,
        unscanned=True,
        revoked=False,
        exercise=True,
    )
    found = taking(given, lambda slugs: frozenset(map(len, slugs)), lambda names: frozenset({7}))
    assert found == Taking(
        types=frozenset({"tool"}),
        collections=frozenset({4}),
        sources=frozenset({7}),
        channels=frozenset({"file"}),
        tlp=frozenset({Tlp.RED, Tlp.GREEN}),
        pap=frozenset({"red", "clear"}),
        statement=True,
        personal=False,
        unscanned=True,
        revoked=False,
        exercise=True,
    )
    assert taking(Selection(), lambda _: frozenset({1}), lambda _: frozenset({1})) == Taking()


def test_levels_of_words():
    assert (tlp_level("amber+strict"), tlp_level("TLP:WHITE"), tlp_level("blue")) == (Tlp.AMBER_STRICT, Tlp.CLEAR, None)
    words = ("clear", "white", "PAP:AMBER", "Green", "red", "blue")
    assert [pap_level(word) for word in words] == ["clear", "clear", "amber", "green", "red", "clear"]
