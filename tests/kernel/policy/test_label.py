"""Labels: what policy reads of an object, and nothing else."""

import msgspec
import pytest
from hypothesis import given

from comity.kernel.objects.markings import (
    HANDLING_EXTENSION,
    IEP_EXTENSION,
    TLP1_IDS,
    TLP_IDS,
    MarkingKind,
    MarkingTerm,
    Tlp,
)
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import (
    MOST_TERMS,
    Label,
    Refs,
    Scan,
    Terms,
    foreign_markings,
    label_of,
    part_of,
    pieces,
    quarantine_of,
    refs_of,
    tells_ids,
)
from comity.kernel.policy.lens import Part
from tests.kernel.policy.worlds import IEP, originals

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
    strict = read(parsed(TLP_IDS[Tlp.GREEN], granular=(TLP_IDS[Tlp.RED], TLP_IDS[Tlp.AMBER])))
    assert (strict.tlp, strict.terms) == (Tlp.GREEN, ())
    assert strict.parts == (Part(Tlp.AMBER), Part(Tlp.RED))
    assert read(parsed(TLP_IDS[Tlp.AMBER], granular=(TLP_IDS[Tlp.CLEAR],))) == read(parsed(TLP_IDS[Tlp.AMBER]))


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
    assert foreign_markings(parsed(STATEMENT)) == (STATEMENT,)
    assert foreign_markings(parsed(TLP_IDS[Tlp.RED], granular=(STATEMENT,))) == (STATEMENT,)
    assert foreign_markings(parsed(STATEMENT, granular=(TLP_IDS[Tlp.RED],))) == (STATEMENT,)


# -- parts


def test_a_part_is_what_its_marking_asks_beyond_the_objects_own() -> None:
    def parts(*own: str, value: str = "orcon") -> tuple[Part, ...]:
        return read(parsed(*own, granular=(STATEMENT,)), marked("handling", value)).parts

    assert parts(TLP_IDS[Tlp.GREEN]) == (Part(None, ("orcon",)),)
    assert parts(STATEMENT) == ()
    assert parts(TLP_IDS[Tlp.GREEN], value="") == ()
    assert read(parsed(granular=(STATEMENT,))).parts == (Part(None, ("unknown",)),)
    assert part_of(STATEMENT, marked("iep", IEP)) == Part(Tlp.GREEN, (f"iep:{IEP}",))
    assert part_of(TLP_IDS[Tlp.RED], {}) == Part(Tlp.RED)
    both = {STATEMENT: (MarkingTerm("tlp", Tlp.GREEN, "green"), MarkingTerm("tlp", Tlp.RED, "red"))}
    assert part_of(STATEMENT, both) == Part(Tlp.RED)


def test_two_markings_that_ask_the_same_are_one_part() -> None:
    other = STATEMENT[:-1] + "2"
    held = {marking: (MarkingTerm("pap", None, "red"),) for marking in (STATEMENT, other)}
    assert read(parsed(granular=(STATEMENT, other)), held).parts == (Part(None, ("pap:red",)),)


def test_parts_that_ask_for_more_than_can_be_kept_are_not_understood() -> None:
    fills = "case:" + "x" * (MOST_TERMS - 6)  # and the colon after its level
    assert read(parsed(granular=(STATEMENT,)), marked("handling", fills)).parts == (Part(None, (fills,)),)
    found = read(parsed(granular=(STATEMENT,)), marked("handling", fills + "x"))
    assert (found.terms, found.parts) == (("unknown",), ())


def test_pieces_are_the_rest_and_each_part_with_that() -> None:
    one = msgspec.structs.replace(
        read(parsed()),
        terms=("pap:red", "recipients:a"),
        parts=(Part(None, ("recipients:b",)), Part(Tlp.CLEAR, ("orcon",)), Part(Tlp.RED)),
    )
    rest, other_people, orcon, red = pieces(one)
    assert rest == (None, msgspec.structs.replace(one, parts=()))
    assert [part for part, _ in (other_people, orcon, red)] == list(one.parts)
    assert other_people[1].terms == ("pap:red", "recipients:b")
    assert (orcon[1].terms, orcon[1].tlp, orcon[1].assumed) == (("orcon", "pap:red", "recipients:a"), Tlp.AMBER, True)
    assert (red[1].terms, red[1].tlp, red[1].assumed) == (("pap:red", "recipients:a"), Tlp.RED, False)
    assert pieces(rest[1]) == (rest,)


def test_whom_a_part_names_its_label_names() -> None:
    plain = read(parsed())
    assert not plain.names_people
    for part in (Part(None, ("orcon",)), Part(None, ("to:x",))):
        assert msgspec.structs.replace(plain, parts=(Part(Tlp.RED), part)).names_people
    assert msgspec.structs.replace(plain, terms=("orcon",)).names_people
    assert not msgspec.structs.replace(plain, parts=(Part(Tlp.RED),)).names_people


