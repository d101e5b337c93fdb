"""Reading what ``load`` is given: every form, packed or not; what is broken is named and the rest goes on."""

import gzip
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import zstandard

from comity.cli import sources
from comity.cli.sources import Raw, Source, Unread
from comity.kernel.base.errors import Invalid, NotFound

A = b'{"type":"x-a","n":1}'
B = b'{"type":"x-b","n":2}'
BUNDLE = b'{"type":"bundle","id":"bundle--0f6a2f1e-3c44-4a31-8f6f-0a5f2c1d9e77","objects":[' + A + b"," + B + b"]}"
ENVELOPE = b'{"objects":[' + A + b", " + B + b"]}"
PRETTY = json.dumps(json.loads(BUNDLE), indent=2).encode()


def read(path: Path) -> list[Raw | Unread]:
    return list(sources.objects(Source(str(path), path), io.BytesIO(), lambda _: None))


def bare(parts: Iterable[Raw | Unread]) -> list[tuple[str, object]]:
    return [(part.place, part.raw if isinstance(part, Raw) else part.error.code) for part in parts]


ONE_TWO = [("object 1", A), ("object 2", B)]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", A, [("object 1", A)]),
        ("a.json", b"\n\n" + A + b"\n", [("object 1", A)]),
        ("bundle.json", BUNDLE, ONE_TWO),
        ("envelope.json", ENVELOPE, ONE_TWO),
        ("lines.jsonl", A + b"\n" + B + b"\n", [("line 1", A), ("line 2", B)]),
        ("lines.json", A + b"\r\n\n" + B, [("line 1", A), ("line 3", B)]),
        ("one.jsonl", A + b"\n", [("line 1", A)]),
        ("bundles.jsonl", BUNDLE + b"\n" + A, [("line 1 object 1", A), ("line 1 object 2", B), ("line 2", A)]),
        ("broken.jsonl", b"{\n" + A + b"\n", [("line 1", b"{"), ("line 2", A)]),
        ("broken.jsonl", b'{"objects":[\n' + A, [("line 1", "not-json"), ("line 2", A)]),
        ("mixed.json", A + b"\nbroken\n" + B, [("line 1", A), ("line 2", b"broken"), ("line 3", B)]),
        ("cut.json", BUNDLE[:-5], [("start", "not-json")]),
        ("cut-pretty.json", PRETTY[:-5], [("start", "not-json")]),
        ("list.json", b"[" + A + b"]", [("start", "not-an-object")]),
        ("bom.json", b"\xef\xbb\xbf" + BUNDLE, [("start", "encoding")]),
        ("wide.json", BUNDLE.decode().encode("utf-16"), [("start", "encoding")]),
        ("empty.json", b"", [("start", "empty")]),
        ("blank.json", b" \n \n", [("start", "empty")]),
        ("no-objects.json", b"{}", []),
    ],
)
def test_forms(tmp_path: Path, name: str, content: bytes, expected: list[tuple[str, object]]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert bare(read(path)) == expected


def test_a_pretty_document_is_not_taken_for_lines(tmp_path: Path) -> None:
    path = tmp_path / "pretty.json"
    path.write_bytes(PRETTY)
    parts = read(path)
    assert [part.place for part in parts] == ["object 1", "object 2"]
    assert [json.loads(part.raw) for part in parts if isinstance(part, Raw)] == [json.loads(A), json.loads(B)]
    path.write_bytes(b'{"a": {}\n}')
    assert bare(read(path)) == [("start", "envelope-property")]


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstandard.compress}


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"lines.jsonl.{suffix}"
    path.write_bytes(PACKERS[suffix](A + b"\n" + B))
    assert bare(read(path)) == [("line 1", A), ("line 2", B)]


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_is_told_by_its_bytes_and_several_frames_are_one_stream(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "no-suffix"
    path.write_bytes(PACKERS[suffix](A + b"\n") + PACKERS[suffix](B + b"\n"))
    assert bare(read(path)) == [("line 1", A), ("line 2", B)]


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_and_cut_off_gives_what_came_and_says_so(tmp_path: Path, suffix: str) -> None:
    lines = b"".join(
        b'{"type":"x-a","n":%d,"s":"%s"}\n' % (n, str(n * 7919 % 10007).encode() * 20) for n in range(20_000)
    )
    path = tmp_path / f"lines.jsonl.{suffix}"
    path.write_bytes(PACKERS[suffix](lines)[:-2000])
    parts = read(path)
    assert isinstance(parts[-1], Unread)
    assert parts[-1].error.code == "unpack"
    assert all(isinstance(part, Raw) for part in parts[:-1])


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("filler", [b" ", b"\n", b"{}\n"])
def test_a_bomb_is_given_up_on(tmp_path: Path, suffix: str, filler: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "RATIO_FROM", 1 << 20)
    path = tmp_path / f"bomb.jsonl.{suffix}"
    path.write_bytes(PACKERS[suffix](filler * (8_000_000 // len(filler))))
    *_, last = read(path)
    assert isinstance(last, Unread)
    assert last.error.code == "bomb"


def test_a_line_without_end_is_given_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "DOCUMENT", 3 << 20)
    path = tmp_path / "long.jsonl"
    path.write_bytes(A + b"\n" + b"x" * (5 << 20) + b"\n" + B)
    assert bare(read(path)) == [("line 1", A), ("after line 1", "document-size")]


def test_standard_input() -> None:
    given = io.BytesIO(gzip.compress(BUNDLE))
    assert bare(sources.objects(Source("-", None), given, lambda _: None)) == ONE_TWO
    assert not given.closed


def test_folders_are_searched_in_order(tmp_path: Path) -> None:
    for name in ("b.json", "a/z.jsonl.gz", "a/y.txt", ".hidden.json", "c.NDJSON.zst", "d.json.bak"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(A)
    found = sources.sources([tmp_path, Path("-")])
    assert [Path(each.name).name for each in found] == ["z.jsonl.gz", "b.json", "c.NDJSON.zst", "-"]


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        sources.sources([tmp_path])
    with pytest.raises(NotFound):
        sources.sources([tmp_path / "no"])


def test_progress_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SEEN_EVERY", 1)
    path = tmp_path / "lines.jsonl.gz"
    path.write_bytes(gzip.compress((A + b"\n") * 1000))
    seen: list[int] = []
    list(sources.objects(Source(str(path), path), io.BytesIO(), seen.append))
    assert seen == sorted(seen)
    assert 0 < seen[-1] <= path.stat().st_size
