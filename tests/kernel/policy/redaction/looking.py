"""What the tests of redaction share: a maker that knows fates, lenses of one profile, and looking for what must not be left."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.objects.text import strings
from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.redaction import Fate, Pseudonyms, Remade, Stamp, Unmade, remake, traces
from tests.kernel.objects.samples import raw_of

NOW = 1_795_299_600_000_000
US = "identity--b4c06f8e-9f5c-4e6a-8a3c-0c8c7d7f1b11"
STAMP = Stamp(NOW, NOW + 1000, US)
KEY = b"k" * 32


class Maker(Pseudonyms, frozen=True):
    """Pseudonyms, and what becomes of references: one fate for all but those named."""

    all: Fate = Fate.KEEP
    some: Mapping[str, Fate] = {}

    def reference(self, object_id: str) -> Fate:
        return self.some.get(object_id, self.all)


KEEPING = Maker(KEY)
HIDING = Maker(KEY, Fate.PSEUDONYM)
STRIPPING = Maker(KEY, Fate.STRIP)


def lens(*rules: Rule, **more: Any) -> Lens:
    return Lens("agreement", profiles=(Profile("tried", rules),) if rules else (), **more)


def parsed(held: Mapping[str, Any]) -> Parsed:
    result = parse(raw_of(held))
    assert isinstance(result, Parsed), result.reason()
    return result


def looked_at(
    held: Mapping[str, Any],
    through: Lens,
    naming: Maker = KEEPING,
    *,
    also: tuple[str, ...] = (),
    markings: Mapping[str, Part] | None = None,
) -> Remade | Unmade:
    """The object through the lens; what is made is sound: read again it is the same, and nothing dropped is in it."""
    result = remake(parsed(held), through, naming, STAMP, also=also, markings=markings)
    if isinstance(result, Remade):
        assert parse(result.raw) == result.parsed
        assert remake(parsed(held), through, naming, STAMP, also=also, markings=markings) == result
        assert left(result.raw, result.dropped) == []
    return result


def made(held: Mapping[str, Any], *rules: Rule, naming: Maker = KEEPING, **more: Any) -> dict[str, Any]:
    """What the object becomes, without the twin's extension."""
    result = looked_at(held, lens(*rules), naming, **more)
    assert isinstance(result, Remade), str(result.reason)
    return plain(result)


def unmade(held: Mapping[str, Any], *rules: Rule, naming: Maker = KEEPING, **more: Any) -> str:
    """Why it does not become anything."""
    result = looked_at(held, lens(*rules), naming, **more)
    assert isinstance(result, Unmade), result.raw
    return str(result.reason)


def plain(result: Remade) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(result.raw)
    del made["extensions"]
    return made


def texts_of(raw: bytes) -> str:
    """All there is to read in an object: its bytes, and every string in it."""
    return "\n".join((raw.decode(), *strings(json.loads(raw))))


def left(raw: bytes, values: Iterable[str]) -> list[tuple[str, str]]:
    """The values that are left, each with the form in which it is."""
    texts = texts_of(raw)
    return [(value, form) for value in values for form in traces(value) if form in texts]
