"""Writes what changes: claims that go, versions and claims that come, and the maker's own rows, in one transaction.

What is new stands at the end of the log, as everything that opens does. How a claim stood that goes is kept (``past``), and so is
the version it was of.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, cast

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label
from comity.kernel.store import past
from comity.kernel.store.bulk import Bulk
from comity.kernel.store.commit import TICK
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.index import index
from comity.kernel.store.labels import ShapeKey, Shapes
from comity.kernel.store.leaves import TAKE
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.plan import DIGEST_BYTES, ECHO, LARGE, LARGE_BYTES, MANY_CLAIMS, MANY_VERSIONS, UNDATED
from comity.kernel.store.twins import queue
from comity.kernel.store.twins.changes import VERSIONED, Change, Coming, reason_of
from comity.kernel.store.twins.rows import Kind, Rendition, text_of

_VERSIONS: Final = Bulk(
    "version", ("seq", "key", "modified", "creator", "same", "digest", "conflict", "raw"), "q 18s q i q 32s ? b"
)
_HELD: Final = Bulk("held", ("key", "modified", "digest", "version", "body"), "18s q 16s q q")
_CLAIMS: Final = Bulk(
    "claim", ("seq", "version", "body", "label", "shape", "source", "flags", "leaf"), "q q q i i i i q"
)
_AT = Sql("SELECT at FROM counter")
_LAST = Sql("SELECT coalesce(max(seq), 0) FROM version")
_NUMBERS = Sql("", "SELECT nextval('version_seq') FROM generate_series(1, :n)")
_DROP = Sql("DELETE FROM claim WHERE seq = :seq")
_SHAPE = Sql("UPDATE claim SET shape = :shape WHERE seq = :seq")
_COUNT = Sql("UPDATE label SET claims = claims + :by WHERE id = :label")
_KEEP_RENDITION = Sql(
    "INSERT INTO rendition (original, lens, label, generation, kind, form, source, version, claim, made, audience, reason) "
    "VALUES (:original, :lens, :label, :generation, :kind, :form, :source, :version, :claim, :made, :audience, :reason)"
)
_FEWER = Sql(
    "UPDATE rendition SET audience = :audience WHERE original = :original AND lens = :lens AND label = :label "
    "AND generation = :generation AND claim = :claim"
)
_DROP_RENDITION = Sql(
    "DELETE FROM rendition WHERE original = :original AND lens = :lens AND label = :label AND generation = :generation "
    "AND claim = :claim"
)
_KEEP_TWIN = Sql(
    "INSERT INTO twin (original, scope, generation, twin, created, modified, had, places) VALUES "
    "(:original, :scope, :generation, :twin, :created, :modified, :had, :places) "
    "ON CONFLICT (original, scope, generation) DO UPDATE SET modified = excluded.modified, had = excluded.had, "
    "places = excluded.places"
)
_NOT_KEPT = Sql("UPDATE twin_ref SET kept = false WHERE original = :original AND kept = true")
_REF = Sql(
    "INSERT INTO twin_ref (target, original, kept) VALUES (:target, :original, :kept) "
    "ON CONFLICT (target, original) DO UPDATE SET kept = excluded.kept"
)
_FORGET_REFS = Sql("DELETE FROM twin_ref WHERE original = :original")
_MENTIONED = "SELECT DISTINCT target FROM twin_ref WHERE target"
_STUBS_OF = "SELECT target, original, lens, label FROM twin_stub WHERE original"
_STUB = Sql(
    "INSERT INTO twin_stub (target, original, lens, label) VALUES (:target, :original, :lens, :label) "
    "ON CONFLICT (target, original, lens, label) DO NOTHING"
)
_DROP_STUB = Sql(
    "DELETE FROM twin_stub WHERE target = :target AND original = :original AND lens = :lens AND label = :label"
)
_BESIDE = (
    "SELECT h.key, c.seq, c.version, c.flags FROM held h JOIN claim c ON c.version = h.version "
    "WHERE h.body = h.version AND h.key"
)
_FLAGS = Sql("UPDATE claim SET flags = flags | :flags WHERE seq = :seq")
_DONE = Sql("DELETE FROM twin_todo WHERE spread = 0 AND key = :key AND mark = :mark")


class Writing:
    """Writes the changes of one piece of work, in the caller's transaction under the write lock."""

    def __init__(self, shapes: Shapes, clock: Clock, own: int, numbers: Mapping[Label, int]) -> None:
        self._shapes = shapes
        self._clock = clock
        self._own = own
        self._numbers = numbers

    def write(self, writer: Reader, changes: Sequence[Change]) -> dict[ShapeKey, int]:
        """All of it; the shapes that were made, to be remembered once this has committed."""
        now = max(self._clock.now(), writer.value(_AT) + 1)
        by_key = sorted(changes, key=_key)  # neighbours in the maker's own tables are written together
        going = [row for change in changes for row in change.going]
        retire(writer, going, now)
        shapes = self._write_claims(writer, changes, now)
        self._write_rows(writer, by_key)
        return shapes

    def _write_claims(self, writer: Reader, changes: Sequence[Change], now: Micros) -> dict[ShapeKey, int]:
        coming = [(change, one) for change in changes for one in change.coming if one.form.kind is not Kind.UNMADE]
        staying = [each for change in changes for each in change.staying]
        keys = {self._shape(one) for _, one in coming} | {self._shape(one) for _, one in staying}
        shapes = self._shapes.make(writer, keys)
        for row, _ in staying:
            past.keep(writer, row.claim, now)
        writer.many(_SHAPE, [{"seq": row.claim, "shape": shapes[self._shape(one)]} for row, one in staying])
        writer.many(
            _FEWER,
            [
                {
                    "original": row.original,
                    "lens": row.lens,
                    "label": row.label,
                    "generation": row.generation,
                    "claim": row.claim,
                    "audience": text_of(one.audience),
                }
                for row, one in staying
            ],
        )
        rows: list[dict[str, object]] = []
        if coming:
            self._write_versions(writer, [one for _, one in coming])
            before, _, at, _ = writer.one(TAKE, {"claims": len(coming), "leaves": 0, "now": now}) or (0, 0, 0, 0)
            writer.run(TICK, {"claim": before + 1, "at": at})
            claims = [
                self._claim(seq, one, shapes[self._shape(one)]) for seq, (_, one) in enumerate(coming, before + 1)
            ]
            _CLAIMS.write(writer, claims)
            rows = [self._rendition(change, one, seq, now) for seq, (change, one) in enumerate(coming, before + 1)]
            counts = Counter(self._numbers[one.form.under] for _, one in coming)
            writer.many(_COUNT, [{"label": label, "by": by} for label, by in sorted(counts.items())])
            self._flag(writer, coming)
        rows += [
            self._rendition(change, one, 0, now)
            for change in changes
            for one in change.coming
            if one.form.kind is Kind.UNMADE
        ]
        rows.sort(key=_original)
        writer.many(_KEEP_RENDITION, rows)
        return shapes

    def _shape(self, coming: Coming) -> ShapeKey:
        return self._numbers[coming.form.under], coming.needs

    def _write_versions(self, writer: Reader, coming: Sequence[Coming]) -> None:
        """The versions that are not there; forms of equal bytes (one notice in several collections) share one."""
        fresh = [one for one in coming if one.form.kind in VERSIONED and not one.version]
        shared: dict[tuple[bytes, Micros, bytes], list[Coming]] = {}
        for one in fresh:
            shared.setdefault(_identity(one), []).append(one)
        if not shared:
            return
        if writer.postgres:
            seqs = [row[0] for row in writer.all(_NUMBERS, {"n": len(shared)})]
        else:
            first = writer.value(_LAST) + 1
            seqs = list(range(first, first + len(shared)))
        versions, held, words = [], [], []
        for seq, ((key, modified, digest), those) in zip(seqs, shared.items(), strict=True):
            parsed = _parsed(those[0])
            versions.append((seq, key, modified, None, None, parsed.digest, False, parsed.raw))
            held.append((key, modified, digest, seq, seq))
            words.append((seq, modified, parsed))
            for one in those:
                one.version = seq
        _VERSIONS.write(writer, versions)
        _HELD.write(writer, sorted(held))
        index(writer, words)

    def _claim(self, seq: int, coming: Coming, shape: int) -> tuple[int, ...]:
        form, under = coming.form, self._numbers[coming.form.under]
        claim = form.claim
        if form.kind is Kind.PASS:
            assert claim is not None  # noqa: S101  a pass is a claim of the original's version
            return seq, claim.version, claim.body, under, shape, claim.source, claim.flags & ~ECHO, claim.leaf
        parsed = _parsed(coming)
        flags = (LARGE if len(parsed.raw) > LARGE_BYTES else 0) | (UNDATED if parsed.modified is None else 0)
        leaf = claim.leaf if claim is not None else 0
        return seq, coming.version, coming.version, under, shape, self._own, flags, leaf

    def _rendition(self, change: Change, coming: Coming, claim: int, now: Micros) -> dict[str, object]:
        form = coming.form
        source = form.claim.version if form.claim is not None else 0
        version = source if form.kind is Kind.PASS else coming.version
        return {
            "original": change.key,
            "lens": form.lens,
            "label": form.label,
            "generation": form.generation,
            "kind": int(form.kind),
            "form": self._numbers[form.under],
            "source": source,
            "version": version,
            "claim": claim,
            "made": now,
            "audience": text_of(coming.audience),
            "reason": reason_of(form),
        }

    @staticmethod
    def _flag(writer: Reader, coming: Sequence[tuple[Change, Coming]]) -> None:
        """Several claims of one version, several versions of one id: as every claim says it of itself."""
        keys = {_parsed(one).uuid + change.key[16:] for change, one in coming if one.form.kind in VERSIONED}
        claims: dict[bytes, list[tuple[int, int, int]]] = {}
        for key, seq, version, flags in rows_of(writer, _BESIDE, keys):
            claims.setdefault(bytes(key), []).append((seq, version, flags))
        flagged: list[dict[str, int]] = []
        for those in claims.values():
            versions = Counter(version for _, version, _ in those)
            for seq, version, flags in those:
                meant = (MANY_VERSIONS if len(versions) > 1 else 0) | (MANY_CLAIMS if versions[version] > 1 else 0)
                if meant & ~flags:
                    flagged.append({"seq": seq, "flags": meant})
        writer.many(_FLAGS, flagged)

    def _write_rows(self, writer: Reader, changes: Sequence[Change]) -> None:
        writer.many(
            _KEEP_TWIN,
            [
                {
                    "original": twin.original,
                    "scope": twin.scope,
                    "generation": twin.generation,
                    "twin": twin.twin,
                    "created": twin.created,
                    "modified": twin.modified,
                    "had": text_of(twin.had),
                    "places": text_of(twin.places),
                }
                for change in changes
                for twin in change.twins
            ],
        )
        self._spread(writer, {change.key: change.spreads for change in changes if change.spreads})
        writer.many(_NOT_KEPT, [{"original": change.key} for change in changes if change.had_any])
        writer.many(
            _REF,
            [
                {"target": target, "original": original, "kept": kept}
                for target, original, kept in sorted(
                    (target, change.key, kept) for change in changes for target, kept in (change.mentions or {}).items()
                )
            ],
        )
        writer.many(
            _FORGET_REFS,
            [{"original": change.key} for change in changes if change.mentions is None],
        )
        self._write_stubs(writer, changes)

    @staticmethod
    def _spread(writer: Reader, spreads: Mapping[bytes, int]) -> None:
        """Those who mention it are looked at again. What mentions it and was worked out along with it stands here already."""
        mentioned = {bytes(row[0]) for row in rows_of(writer, _MENTIONED, {key[:16] for key in spreads})}
        for steps in sorted(set(spreads.values())):
            keys = [key for key, own in spreads.items() if own == steps and key[:16] in mentioned]
            queue.add(writer, keys, steps)

    @staticmethod
    def _write_stubs(writer: Reader, changes: Sequence[Change]) -> None:
        wanted = {(target, change.key, lens, label) for change in changes for target, lens, label in change.stubs}
        held = {
            (bytes(target), bytes(original), lens, label)
            for target, original, lens, label in rows_of(writer, _STUBS_OF, [change.key for change in changes])
        }
        names = ("target", "original", "lens", "label")
        writer.many(_STUB, [dict(zip(names, row, strict=True)) for row in sorted(wanted - held)])
        writer.many(_DROP_STUB, [dict(zip(names, row, strict=True)) for row in sorted(held - wanted)])
        queue.add(writer, {row[0] for row in wanted ^ held}, queue.LOOK)


