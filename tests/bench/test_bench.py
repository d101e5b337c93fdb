"""What the benchmarks stand on: a corpus that is the same everywhere, a client that counts, ratios the right way round."""

import hashlib
import re
import sqlite3
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from bench.__main__ import arguments
from bench.client import Endpoint
from bench.corpus import objects
from bench.driver import query
from bench.figures import Figure, Figures, table
from bench.limits import bare_inserts
from bench.slices import Slice, always_modified, never_version, prepare
from bench.targets import targets
from comity.kernel.objects.parse import parse_all
from comity.kernel.objects.parsed import Parsed


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return list(objects(2000))


def test_the_corpus_is_the_same_everywhere(lines: list[bytes]) -> None:
    assert hashlib.sha256(b"\n".join(lines)).hexdigest()[:16] == "9cbf0bab0f25766c"
    assert list(objects(150)) == lines[:150]


def test_the_corpus_is_accepted_without_findings(lines: list[bytes]) -> None:
    parsed = parse_all(lines)
    assert all(isinstance(each, Parsed) and not each.warnings for each in parsed)


def test_references_point_backwards_and_no_version_comes_twice(lines: list[bytes]) -> None:
    known: set[str] = set()
    versions = set()
    for line in lines:
        held = msgspec.json.decode(line)
        ends = (key for key in held if key.endswith(("_ref", "_refs")))
        for value in (held[key] for key in ends):
            assert set([value] if isinstance(value, str) else value) <= known
        known.add(held["id"])
        versions.add((held["id"], held.get("modified")))
    assert len(versions) == len(lines) > len(known)


def test_a_prepared_corpus_serves_smaller_sizes_and_replaces_them(tmp_path: Path) -> None:
    small = prepare(tmp_path, 100)
    large = prepare(tmp_path, 250)
    assert not small.exists()
    assert prepare(tmp_path, 100) == large
    part = Slice(large, 120, start=100)
    counts = [count for count, _ in part.envelopes(50)]
    assert counts == [50, 50, 20]
    assert list(part.lines()) == list(islice(objects(220), 100, None))


def test_objects_are_changed_only_where_a_peer_needs_it(lines: list[bytes]) -> None:
    assert all(b'"modified":' in always_modified(line) for line in lines)
    certificate = next(line for line in lines if b'"type":"x509-certificate"' in line)
    assert "version" not in msgspec.json.decode(never_version(certificate))
    assert never_version(lines[40]) == lines[40]


def test_only_loopback_is_measured() -> None:
    with pytest.raises(ValueError, match="not on loopback"):
        Endpoint(80, "/", "", host="192.0.2.1")


def test_filters_are_written_as_taxii_has_them() -> None:
    assert query("objects/", match_type="report", limit=5) == "objects/?match%5Btype%5D=report&limit=5"


def test_ratios_say_how_many_times_better() -> None:
    figures = Figures()
    for subject, rate, wait in (("comity", 3000.0, 2.0), ("opentaxii", 100.0, 30.0)):
        figures.add(Figure("ingest, envelopes of 1000", subject, "sqlite", 10_000, rate, "obj/s"))
        figures.add(Figure("empty poll", subject, "sqlite", 10_000, wait, "ms"))
    shown = table(figures)
    assert re.search(r"ingest.*3,000 \(30x\)\s+100$", shown, re.MULTILINE)
    assert re.search(r"empty poll.*2.00 \(15x\)\s+30.0$", shown, re.MULTILINE)
    held = {target.name: target for target in targets(figures, (10_000,))}
    assert held["ingest on sqlite / OpenTAXII on sqlite, 10k"].verdict == "ok"
    assert held["ingest on postgresql / OpenTAXII on sqlite, 10k"].verdict == "-"


def test_bare_inserts_write_every_row_again(tmp_path: Path) -> None:
    finished = tmp_path / "finished.db"
    with sqlite3.connect(finished) as database:
        database.execute("CREATE TABLE version (seq INTEGER PRIMARY KEY, raw BLOB)")
        database.execute("CREATE TABLE held (key BLOB PRIMARY KEY, version INTEGER) WITHOUT ROWID")
        database.execute("CREATE VIRTUAL TABLE search USING fts5(words, content='', detail='none')")
        for number in range(2500):
            database.execute("INSERT INTO version VALUES (?, ?)", (number, b"x" * 50))
            database.execute("INSERT INTO held VALUES (?, ?)", (bytes(reversed(number.to_bytes(4))), number))
            database.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, f"word{number} common"))
    database.close()
    assert bare_inserts(finished, tmp_path, 2500, runs=1) > 0
    with sqlite3.connect(tmp_path / "bare.db") as again:
        assert again.execute("SELECT count(*) FROM version").fetchone() == (2500,)
        assert again.execute("SELECT count(*) FROM held").fetchone() == (2500,)
        assert again.execute("SELECT rowid FROM search WHERE search MATCH 'word1234'").fetchall() == [(1234,)]
        assert len(again.execute("SELECT rowid FROM search WHERE search MATCH 'common'").fetchall()) == 2500
    again.close()


def test_sizes_are_read_as_people_write_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments(["--sizes", "1m,10k"]).sizes == (10_000, 1_000_000)
    with pytest.raises(SystemExit):
        arguments(["--databases", "oracle"])
    assert "oracle is none of sqlite, postgresql" in capsys.readouterr().err