# -- what else policy looks at


def marked(kind: MarkingKind, value: str) -> dict[str, tuple[MarkingTerm, ...]]:
    return {STATEMENT: (MarkingTerm(kind, None, value),)}


def test_every_caveat_of_a_handling_marking_is_a_term_of_its_own() -> None:
    found = read(parsed(TLP_IDS[Tlp.GREEN], STATEMENT), marked("handling", "orcon;to:community:north"))
    assert (found.tlp, found.assumed, found.terms) == (Tlp.GREEN, False, ("orcon", "to:community:north"))


def test_an_exchange_policys_tlp_is_a_level_that_the_object_carries() -> None:
    strict = IEP.replace("tlp=green", "tlp=red")
    assert (
        read(parsed(STATEMENT), marked("iep", strict)).tlp,
        read(parsed(STATEMENT), marked("iep", strict)).assumed,
    ) == (
        Tlp.RED,
        False,
    )
    assert read(parsed(TLP_IDS[Tlp.AMBER], STATEMENT), marked("iep", IEP)).tlp is Tlp.AMBER
    assert read(parsed(STATEMENT), marked("iep", IEP.replace("tlp=green", "tlp=white"))).tlp is Tlp.CLEAR
    assert read(parsed(STATEMENT), marked("iep", IEP)).terms == (f"iep:{IEP}",)


def test_two_meanings_of_one_marking_both_count() -> None:
    both = {STATEMENT: (MarkingTerm("pap", None, "red"), MarkingTerm("statement", None, "Copyright"))}
    assert read(parsed(STATEMENT), both).terms == ("pap:red", "statement")
    level = {STATEMENT: (MarkingTerm("tlp", Tlp.RED, "red"),)}
    assert (read(parsed(STATEMENT), level).tlp, read(parsed(STATEMENT), level).terms) == (Tlp.RED, ())


def test_what_asks_for_more_than_can_be_kept_is_not_understood() -> None:
    fits = "to:" + " ".join([f"jurisdiction:{letter}A" for letter in "ABC"])
    fills = f"{fits} community:{'x' * (MOST_TERMS - len(fits) - 11)}"
    assert read(parsed(STATEMENT), marked("handling", fills)).terms == (fills,)
    assert read(parsed(STATEMENT), marked("handling", fills + "x")).terms == ("unknown",)
    wide = "case:" + "\u4e2d" * (MOST_TERMS // 3)
    assert read(parsed(STATEMENT), marked("handling", wide)).terms == ("unknown",), "bytes count, not letters"


@pytest.mark.parametrize(
    ("refs", "expected"),
    [
        ((), Refs.NONE),
        (("malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc",), Refs.OPAQUE),
        (("ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd",), Refs.GUESSABLE),
        (
            ("malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc", "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd"),
            Refs.GUESSABLE,
        ),
    ],
)
def test_references_count_by_whether_their_ids_can_be_guessed(refs: tuple[str, ...], expected: Refs) -> None:
    assert list(map(int, Refs)) == [0, 1, 2]
    one = msgspec.structs.replace(parsed(), refs=refs)
    assert refs_of(one) is read(one).refs is expected


OTHER = "malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"name":"x"}', False),
        (b'{"description":"see ' + OTHER.encode() + b'"}', True),
        (b'{"description":"see ' + OTHER.upper().encode() + b'"}', True),
        (b'{"description":"see ' + OTHER.replace("--", "\\u002d-").encode() + b'"}', True),
        (b'{"description":"caf\\u00e9 -- closed -- for ever"}', False),
        (b'{"command_line":"x --a --b --c"}', False),
        (b'{"extensions":{"extension-definition--31b940d4-6f7f-459a-80ea-9c1f17b58abc":{"a":"--x"}}}', False),
        (
            (
                b'{"extensions":{"extension-definition--31b940d4-6f7f-459a-80ea-9c1f17b58abc":{"a":"--x"}},"description":"'
                + OTHER.encode()
                + b'"}'
            ),
            True,
        ),
    ],
)
def test_an_id_in_the_text_of_what_names_nobody_is_told_all_the_same(raw: bytes, told: bool) -> None:
    own = "indicator--21b940d4-6f7f-459a-80ea-9c1f17b58abc"
    whole = raw[:-1] + f',"id":"{own}","object_marking_refs":["{TLP_IDS[Tlp.RED]}"]}}'.encode()
    one = msgspec.structs.replace(parsed(TLP_IDS[Tlp.RED], object_id=own), raw=whole)
    assert tells_ids(one) is told
    assert refs_of(one) is (Refs.OPAQUE if told else Refs.NONE)
    assert refs_of(msgspec.structs.replace(one, created_by="identity--x")) is Refs.NONE, (
        "it goes through the veil anyway"
    )


