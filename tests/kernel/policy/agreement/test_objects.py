"""Agreements and signatures as objects: what goes in comes out, what was touched is refused, others can read them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from stix2validator import ValidationOptions, validate_string

from comity.kernel.base.errors import Invalid
from comity.kernel.ledger import signing
from comity.kernel.ledger.signing import Keys
from comity.kernel.objects.canonical import canonical
from comity.kernel.objects.extensions import AGREEMENT, AGREEMENT_SIGNATURE, EXTENSIONS
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.articles import Agreement, Signatory
from comity.kernel.policy.agreement.objects import (
    PURPOSE,
    decode_agreement,
    decode_signature,
    digest_of,
    encode_agreement,
    milliseconds,
    sign_agreement,
)
from comity.kernel.policy.agreement.templates import TEMPLATES, fill
from comity.kernel.policy.agreement.writing import write
from tests.kernel.policy.agreement.strategies import agreements

# The validator uses a name of jsonschema that is deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

OPTIONS = ValidationOptions(version="2.1", silent=True, strict=True)
ID = f"agreement--{UUID(int=1, version=4)}"
SIGNATURE = f"agreement-signature--{UUID(int=2, version=4)}"
OURS = f"identity--{UUID(int=3, version=4)}"
THEIRS = f"identity--{UUID(int=4, version=4)}"
AT = 1_795_314_787_654_321
KEYS = Keys(bytes(range(32)), bytes(range(32, 64)))
DEAL = fill(
    "bilateral-csirt",
    Signatory(name="One", jurisdiction="KR", identity=OURS),
    Signatory(name="Two", jurisdiction="EE", identity=THEIRS),
    name="one-two",
    today=AT,
)


def encoded(agreement: Agreement = DEAL, **more: Any) -> bytes:
    return encode_agreement(agreement, **{"id": ID, "by": OURS, "created": AT, "modified": AT + 5_000_000, **more})


def signed(raw: bytes, keys: Keys = KEYS) -> bytes:
    return sign_agreement(
        decode_agreement(raw),
        id=SIGNATURE,
        by=THEIRS,
        at=AT,
        public=keys.public,
        sign=lambda statement: signing.sign(keys, PURPOSE, statement),
    )


def holds(raw: bytes) -> bool:
    held = decode_signature(raw)
    return signing.verify(held.public, PURPOSE, held.statement, held.signatures)


def changed(raw: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    held = json.loads(raw)
    change(held)
    return json.dumps(held).encode()


@given(agreements())
def test_what_goes_in_comes_out(agreement: Agreement) -> None:
    raw = encoded(agreement)
    held = decode_agreement(raw)
    assert held.agreement == agreement
    assert (held.id, held.by, held.raw) == (ID, OURS, raw)
    assert (held.created, held.modified) == (milliseconds(AT), milliseconds(AT + 5_000_000))
    assert encode_agreement(agreement, id=ID, by=OURS, created=held.created, modified=held.modified) == raw


def test_equal_agreements_have_equal_bytes() -> None:
    again = decode_agreement(encoded()).agreement
    assert again == DEAL
    assert again is not DEAL
    assert encoded(again) == encoded()


def test_the_text_stays_as_it_was_written() -> None:
    text = "# drafted on a train\n" + write(DEAL)
    held = decode_agreement(encoded(text=text))
    assert held.text == text
    assert held.digest != decode_agreement(encoded()).digest
    with pytest.raises(Invalid):
        encoded(text=text.replace('tlp = "amber"', 'tlp = "green"'))


def test_the_digest_is_of_the_content_not_of_its_writing() -> None:
    raw = encoded()
    spread = json.dumps(json.loads(raw), indent=3).encode()
    assert digest_of(spread) == digest_of(raw) == decode_agreement(spread).digest
    assert canonical(raw) == raw


TOUCHES: list[Callable[[dict[str, Any]], object]] = [
    lambda held: held.update(title="Another"),
    lambda held: held.update(name="another"),
    lambda held: held.update(template="eu-rok"),
    lambda held: held.pop("template"),
    lambda held: held.pop("text"),
    lambda held: held.update(text="# nothing"),
    lambda held: held.update(text=3),
    lambda held: held["articles"].pop(),
    lambda held: held["articles"][2].update(tlp="red"),
    lambda held: held["articles"][1].update(until="2099-01-01T00:00:00.000Z"),
    lambda held: held["signatories"][0].update(jurisdiction="EE"),
    lambda held: held.pop("created_by_ref"),
    lambda held: held.update(type="report", id=ID.replace("agreement", "report")),
    lambda held: held.update(modified="yesterday"),
    lambda held: held.update(revoked=True),
    lambda held: held.update(annex="what nobody reads"),
    lambda held: held.update(form="agreement/2"),
    lambda held: held.pop("form"),
    lambda held: held.pop("extensions"),
    lambda held: held["extensions"].update({AGREEMENT_SIGNATURE: {"extension_type": "new-sdo"}}),
    lambda held: held["extensions"][AGREEMENT].update(extension_type="new-sco"),
]


@pytest.mark.parametrize("touch", TOUCHES, ids=range(len(TOUCHES)))
def test_an_agreement_that_was_touched_is_refused(touch: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(Invalid):
        decode_agreement(changed(encoded(), touch))


def test_a_signature_holds_for_the_version_it_names() -> None:
    raw = encoded()
    carried, held = decode_agreement(raw), decode_signature(signed(raw))
    assert holds(held.raw)
    assert held.is_of(carried)
    assert (held.by, held.at, held.agreement, held.version) == (THEIRS, milliseconds(AT), ID, carried.modified)
    for other in (
        encoded(modified=AT + 6_000_000),
        encoded(id=ID[:-1] + "f"),
        encoded(text="#\n" + write(DEAL)),
    ):
        assert not held.is_of(decode_agreement(other))


SIGNATURE_TOUCHES: list[Callable[[dict[str, Any]], object]] = [
    lambda held: held.update(created_by_ref=OURS),
    lambda held: held.update(agreement_ref=ID[:-1] + "f"),
    lambda held: held.update(agreement_modified="2027-01-01T00:00:00.000Z"),
    lambda held: held.update(agreement_digest="sha256:" + "0" * 64),
    lambda held: held.update(created="2026-01-01T00:00:00.000Z", modified="2026-01-01T00:00:00.000Z"),
    lambda held: held["public_keys"][0].update(value="AAAA"),
    lambda held: held["signatures"][0].update(value="AAAA"),
    lambda held: held["signatures"][1].update(value=held["signatures"][1]["value"].replace("A", "B")),
]


@pytest.mark.parametrize("touch", SIGNATURE_TOUCHES, ids=range(len(SIGNATURE_TOUCHES)))
def test_a_signature_that_was_touched_does_not_hold(touch: Callable[[dict[str, Any]], object]) -> None:
    assert not holds(changed(signed(encoded()), touch))


UNREADABLE: list[Callable[[dict[str, Any]], object]] = [
    lambda held: held["signatures"].pop(),
    lambda held: held["signatures"].reverse(),
    lambda held: held["signatures"].append({"algorithm": "rsa", "value": "AAAA"}),
    lambda held: held["signatures"][1].update(algorithm="ed25519"),
    lambda held: held["signatures"][0].update(value="?"),
    lambda held: held["signatures"][0].update(value=3),
    lambda held: held["signatures"][0].pop("value"),
    lambda held: held.update(signatures="none"),
    lambda held: held.pop("public_keys"),
    lambda held: held.update(agreement_digest="md5:" + "0" * 64),
    lambda held: held.update(agreement_modified="then"),
    lambda held: held.pop("agreement_ref"),
    lambda held: held.update(confidence=3),
    lambda held: held.update(revoked=True),
    lambda held: held.pop("extensions"),
    lambda held: held.update(type="agreement", id=ID),
]


@pytest.mark.parametrize("touch", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_is_no_whole_signature_is_refused(touch: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(Invalid):
        decode_signature(changed(signed(encoded()), touch))


def test_what_is_no_object_is_refused() -> None:
    for raw in (b"", b"{}", b"[1]", b"\xff"):
        with pytest.raises(Invalid):
            decode_agreement(raw)
        with pytest.raises(Invalid):
            decode_signature(raw)


def test_a_signature_of_other_keys_is_theirs() -> None:
    other = Keys(bytes(32), bytes(32))
    held = decode_signature(signed(encoded(), other))
    assert signing.verify(other.public, PURPOSE, held.statement, held.signatures)
    assert not signing.verify(KEYS.public, PURPOSE, held.statement, held.signatures)


@pytest.mark.parametrize("slug", TEMPLATES)
def test_others_can_read_them(slug: str) -> None:
    raw = encoded(fill(slug, *DEAL.signatories, name="one-two", today=AT))
    for each in (raw, signed(raw)):
        parsed = parse(each)
        assert isinstance(parsed, Parsed)
        assert parsed.warnings == ()
        result = validate_string(each.decode(), OPTIONS)
        assert result.is_valid, result.errors
        assert not result.warnings


def test_they_are_known_extensions_of_ours(tmp_path: Path) -> None:
    assert EXTENSIONS[AGREEMENT].types == ("agreement",)
    assert EXTENSIONS[AGREEMENT_SIGNATURE].types == ("agreement-signature",)
    parsed = parse(signed(encoded()))
    assert isinstance(parsed, Parsed)
    assert parsed.refs == (ID,)
