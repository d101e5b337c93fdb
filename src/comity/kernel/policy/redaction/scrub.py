"""Scrubbing: what must not be left, taken out of texts wherever and however it is written there.

Lives here: the values that are known (``learn``), those that are found by their form (``meet``), what takes the place of each
(``Act``), and cleaning one text. Not here: which leaves of an object are cleaned and what becomes of a leaf that can't hold what
came out (``redaction.leaves``).
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_network
from typing import Final, Literal

import msgspec

from comity.kernel.objects.observables import normalise
from comity.kernel.policy.redaction.finding import found
from comity.kernel.policy.redaction.naming import Naming
from comity.kernel.policy.redaction.needles import Index, Needle, needle
from comity.kernel.policy.redaction.outcome import REDACTED
from comity.kernel.policy.redaction.traces import names_of
from comity.kernel.policy.redaction.views import View, read, readings, views

Act = Literal["drop", "pseudonymise", "network"]
"""What is done to a value."""

WORDS: Final[dict[Act, str]] = {"drop": "dropped", "pseudonymise": "pseudonymised", "network": "generalised"}
"""What a twin says of it."""

_IPV4_BITS: Final = 24
_IPV6_BITS: Final = 48
_ROUNDS: Final = 4
_LONGEST_URL: Final = 2_000
_CLOSING: Final = ".,;:!?)'"
"""What ends a sentence, not a URL."""
_DEPTH: Final = 2
"""How often what was encoded may have been encoded before."""
_REMEMBERED: Final = 32
_BLANKS: Final = b"\t\n\r"
_SHORTEST_RUN: Final = 16

_urls = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'`{}|^]*+").finditer
_addresses = re.compile(r"[^\s<>\"'(),;:\[\]]{1,64}@[^\s<>\"'(),;]{1,255}").finditer
_runs = re.compile(r"[A-Za-z0-9+/_-]{16,}+={0,2}").finditer
_hex_runs = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}){8,}+(?![0-9A-Za-z])").finditer
_repeated = re.compile(rf"{re.escape(REDACTED)}(?:\s*{re.escape(REDACTED)})+").sub
_parts = re.compile(r"[A-Za-z0-9]{16,}+").finditer
_in_word = re.compile(r"[a-z0-9_]").fullmatch
_unprintable = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]").search


class Span(msgspec.Struct, frozen=True, order=True):
    """A part of a text to be replaced. ``made`` is what takes its place; None: it is dropped. ``word``: what that is."""

    start: int
    end: int
    made: str | None = None
    word: str = "dropped"


class _Known(msgspec.Struct, frozen=True):
    """A value that is looked for, what takes its place, and whether that may stand within something longer."""

    needle: Needle
    made: str | None
    alone: bool
    word: str


def _in_any(index: Index, text: str) -> dict[Needle, None]:
    """The needles that stand in a text, or in what is encoded in it."""
    found = index.occur(readings(text), text)
    inner = "\n".join(said for _, _, said in decoded(text))
    if inner:
        found.update(index.occur(readings(inner), ""))
    return found


class Scrubber:
    """Values and kinds of values, and what becomes of them, for one object.

    ``acts``    what is done to values of a kind
    ``strong``  the values that must be nowhere in what goes, as they were written; ids without that
    ``words``   what was done, as a twin says it
    """

    def __init__(self, acts: Mapping[str, Act], naming: Naming) -> None:
        self.acts = acts
        self.strong: dict[Needle, str] = {}
        self.words: set[str] = set()
        self._naming = naming
        self._known: dict[str, _Known] = {}
        self._index: Index | None = None
        self._tokens: set[str] = set()
        self._met = False

    def learn(
        self,
        value: str,
        made: str | None,
        *,
        sure: bool = True,
        alone: bool = True,
        secret: bool = False,
        word: str = "dropped",
    ) -> None:
        """A value that must not be left; ``made`` takes its place, or None. ``word``: what a twin says of it; none: nothing.

        Not ``sure``: it is replaced in texts, and may be right elsewhere. Not ``alone``: what takes its place can't stand within
        something longer, such as a URL, which then goes as a whole. ``secret``: ``dropped`` does not tell it.
        """
        for each in (value, *names_of(value)):
            known = needle(each)
            if known is None:
                continue
            # Of two things that are to be done to one value dropping it is the stricter.
            if made is None or known.text not in self._known:
                self._index = None
                self._known[known.text] = _Known(known, made, alone and made is not None, word)
            if sure and known.strong and (made is None or known.text not in read(made)):
                self.strong.setdefault(known, "" if secret else value)

    def meet(self, kind: str, value: str) -> None:
        """A value of a kind stands somewhere in the object."""
        if kind in self.acts:
            normal = normalise(kind, value) or value
            made = self.made(kind, normal)
            if made != normal and normal not in self._tokens:
                self._met = True
                act = self.acts[kind]
                for form in (value, normal):
                    self.learn(form, made, alone=act == "pseudonymise", word=WORDS[act])

    def made(self, kind: str, value: str) -> str | None:
        """What takes the place of a value of a kind; None: nothing does."""
        match self.acts[kind]:
            case "pseudonymise":
                token = self._naming.token(kind, value)
                self._tokens.add(normalise(kind, token) or token)
                return token
            case "network":
                return network(value)
            case _:
                return None

    def look(self, text: str) -> None:
        """Meet every value of the kinds that stands in a text, also in what is encoded in it."""
        if self.acts:
            for said in (text, *(inner for _, _, inner in decoded(text))):
                for seen in readings(said):
                    for each in found(seen, self.acts):
                        self.meet(each.kind, each.value)
                        self.meet(each.kind, seen[each.start : each.end])

    def narrowed(self, texts: str) -> None:
        """Forget to look for values that don't occur in these texts, which are all there are."""
        left = self._occurring(texts)
        self._known = {known.needle.text: known for known in left}
        self._index = None

    @property
    def idle(self) -> bool:
        """Nothing that was met has to be replaced, nor anything that was learned."""
        return not self._known and not self._met

    def dropped(self) -> tuple[str, ...]:
        """The values that must be nowhere in what goes, ids left out, sorted."""
        return tuple(sorted(filter(None, set(self.strong.values()))))

    def done(self, kind: str) -> None:
        """A value of a kind was replaced or taken out as a whole."""
        self.words.add(WORDS[self.acts[kind]])

    def left(self, texts: str) -> bool:
        """Whether anything that must be nowhere is left in texts."""
        return bool(_in_any(Index(self.strong), texts))

    def knows(self, text: str) -> bool:
        """Whether a known value stands in a text."""
        return bool(self._occurring(text))

    def _occurring(self, text: str) -> list[_Known]:
        """The known values that stand in a text, however they are written there."""
        if not self._known:
            return []
        if self._index is None:
            self._index = Index(known.needle for known in self._known.values())
        return [self._known[each.text] for each in _in_any(self._index, text)]

    def notice(self) -> None:
        """Something has to be done that is told by no value."""
        self._met = True

    def hits(self, text: str) -> bool:
        """Whether anything in a text must not be left."""
        return self._suspects(text) and bool(self._spans(text))

    def clean(self, text: str) -> str:
        """The text without what must not be left."""
        spans = self._spans(text) if self._suspects(text) else []
        if not spans:
            return text
        self.words.update(span.word for span in spans if span.word)
        made = _repeated(REDACTED, _replaced(text, spans))
        for _ in range(_ROUNDS):
            # What stands side by side now may say it again; nothing else can, for what was made says nothing.
            spans = self._strong_spans(made)
            if not spans:
                return made
            made = _repeated(REDACTED, _replaced(made, spans))
        return REDACTED

    def _suspects(self, text: str) -> bool:
        """Whether there may be something in a text: to know where takes much longer."""
        if self.knows(text):
            return True
        return bool(self.acts) and (
            any(True for seen in readings(text) for _ in found(seen, self.acts))
            or any(True for _, _, inner in decoded(text) for seen in readings(inner) for _ in found(seen, self.acts))
        )

    def _spans(self, text: str) -> list[Span]:
        # What does not occur is not looked for place by place.
        known = Index(each.needle for each in self._occurring(text))
        spans = [span for seen in views(text) for span in self._seen(seen, known)]
        spans += (Span(start, end, None, self._known[each.text].word) for start, end, each in known.encoded(text))
        for start, end, inner in decoded(text):
            told = next((span for seen in views(inner) for span in self._seen(seen, known)), None)
            if told is not None:
                spans.append(Span(start, end, None, told.word))
        return _merged(spans)

    def _seen(self, seen: View, known: Index) -> Iterator[Span]:
        for each in found(seen.text, self.acts) if self.acts else ():
            written = seen.text[each.start : each.end]
            made = self.made(each.kind, each.value)
            if made not in {each.value, written} and each.value not in self._tokens:
                act = self.acts[each.kind]
                yield _span(seen, each.start, each.end, made, alone=act == "pseudonymise", word=WORDS[act])
        for start, end, one in known.places(seen.text):
            what = self._known[one.text]
            yield _span(seen, start, end, what.made, alone=what.alone, word=what.word)

    def _strong_spans(self, text: str) -> list[Span]:
        left = Index(each.needle for each in self._occurring(text) if each.needle in self.strong)
        spans = [
            _span(seen, start, end, None, alone=False)
            for seen in views(text)
            for start, end, _ in left.places(seen.text)
        ]
        return _merged(spans + [Span(start, end) for start, end, _ in left.encoded(text)])


