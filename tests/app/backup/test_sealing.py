"""The outer form of a backup: what was written is read, and nothing else ever is."""

import io
import secrets

import pytest

from comity.app.backup.sealing import CHUNK, MAGIC, TAG, Opener, Sealer
from comity.kernel.base.errors import Invalid

SECRET = bytes(range(32))


def sealed(content: bytes, secret: bytes = SECRET) -> bytes:
    file = io.BytesIO()
    sealer = Sealer(file, secret=secret, key="k", period="2026-11", random=secrets.token_bytes)
    for start in range(0, len(content), 10_000):
        sealer.write(content[start : start + 10_000])
    sealer.close()
    return file.getvalue()


def opened(data: bytes, secret: bytes = SECRET) -> bytes:
    opener = Opener(io.BytesIO(data))
    opener.unlock(secret)
    found = bytearray()
    while piece := opener.read(7919):
        found += piece
    return bytes(found)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_what_was_written_is_read(size: int) -> None:
    content = secrets.token_bytes(size)
    assert opened(sealed(content)) == content


def test_the_same_content_looks_different_each_time() -> None:
    assert sealed(b"x" * 100)[-50:] != sealed(b"x" * 100)[-50:]


def test_a_flipped_bit_anywhere_is_found() -> None:
    data = sealed(secrets.token_bytes(CHUNK + 50))
    head = data.index(b"\n", len(MAGIC)) + 1
    places = [*range(head), *range(head, head + 40), *range(head, len(data), 997), len(data) - 1]
    for place in places:
        for bit in (1, 128):
            changed = bytearray(data)
            changed[place] ^= bit
            with pytest.raises(Invalid) as caught:
                opened(bytes(changed))
            assert caught.value.code in {"backup-damaged", "no-backup"}, place


def test_a_file_that_was_cut_off_anywhere_is_found() -> None:
    data = sealed(secrets.token_bytes(2 * CHUNK + 50))
    head = data.index(b"\n", len(MAGIC)) + 1
    borders = [head + number * (CHUNK + TAG) for number in range(3)]
    for end in (*range(0, head, 7), *borders, *(border + 1 for border in borders), borders[1] - 1, len(data) - 1):
        with pytest.raises(Invalid) as caught:
            opened(data[:end])
        assert caught.value.code in {"backup-damaged", "no-backup"}, end
    with pytest.raises(Invalid, match="cut off: its end is missing"):
        opened(data[: borders[2]])


def test_what_is_added_moved_or_taken_from_another_backup_is_found() -> None:
    data = sealed(secrets.token_bytes(3 * CHUNK + 50))
    other = sealed(secrets.token_bytes(3 * CHUNK + 50))
    head = data.index(b"\n", len(MAGIC)) + 1
    step = CHUNK + TAG
    first, second = data[head : head + step], data[head + step : head + 2 * step]
    for changed in (
        data + b"x",
        data + first,
        data[:head] + second + first + data[head + 2 * step :],
        data[:head] + data[head + step :],
        data[:head] + first + other[head + step :],
        other[:head] + data[head:],
    ):
        with pytest.raises(Invalid, match="damaged"):
            opened(changed)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Invalid):
        opened(sealed(b"content"), bytes(32))


def test_nothing_is_given_out_before_a_key() -> None:
    with pytest.raises(Invalid):
        Opener(io.BytesIO(sealed(b"content"))).read()
