"""What the index keeps of one version: its full text, and tokens for what it refers to, what it observes, its ``modified``.

On SQLite all of it is one text in the contentless FTS5 table: a token is a letter and sixteen hexadecimal digits, which no
analyst types by accident and which tells nothing when one does, since every hit is checked against the object itself.
A contentless table forgets what it was given, so that everything here must be derivable again from the bytes.
"""

from hashlib import blake2b

from comity.kernel.base.clock import Micros
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import foreign_markings

TOKEN_BYTES = 8
_SIXTEEN = 0xFFFFFFFFFFFFFFFF


def targets(parsed: Parsed) -> tuple[str, ...]:
    """Ids whose arrival or change touches this object: what it refers to, and markings that have to be looked up."""
    foreign = foreign_markings(parsed)
    return parsed.refs + foreign if foreign else parsed.refs


def target_token(object_id: str) -> bytes:
    """The token of a reference: the first half of its UUID. Hits are verified."""
    return bytes.fromhex(_half(object_id))


def observable_token(kind: str, value: str) -> bytes:
    """The token of an observable."""
    return blake2b(f"{kind}\0{value}".encode(), digest_size=TOKEN_BYTES).digest()


def target_word(object_id: str) -> str:
    """A reference as a word of SQLite's index."""
    return f"r{object_id[-36:-28]}{object_id[-27:-23]}{object_id[-22:-18]}"


def observable_word(kind: str, value: str) -> str:
    """An observable as a word of SQLite's index."""
    return "o" + blake2b(f"{kind}\0{value}".encode(), digest_size=TOKEN_BYTES).hexdigest()


def modified_word(modified: Micros) -> str:
    """A version's timestamp as a word of SQLite's index."""
    return f"m{modified & _SIXTEEN:016x}"


def words(parsed: Parsed, modified: Micros) -> str:
    """The whole text that SQLite's index gets for one version."""
    refs, observables = targets(parsed), parsed.observables
    text = f"{parsed.text} m{modified & _SIXTEEN:016x}"
    if refs:
        text = f"{text} {' '.join([target_word(ref) for ref in refs])}"
    if observables:
        text = f"{text} {' '.join([observable_word(kind, value) for kind, value in observables])}"
    return text


def _half(object_id: str) -> str:
    """The first sixteen hexadecimal digits of a valid id's UUID, taken by their place: ``type--8-4-4-4-12``."""
    return object_id[-36:-28] + object_id[-27:-23] + object_id[-22:-18]