def network(value: str) -> str | None:
    """The network of an address: its /24 (IPv4) or /48 (IPv6). A network that is no narrower stays; None for anything else."""
    try:
        held = ip_network(value, strict=False)
    except ValueError:
        return None
    bits = _IPV4_BITS if held.version == 4 else _IPV6_BITS
    return str(held) if held.prefixlen <= bits else str(held.supernet(new_prefix=bits))


@lru_cache(_REMEMBERED)
def decoded(text: str) -> tuple[tuple[int, int, str], ...]:
    """What is encoded in a text in base64 or hexadecimal and is text itself: where, and what it says."""
    return tuple(_decoded(text, _DEPTH))


def _decoded(text: str, depth: int) -> Iterator[tuple[int, int, str]]:
    if len(text) < _SHORTEST_RUN:
        return
    for match in _hex_runs(text):
        yield from _inner(*match.span(), bytes.fromhex(match[0]), depth)
    for match in _runs(text):
        # Text in base64 has letters of both cases; ids, hashes and words have not.
        if match[0].islower() or match[0].isupper():
            continue
        start, end = match.span()
        runs = (
            (start, match[0]),
            *((start + part.start(), part[0]) for part in _parts(match[0]) if len(part[0]) < end - start),
        )
        for at, run in runs:
            octets = _from_base64(run)
            if octets is not None:
                yield from _inner(at, min(at + len(run), end), octets, depth)