def retire(writer: Reader, rows: Sequence[Rendition], now: Micros) -> None:
    """Renditions that no longer stand: their claims go, and it is kept that they stood."""
    standing = [row for row in rows if row.claim]
    for row in standing:
        past.keep(writer, row.claim, now)
    writer.many(_DROP, [{"seq": row.claim} for row in standing])
    counts = Counter(row.form for row in standing)
    writer.many(_COUNT, [{"label": label, "by": -by} for label, by in sorted(counts.items())])
    writer.many(
        _DROP_RENDITION,
        [
            {
                "original": row.original,
                "lens": row.lens,
                "label": row.label,
                "generation": row.generation,
                "claim": row.claim,
            }
            for row in rows
        ],
    )


def done(writer: Reader, keys: Mapping[bytes, int]) -> None:
    """What has been looked at leaves the queue, unless it was asked for again since."""
    writer.many(_DONE, [{"key": key, "mark": mark} for key, mark in sorted(keys.items()) if mark >= 0])


def _key(change: Change) -> bytes:
    return change.key


def _original(row: Mapping[str, object]) -> bytes:
    return cast("bytes", row["original"])


def _identity(coming: Coming) -> tuple[bytes, Micros, bytes]:
    parsed = _parsed(coming)
    return parsed.uuid + coming.form.key[16:], coming.at, parsed.digest[:DIGEST_BYTES]


def _parsed(coming: Coming) -> Parsed:
    parsed = coming.form.parsed
    assert parsed is not None  # noqa: S101  of every form that is a version of its own
    return parsed
