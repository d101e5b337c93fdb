"""Taking the words of what was erased out of what is written elsewhere: statements of events, answers of old submissions,
reasons of failures, what was typed at a command line.

The words (ids, values of observables, names) are kept as keyed digests, and only until this is done. A statement loses the
fields in which one stands and says so (``erased``); its leaf loses its salt, and remains as a commitment to what nobody can
tell any more.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from comity.kernel.objects.canonical import canonical
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.marks import Marks

GONE: Final = "[erased]"
LONGEST_WORD: Final = 2_000
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*--[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PARTS: Final = re.compile(r"[^\s'\"`,;()<>\[\]{}]+")

_ADD = Sql("INSERT INTO erasing (word, erasure) VALUES (:word, :erasure) ON CONFLICT (word) DO NOTHING")
_AMONG = "SELECT word FROM erasing WHERE word"
_FORGET = Sql("DELETE FROM erasing WHERE erasure = :erasure")
_EVENTS = Sql("SELECT leaf, statement FROM event WHERE leaf > :after ORDER BY leaf LIMIT :limit")
_SET_EVENT = Sql("UPDATE event SET statement = :statement WHERE leaf = :leaf")
_UNSALT = Sql("UPDATE leaf SET salt = NULL WHERE seq = :leaf")
_STATUSES = Sql("SELECT id, failures FROM status WHERE id > :after AND failures <> '[]' ORDER BY id LIMIT :limit")
_SET_STATUS = Sql("UPDATE status SET failures = :failures WHERE id = :id")
_REFUSALS = Sql("SELECT mirror, digest, object, reason FROM refusal")
_DROP_REFUSAL = Sql("DELETE FROM refusal WHERE mirror = :mirror AND digest = :digest")
_REASONS: Final = tuple(
    (
        Sql(f"SELECT {key}, reason FROM {table} WHERE reason <> ''"),
        Sql(f"UPDATE {table} SET reason = :text WHERE {key} = :key"),
    )
    for table, key in (("job", "id"), ("clock", "id"), ("follower", "name"), ("mirror", "id"))
)
_ENDED_JOBS = Sql("SELECT id, subject FROM job WHERE finished IS NOT NULL")
_DROP_JOB = Sql("DELETE FROM job WHERE id = :id")
_HOLDS = Sql("SELECT id, subject FROM hold WHERE kind = 'object' AND subject <> '' AND lifted IS NOT NULL")
_SET_HOLD = Sql("UPDATE hold SET subject = '', key = NULL WHERE id = :id")


def words_of(object_id: str, parsed: Parsed | None) -> set[str]:
    """What an object is found by in text: its id, the values of its observables, its name."""
    found = {object_id.lower()}
    if parsed is not None:
        found.update(value for _, value in parsed.observables)
        found.update(_named(parsed.raw))
    return {word for word in found if len(word) <= LONGEST_WORD}


def _named(raw: bytes) -> Iterator[str]:
    for word in msgspec.structs.astuple(msgspec.json.decode(raw, type=_Named, strict=False)):
        if isinstance(word, str) and len(word) > 3:
            yield word


class _Named(msgspec.Struct):
    """What people call an object by. Whatever else stands there is passed over."""

    name: Any = None
    value: Any = None
    display_name: Any = None
    account_login: Any = None


class Scrubber:
    """Looks for the words of open orders in text."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def learn(self, writer: Reader, erasure: int, words: Iterable[str]) -> None:
        """These are to be taken out, once the order comes to that."""
        rows = [{"word": self._digest(writer, word), "erasure": erasure} for word in sorted(set(words))]
        writer.many(_ADD, rows)

    @staticmethod
    def forget(writer: Reader, erasure: int) -> None:
        """Nothing is left to be taken out for an order."""
        writer.run(_FORGET, {"erasure": erasure})

    # -- what is gone through in pages

    def events(self, writer: Reader, after: int, limit: int) -> int | None:
        """Statements; up to which leaf, None where these were the last."""
        rows = writer.all(_EVENTS, {"after": after, "limit": limit})
        decoded = {leaf: msgspec.json.decode(statement) for leaf, statement in rows}
        known = self._known(writer, [text for one in decoded.values() for text in _strings(one)])
        for leaf, statement in decoded.items():
            hit = sorted(field for field, value in statement.items() if field != "kind" and self._hits(value, known))
            if hit:
                kept = {field: value for field, value in statement.items() if field not in hit}
                writer.run(_SET_EVENT, {"leaf": leaf, "statement": canonical({**kept, "erased": [*hit]}).decode()})
                writer.run(_UNSALT, {"leaf": leaf})
        return rows[-1][0] if len(rows) == limit else None

    def statuses(self, writer: Reader, after: str, limit: int) -> str | None:
        """Failures of submissions; up to which, None where these were the last."""
        rows = writer.all(_STATUSES, {"after": after, "limit": limit})
        decoded = {name: msgspec.json.decode(failures) for name, failures in rows}
        known = self._known(writer, [text for one in decoded.values() for text in _strings(one)])
        for name, failures in decoded.items():
            if any(self._hits(failure, known) for failure in failures):
                kept = [_blank(failure) if self._hits(failure, known) else failure for failure in failures]
                writer.run(_SET_STATUS, {"id": name, "failures": msgspec.json.encode(kept).decode()})
        return rows[-1][0] if len(rows) == limit else None

    # -- what is few

    def rest(self, writer: Reader) -> None:
        """Refusals of mirrors, reasons of failures, jobs that ended, holds that were lifted."""
        refusals = writer.all(_REFUSALS)
        known = self._known(writer, [text for row in refusals for text in row[2:]])
        for mirror, digest, object_id, reason in refusals:
            if self._hits(object_id, known) or self._hits(reason, known):
                writer.run(_DROP_REFUSAL, {"mirror": mirror, "digest": digest})
        for read, write in _REASONS:
            rows = writer.all(read)
            known = self._known(writer, [text for _, text in rows])
            for key, text in rows:
                if self._hits(text, known):
                    writer.run(write, {"key": key, "text": GONE})
        for read, write in ((_ENDED_JOBS, _DROP_JOB), (_HOLDS, _SET_HOLD)):
            rows = writer.all(read)
            known = self._known(writer, [text for _, text in rows])
            for key, text in rows:
                if self._hits(text, known):
                    writer.run(write, {"id": key})

    # -- finding

    def _known(self, reader: Reader, texts: Sequence[str]) -> dict[str, bytes]:
        """Of all words of some texts those that are to be taken out."""
        digests = {word: self._digest(reader, word) for text in texts for word in _words(text)}
        found = {bytes(row[0]) for row in rows_of(reader, _AMONG, digests.values())}
        return {word: digest for word, digest in digests.items() if digest in found}

    def _digest(self, reader: Reader, word: str) -> bytes:
        return self._marks.digest("word", word.lower(), connection=reader)

    @staticmethod
    def _hits(value: object, known: dict[str, bytes]) -> bool:
        return bool(known) and any(word in known for text in _strings(value) for word in _words(text))


def _strings(value: object) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _words(text: str) -> set[str]:
    """What may be a word in a text: the whole of it, its parts between blanks and quotes, and ids wherever they stand."""
    return {text[:LONGEST_WORD], text.strip("'\" ")[:LONGEST_WORD], *_PARTS.findall(text), *_ID.findall(text)}


def _blank(failure: dict[str, Any]) -> dict[str, Any]:
    return {**failure, "id": GONE, "message": GONE}