def _inner(start: int, end: int, octets: bytes, depth: int) -> Iterator[tuple[int, int, str]]:
    said = _said(octets)
    if said is not None:
        yield start, end, said
        if depth > 1:
            for _, _, deeper in _decoded(said, depth - 1):
                yield start, end, deeper


def _from_base64(run: str) -> bytes | None:
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    if len(plain) < _SHORTEST_RUN or len(plain) % 4 == 1:
        return None
    try:
        # Most are no base64 at all: that shows at once.
        if not _may_say(b64decode(plain[:_SHORTEST_RUN])):
            return None
        return b64decode(plain + "=" * (-len(plain) % 4))
    except (Error, ValueError):
        return None


def _may_say(octets: bytes) -> bool:
    """Whether what begins so may be text, in UTF-8 or UTF-16."""
    return octets.count(0) * 3 > len(octets) or not any(each < 32 and each not in _BLANKS for each in octets)


def _said(octets: bytes) -> str | None:
    """Bytes as text, where they are some."""
    wide = len(octets) % 2 == 0 and octets[1:20:2].count(0) * 2 > len(octets[1:20:2])
    try:
        said = octets.decode("utf-16-le" if wide else "utf-8")
    except UnicodeDecodeError:
        return None
    return None if _unprintable(said) else said


def _span(seen: View, start: int, end: int, made: str | None, *, alone: bool, word: str = "dropped") -> Span:
    """What is replaced for a value: it alone, or with the whole (a URL, an address, a word) that tells too much without it."""
    if alone:
        return Span(*seen.span(start, end), made, word)
    whole = _whole(seen.text, start, end)
    return Span(*seen.span(*whole), made, word) if whole == (start, end) else Span(*seen.span(*whole))


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The URL, the address or the word of which a part of a text is a part."""
    # Only what is near, and joined to it without a blank: a URL that begins further away is too long to be one.
    before = text[max(0, start - _LONGEST_URL) : start]
    after = text[end : end + _LONGEST_URL]
    begin = start - (len(before.split(" ")[-1].split("\n")[-1]) if before else 0)
    word = text[begin:start] + text[start:end] + after.split(" ", 1)[0].split("\n", 1)[0]
    for sign, matches in (("://", _urls), ("@", _addresses)):
        if sign in word:
            for match in matches(word):
                first, last = begin + match.start(), begin + len(word[: match.end()].rstrip(_CLOSING))
                if first <= start and end <= last:
                    start, end = first, last
                    break
    while start and _in_word(text[start]) and _in_word(text[start - 1]):
        start -= 1
    while end < len(text) and _in_word(text[end - 1]) and _in_word(text[end]):
        end += 1
    return start, end


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, none touching another: the longer wins, and of two that overlap all goes."""
    merged: list[Span] = []
    for span in sorted(spans, key=_in_order):
        if not merged or span.start >= merged[-1].end:
            merged.append(span)
        elif span.end > merged[-1].end:
            word = span.word if span.word == merged[-1].word else "dropped"
            merged[-1] = Span(merged[-1].start, span.end, None, word)
        elif (span.start, span.end) == (merged[-1].start, merged[-1].end) and span.made is None:
            merged[-1] = span
    return merged


def _in_order(span: Span) -> tuple[int, int]:
    return span.start, -span.end


def _replaced(text: str, spans: Iterable[Span]) -> str:
    pieces: list[str] = []
    at = 0
    for span in spans:
        pieces += (text[at : span.start], REDACTED if span.made is None else span.made)
        at = span.end
    return "".join((*pieces, text[at:]))