def test_what_else_of_an_object_is_looked_at() -> None:
    plain = read(parsed())
    assert (plain.attributed, plain.revoked, plain.channel, plain.quarantined, plain.stale) == (
        False,
        False,
        "file",
        False,
        False,
    )
    one = msgspec.structs.replace(parsed(), created_by="identity--x", revoked=True)
    found = label_of(one, 1, 2, Tlp.AMBER, {}, channel="taxii")
    assert (found.attributed, found.revoked, found.channel) == (True, True, "taxii")
    assert (found.source, found.collection, found.type) == (1, 2, "indicator")


def definition(extensions: dict[str, object]) -> Parsed:
    raw = msgspec.json.encode({"type": "marking-definition", "id": STATEMENT, "extensions": extensions})
    return msgspec.structs.replace(parsed(object_id=STATEMENT), raw=raw)


def test_a_handling_marking_goes_where_what_it_marks_goes() -> None:
    """Whoever reads it would learn whom it names."""
    names = {"extension_type": "property-extension", "not_releasable_to": ["jurisdiction:EE"]}
    assert read(definition({HANDLING_EXTENSION: names})).terms == ("not-to:jurisdiction:EE",)
    assert read(definition({HANDLING_EXTENSION: names | {"own": "word"}})).terms == ("unknown",)
    assert read(definition({HANDLING_EXTENSION: names, IEP_EXTENSION: {}})).terms == ("unknown",)
    assert read(definition({IEP_EXTENSION: {}})).terms == (), "what others say in markings is theirs to mark"
    other = msgspec.structs.replace(definition({HANDLING_EXTENSION: names}), type="indicator")
    assert read(other).terms == ()


def test_quarantine_tells_nothing_but_where_it_came_from() -> None:
    full = Label(
        1, 2, "indicator", Tlp.GREEN, assumed=True, terms=("pap:red",), circle=7, channel="taxii", revoked=True
    )
    assert quarantine_of(full) == Label(1, 2, "indicator", Tlp.RED, assumed=False, terms=(), circle=7, quarantined=True)
    assert quarantine_of(quarantine_of(full)) == quarantine_of(full)


# -- as text


@given(originals, originals)
def test_a_labels_text_is_its_own(one: Label, other: Label) -> None:
    assert Label.of_features(one.features()) == one
    assert (one.features() == other.features()) == (one == other)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Label) == one


def test_every_feature_is_in_the_text() -> None:
    one = Label(
        1, 2, "indicator", Tlp.AMBER_STRICT, assumed=True, terms=("orcon", "pap:red"), circle=7, channel="taxii"
    )
    one = msgspec.structs.replace(one, revoked=True, refs=Refs.GUESSABLE, attributed=True, scan=Scan.PERSONAL)
    one = msgspec.structs.replace(one, quarantined=True, stale=True, returned=True)
    assert one.features() == "v2|1|2|indicator|3|orcon,pap:red|7|taxii|2|personal|arcqst"
    assert Label.of_features(one.features()) == one
    one = msgspec.structs.replace(one, parts=(Part(None, ("orcon", "to:x")), Part(Tlp.RED)), lens="pact#0f")
    assert one.features() == "v2|1|2|indicator|3|orcon,pap:red|7|taxii|2|personal|arcqst|:orcon,to:x&4:|pact#0f"
    assert Label.of_features(one.features()) == one
    assert Label.of_features(one.plain.features()) == one.plain == msgspec.structs.replace(one, lens="")
    plain = Label(2, 1, "indicator", Tlp.CLEAR, assumed=False, terms=())
    for more, text in (({"lens": "pact#0f"}, "||pact#0f"), ({"parts": (Part(Tlp.RED),)}, "|4:|")):
        other = msgspec.structs.replace(plain, **more)
        assert other.features() == plain.features() + text
        assert Label.of_features(other.features()) == other
    assert plain.features() == "v2|2|1|indicator|0|||file|0||"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2|1|indicator|4|1|", Label(2, 1, "indicator", Tlp.RED, assumed=True, terms=(), stale=True)),
        (
            "v2|2|1|indicator|4|granular,orcon||file|0||",
            Label(2, 1, "indicator", Tlp.RED, assumed=False, terms=("granular", "orcon"), stale=True),
        ),
        (
            "1|9|malware|0|0|iep,statement|7",
            Label(1, 9, "malware", Tlp.CLEAR, assumed=False, terms=("iep", "statement"), circle=7, stale=True),
        ),
    ],
)
def test_what_was_written_in_an_earlier_form_is_stale(text: str, expected: Label) -> None:
    assert Label.of_features(text) == expected
