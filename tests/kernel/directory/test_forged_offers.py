"""Offers and answers as an attacker makes them: in our name, with keys of others, by an author who signed nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.kernel.base.errors import Conflict, Invalid, Refused
from comity.kernel.base.ids import system_random, uuid4
from comity.kernel.directory.agreements import State
from comity.kernel.directory.files import bundle_of
from comity.kernel.ledger.signing import Keys, sign
from comity.kernel.policy.agreement.objects import (
    PURPOSE,
    SIGNATURE_TYPE,
    TYPE,
    Carried,
    decode_agreement,
    encode_agreement,
    sign_agreement,
)
from comity.kernel.policy.agreement.reading import read
from tests.kernel.directory.nodes import BY, DAY, IDENTITIES, NOW, Side

MALLORY = Keys(b"\x0f" * 32, b"\x0e" * 32)
THIRD = "identity--33333333-3333-4333-8333-333333333333"


@pytest.fixture
def home(empty: Path, tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "home", empty, "home", 1)
    yield side
    side.close()


@pytest.fixture
def harbour(empty: Path, tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "harbour", empty, "harbour", 3)
    yield side
    side.close()


@pytest.fixture
def carried(home: Side) -> Carried:
    """What home would offer."""
    return written(home, by=IDENTITIES["home"])


def written(home: Side, *, by: str, **changes: str) -> Carried:
    text = home.text(**changes)
    raw = encode_agreement(
        read(text), id=f"{TYPE}--{uuid4(system_random)}", by=by, created=NOW, modified=NOW, text=text
    )
    return decode_agreement(raw)


def signature(carried: Carried, by: str, keys: Keys, *, purpose: str = PURPOSE, public: Keys | None = None) -> bytes:
    return sign_agreement(
        carried,
        id=f"{SIGNATURE_TYPE}--{uuid4(system_random)}",
        by=by,
        at=NOW,
        public=(public or keys).public,
        sign=lambda statement: sign(keys, purpose, statement),
    )


def bundle(*raws: bytes) -> bytes:
    return bundle_of(raws, system_random)


def nothing_was_kept(side: Side) -> bool:
    return side.directory.agreements.all() == () and side.directory.collections.find("agreements") is None


def test_a_sound_offer_is_taken(home: Side, harbour: Side, carried: Carried) -> None:
    offer = bundle(carried.raw, signature(carried, IDENTITIES["home"], home.keys))
    assert harbour.directory.offers.accept(offer, by=BY)


def test_nobody_is_the_first_to_sign_in_our_name(home: Side, harbour: Side, carried: Carried) -> None:
    theirs = signature(carried, IDENTITIES["home"], home.keys)
    forged = bundle(carried.raw, theirs, signature(carried, IDENTITIES["harbour"], MALLORY))
    with pytest.raises(Refused, match="other keys than before"):
        harbour.directory.offers.read(forged)
    with pytest.raises(Refused, match="other keys than before"):
        harbour.directory.offers.accept(forged, by=BY, fingerprint=home.keys.public.fingerprint)
    with pytest.raises(Refused):
        harbour.directory.offers.accept(forged, by=BY, fingerprint=MALLORY.public.fingerprint)
    assert nothing_was_kept(harbour)
    honest = bundle(carried.raw, theirs, signature(carried, IDENTITIES["harbour"], harbour.keys))
    answer = json.loads(harbour.directory.offers.accept(honest, by=BY))
    assert len(answer["objects"]) == 1


def test_keys_of_one_party_are_not_another_s(home: Side, harbour: Side, carried: Carried) -> None:
    ours = bundle(carried.raw, signature(carried, IDENTITIES["home"], harbour.keys))
    with pytest.raises(Refused, match="keys of another party"):
        harbour.directory.offers.read(ours)
    harbour.directory.parties.set_identity("third", THIRD)
    harbour.directory.offers.accept(bundle(carried.raw, signature(carried, IDENTITIES["home"], home.keys)), by=BY)
    changes = {f'identity = "{IDENTITIES["home"]}"': f'identity = "{THIRD}"', 'name = "ours"': 'name = "another"'}
    other = written(home, by=THIRD, **changes)
    with pytest.raises(Refused, match="third signed with the keys of another party"):
        harbour.directory.offers.read(bundle(other.raw, signature(other, THIRD, home.keys)))


def test_whoever_writes_signs(home: Side, harbour: Side) -> None:
    for author in (IDENTITIES["harbour"], THIRD):
        carried = written(home, by=author)
        with pytest.raises(Invalid, match="who has not signed it"):
            harbour.directory.offers.accept(
                bundle(carried.raw, signature(carried, IDENTITIES["home"], home.keys)), by=BY
            )
    assert nothing_was_kept(harbour)


def test_a_signature_for_another_purpose_or_by_half_the_keys_is_none(
    home: Side, harbour: Side, carried: Carried
) -> None:
    half = Keys(home.keys.ed25519, MALLORY.mldsa65)
    for forged in (
        signature(carried, IDENTITIES["home"], home.keys, purpose="receipt"),
        signature(carried, IDENTITIES["home"], half, public=home.keys),
        signature(carried, IDENTITIES["home"], MALLORY, public=home.keys),
    ):
        with pytest.raises(Refused, match="does not hold"):
            harbour.directory.offers.accept(bundle(carried.raw, forged), by=BY)
    assert nothing_was_kept(harbour)


def test_an_earlier_offer_brings_nothing_back(home: Side, harbour: Side) -> None:
    home.directory.agreements.apply(home.text(), by=BY)
    first = home.directory.offers.offer("ours")
    harbour.directory.offers.accept(first, by=BY)
    for side in (home, harbour):
        side.clock.forward(DAY)
    home.directory.agreements.apply(home.text(**{'tlp = "amber"': 'tlp = "green"'}), by=BY)
    harbour.directory.offers.accept(home.directory.offers.offer("ours"), by=BY)
    with pytest.raises(Conflict, match="later version"):
        harbour.directory.offers.accept(first, by=BY)
    assert "green" in harbour.directory.agreements.get("ours").text


def test_what_we_withdrew_stays_withdrawn_when_its_offer_comes_again(home: Side, harbour: Side) -> None:
    home.directory.agreements.apply(home.text(), by=BY)
    offer = home.directory.offers.offer("ours")
    answer = harbour.directory.offers.accept(offer, by=BY)
    home.directory.offers.answered(answer, by=BY)
    harbour.directory.agreements.withdraw("ours", by=BY)
    home.directory.agreements.withdraw("ours", by=BY)
    with pytest.raises(Conflict, match="withdrawn"):
        harbour.directory.offers.accept(offer, by=BY)
    with pytest.raises(Conflict, match="withdrawn"):
        home.directory.offers.answered(answer, by=BY)
    for side in (home, harbour):
        assert side.directory.agreements.state(side.directory.agreements.get("ours")) is State.WITHDRAWN


def test_an_answer_under_another_version_is_none(home: Side, harbour: Side) -> None:
    home.directory.agreements.apply(home.text(), by=BY)
    answer = harbour.directory.offers.accept(home.directory.offers.offer("ours"), by=BY)
    home.clock.forward(DAY)
    home.directory.agreements.apply(home.text(**{"days = 730": "days = 30"}), by=BY)
    with pytest.raises(Conflict, match="earlier version"):
        home.directory.offers.answered(answer, by=BY)
    assert home.directory.agreements.get("ours").theirs is None


@pytest.mark.parametrize(
    "change",
    [
        {"revoked": True},
        {"annex": "what nobody reads"},
        {"form": "agreement/2"},
        {"extensions": {}},
        {"granular_markings": []},
    ],
)
def test_what_nobody_knows_the_meaning_of_is_not_signed(
    home: Side, harbour: Side, carried: Carried, change: dict[str, Any]
) -> None:
    """However well it is signed: a later form may mean more by it than this node reads."""
    raw = msgspec.json.encode({**json.loads(carried.raw), **change})
    with pytest.raises(Invalid):
        decode_agreement(raw)
    with pytest.raises(Invalid):
        harbour.directory.offers.accept(bundle(raw, signature(carried, IDENTITIES["home"], home.keys)), by=BY)
    assert nothing_was_kept(harbour)
