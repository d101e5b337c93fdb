"""Leaves commit to statements that anyone can state again, and give nothing away."""

import json
from hashlib import sha256

from comity.kernel.ledger.leaf import SALT_BYTES, commitment, deleted, received
from comity.kernel.objects.canonical import canonical


def test_a_received_statement_is_canonical_json_that_says_what_came() -> None:
    head, middle, tail = received(
        channel="taxii",
        collection="00000000-0000-0000-0000-000000000001",
        at="2026-01-01T00:00:00.000000Z",
        source="alpha",
    )
    statement = f"{head}{'ab' * 32}{middle}indicator--x{tail}".encode()
    assert canonical(statement) == statement
    assert json.loads(statement) == {
        "channel": "taxii",
        "collection": "00000000-0000-0000-0000-000000000001",
        "digest": "sha256:" + "ab" * 32,
        "id": "indicator--x",
        "kind": "received",
        "received": "2026-01-01T00:00:00.000000Z",
        "source": "alpha",
    }


def test_a_deleted_statement_is_canonical_json_that_says_what_went() -> None:
    statement = deleted(
        collection="c", digest=b"\1" * 32, object_id="indicator--x", at="2026-01-01T00:00:00.000000Z", source="alpha"
    )
    assert canonical(statement) == statement
    assert json.loads(statement)["kind"] == "deleted"


def test_the_commitment_is_the_hash_that_the_docs_state() -> None:
    salt = bytes(range(SALT_BYTES))
    assert commitment(salt, b"{}") == sha256(b"comity leaf 1\x00" + salt + b"{}").digest()


def test_equal_statements_under_other_salts_share_nothing() -> None:
    assert commitment(b"\0" * SALT_BYTES, b"{}") != commitment(b"\1" * SALT_BYTES, b"{}")
