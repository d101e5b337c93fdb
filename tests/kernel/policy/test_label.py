"""Labels: what policy reads of an object, and nothing else."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects.markings import TLP1_IDS, TLP_IDS, MarkingTerm, Tlp
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label, Terms, foreign_markings, label_of

STATEMENT = "marking-definition--00000000-0000-4000-8000-000000000001"


def parsed(*markings: str, granular: tuple[str, ...] = (), object_id: str = "indicator--x") -> Parsed:
    return Parsed(
        raw=b"",
        type=object_id.split("--", maxsplit=1)[0],
        id=object_id,
        uuid=b"\0" * 16,
        modified=None,
        created_by=None,
        revoked=False,
        markings=markings,
        granular=granular,
        refs=(),
        observables=(),
        text="",
        digest=b"",
    )


def read(one: Parsed, terms: Terms | None = None) -> Label:
    return label_of(one, 1, 2, Tlp.AMBER, terms or {})


def test_the_objects_own_marking_wins_over_the_collections_default() -> None:
    assert (read(parsed(TLP_IDS[Tlp.RED])).tlp, read(parsed(TLP_IDS[Tlp.RED])).assumed) == (Tlp.RED, False)
    assert (read(parsed()).tlp, read(parsed()).assumed) == (Tlp.AMBER, True)


def test_tlp_1_ids_are_read_as_their_equals() -> None:
    assert [read(parsed(marking)).tlp for marking in TLP1_IDS] == [Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.RED]


def test_two_markings_mean_the_stricter() -> None:
    assert read(parsed(TLP_IDS[Tlp.GREEN], TLP_IDS[Tlp.RED])).tlp is Tlp.RED


def test_a_granular_marking_may_only_tighten() -> None:
    strict = read(parsed(TLP_IDS[Tlp.GREEN], granular=(TLP_IDS[Tlp.RED],)))
    assert (strict.tlp, strict.terms) == (Tlp.RED, ("granular",))
    assert read(parsed(TLP_IDS[Tlp.AMBER], granular=(TLP_IDS[Tlp.CLEAR],))).tlp is Tlp.AMBER


def test_a_granular_marking_alone_leaves_the_rest_at_the_default() -> None:
    assert read(parsed(granular=(TLP_IDS[Tlp.CLEAR],))).tlp is Tlp.AMBER


def test_a_marking_that_is_not_held_is_unknown() -> None:
    assert read(parsed(TLP_IDS[Tlp.CLEAR], STATEMENT)).terms == ("unknown",)
    held: dict[str, tuple[MarkingTerm, ...]] = {STATEMENT: (MarkingTerm("statement", None, "Copyright"),)}
    assert read(parsed(TLP_IDS[Tlp.CLEAR], STATEMENT), held).terms == ("statement",)


def test_different_statements_are_one_term() -> None:
    other = STATEMENT[:-1] + "2"
    held: dict[str, tuple[MarkingTerm, ...]] = {
        STATEMENT: (MarkingTerm("statement", None, "A"),),
        other: (MarkingTerm("statement", None, "B"),),
    }
    assert read(parsed(STATEMENT), held) == read(parsed(other), held)


def test_the_definitions_of_tlp_are_public_whatever_the_collection_assumes() -> None:
    assert read(parsed(object_id=TLP_IDS[Tlp.RED])).tlp is Tlp.CLEAR


def test_foreign_markings_are_those_that_have_to_be_looked_up() -> None:
    assert foreign_markings(parsed(TLP_IDS[Tlp.RED], *TLP1_IDS)) == ()
    assert foreign_markings(parsed(TLP_IDS[Tlp.RED], STATEMENT, granular=(STATEMENT,))) == (STATEMENT, STATEMENT)


labels = st.builds(
    Label,
    source=st.integers(1, 9),
    collection=st.integers(1, 9),
    type=st.sampled_from(["indicator", "x-own-type"]),
    tlp=st.sampled_from(list(Tlp)),
    assumed=st.booleans(),
    terms=st.lists(st.sampled_from(["granular", "iep", "pap:red", "statement", "unknown"]), unique=True)
    .map(sorted)
    .map(tuple),
)


@given(labels, labels)
def test_a_labels_text_is_its_own(one: Label, other: Label) -> None:
    assert Label.of_features(one.features()) == one
    assert (one.features() == other.features()) == (one == other)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Label) == one


def test_features_and_back_with_and_without_a_circle() -> None:
    plain = read(parsed(TLP_IDS[Tlp.GREEN]))
    restricted = msgspec.structs.replace(plain, circle=7)
    assert plain.features() != restricted.features()
    assert plain.features().count("|") == 5, "labels that stand keep their text"
    assert [Label.of_features(each.features()) for each in (plain, restricted)] == [plain, restricted]
