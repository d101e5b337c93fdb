"""Reviews as rows: what people said about each, how it stands by that, and the exact forms that they released.

A review is of one version of an object under one lens. Its state is ``policy.approval.folding``'s, folded anew in the transaction
of each statement, in which the statement's object, its leaf and the word to whoever makes renditions are written too. What
is released is kept as it was shown and signed: nothing is made again from it.

Here: the rows, for the reading door, for ``kernel.directory.approvals``, which checks and signs and is the only writer, and for
the maker of renditions, which asks ``form``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Unavailable
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.canonical import Json
from comity.kernel.policy.approval.folding import Act, Demand, Folded, State, fold
from comity.kernel.policy.approval.people import MAKING, Made, Person, behind
from comity.kernel.policy.approval.statements import Form as FormKind
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.redaction import Naming
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.events import Events
from comity.kernel.store.lookup import rows_of

Names = Callable[[Reader, str, Lens], tuple[Naming, tuple[str, ...]]]
"""The names and neighbours of now for the whole audience of a lens, and the values that are dropped around an object."""

Touched = Callable[[Reader, bytes], None]
"""Told the key of an object whose rendition is to be looked at again, in the transaction in which that came about."""

_COLUMNS: Final = "id, key, digest, lens, object, state, content, moved, why"
_ADD = Sql(
    "INSERT INTO review (key, digest, lens, object, asked, state, content, moved, after, why) "
    "VALUES (:key, :digest, :lens, :object, :asked, 'waiting', NULL, :now, 0, '') ON CONFLICT (key, lens, digest) DO NOTHING"
)
_LOCK = Sql(
    "SELECT id, state, content, after FROM review WHERE key = :key AND lens = :lens AND digest = :digest",
    "SELECT id, state, content, after FROM review WHERE key = :key AND lens = :lens AND digest = :digest FOR UPDATE",
)
_OF_KEYS: Final = f"SELECT {_COLUMNS} FROM review WHERE key"
_OF_KEY = Sql(f"SELECT {_COLUMNS} FROM review WHERE key = :key ORDER BY moved DESC, id DESC")
_IN_STATE = Sql(
    f"SELECT {_COLUMNS} FROM review WHERE state = :state AND (moved, id) < (:moved, :id) "
    "ORDER BY moved DESC, id DESC LIMIT :limit"
)
_COUNTS = Sql("SELECT state, count(*) FROM review GROUP BY state")
_MOVE = Sql(
    "UPDATE review SET state = :state, content = :content, asked = :asked, moved = :now, why = '' WHERE id = :id"
)
_VOID = Sql(
    "UPDATE review SET state = 'waiting', content = NULL, moved = :now, why = :why, "
    "after = (SELECT coalesce(max(a.id), 0) FROM review_act a WHERE a.review = review.id) WHERE id = :id AND state <> 'waiting'"
)
_ADD_ACT = Sql(
    "INSERT INTO review_act (review, object, says, account, role, at, content, consent, withdraws) "
    "VALUES (:review, :object, :says, :account, :role, :at, :content, :consent, :withdraws)"
)
_ACTS = Sql(
    "SELECT object, says, account, role, at, content, consent, withdraws FROM review_act "
    "WHERE review = :review AND id > :after ORDER BY id"
)
_ALL_ACTS = (
    "SELECT review, id, object, says, account, role, at, content, consent, withdraws FROM review_act WHERE review"
)
_AFTER = "SELECT id, after FROM review WHERE id"
_ADD_FORM = Sql(
    "INSERT INTO review_form (review, digest, form, profile, whole, content) "
    "VALUES (:review, :digest, :form, :profile, :whole, :content) ON CONFLICT (review, digest) DO NOTHING"
)
_FORM = Sql(
    "SELECT r.id, f.form, f.profile, f.whole, f.content FROM review r JOIN review_form f ON f.review = r.id "
    "AND f.digest = r.content WHERE r.key = :key AND r.lens = :lens AND r.digest = :digest AND r.state = 'released'"
)
_FORM_OF = Sql(
    "SELECT review, form, profile, whole, content FROM review_form WHERE review = :review AND digest = :digest"
)
_FORGET = (
    Sql("DELETE FROM review_form WHERE review IN (SELECT id FROM review WHERE key = :key)"),
    Sql("DELETE FROM review_act WHERE review IN (SELECT id FROM review WHERE key = :key)"),
    Sql("DELETE FROM review WHERE key = :key"),
)
_SAID_OF = Sql("SELECT a.object FROM review_act a JOIN review r ON r.id = a.review WHERE r.key = :key ORDER BY a.id")
_ACCOUNTS = Sql("SELECT id, name, roles, disabled FROM account ORDER BY id")
_MADE = Sql(
    "SELECT account, at, statement FROM event WHERE kind = :kind AND ("
    + " OR ".join(f'statement LIKE \'%"act":"{act}"%\'' for act in sorted(MAKING))
    + ") ORDER BY leaf"
)
_RETIRED = Sql("SELECT retired FROM signing_key WHERE id = :id")
_END: Final = 2**62


class Kept(msgspec.Struct, frozen=True):
    """The form of a release as it was shown. ``whole``: the original, with nothing changed. ``content``: see ``Form``."""

    form: FormKind
    profile: str
    whole: bool
    content: bytes
    digest: bytes


class Form(msgspec.Struct, frozen=True):
    """What people released: in canonical form, without ``created`` and ``modified``, which whoever makes the rendition sets.

    ``whole``  it is the original itself, with nothing changed: a pass
    ``item``   the number of the review, for ``void``
    """

    content: bytes
    whole: bool
    item: int


class Said(msgspec.Struct, frozen=True):
    """A statement that is about to be kept, with what it is about.

    ``lens``     the text of the lens; ``demands``: what each article asks
    ``key_used`` the number of the signing key; it must not be retired when this is written
    ``form``     of a release
    ``to``       of a request: the identities that it is addressed to
    """

    object: str
    key: bytes
    digest: bytes
    lens: str
    demands: tuple[Demand, ...]
    act: Act
    by: str
    key_used: int
    form: Kept | None = None
    to: tuple[str, ...] = ()


class Review(msgspec.Struct, frozen=True):
    """How one review stands. ``content``: the digest of the form that is released, or that the half that approved would release.

    ``why``   what had changed, where a release did not hold any more
    ``acts``  all that was said, in order of time; ``since``: of how many of them it still counts, from the end
    """

    id: int
    key: bytes
    digest: bytes
    lens: str
    object: str
    state: State
    content: bytes
    moved: Micros
    why: str
    acts: tuple[Act, ...] = ()
    counting: tuple[str, ...] = ()


class Approvals:
    """Reads and writes the rows. Safe to use from several threads."""

    def __init__(self, database: Database, events: Events, clock: Clock) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self.touched: Touched = _nobody
        self.names: Names = _nameless

    # -- for whoever makes renditions

    def form(self, reader: Reader, key: bytes, digest: bytes, lens: str) -> Form | None:
        """The form in which people released this version under this lens; None where they have not."""
        row = reader.one(_FORM, {"key": key, "digest": digest, "lens": lens})
        return Form(bytes(row[4]), bool(row[3]), row[0]) if row else None

    def void(self, writer: Reader, item: int, why: str) -> None:
        """What was released does not hold any more, and has to be looked at again: nothing said so far counts."""
        writer.run(_VOID, {"id": item, "why": why, "now": self._clock.now()})

    def erase(self, writer: Reader, key: bytes) -> tuple[str, ...]:
        """Forget all that was said and released of an object; the ids of the objects that state it, for whoever erases those."""
        found = tuple(row[0] for row in writer.all(_SAID_OF, {"key": key}))
        for sql in _FORGET:
            writer.run(sql, {"key": key})
        return found

    # -- reading

    def people(self) -> Mapping[int, Person]:
        """Every account with who stands behind it."""
        with self._database.snapshot() as reader:
            return people_of(reader)

    def in_state(self, state: State, limit: int, before: tuple[Micros, int] = (_END, _END)) -> tuple[Review, ...]:
        """Reviews that stand like this, what moved last first."""
        with self._database.snapshot() as reader:
            values = {"state": state.value, "moved": before[0], "id": before[1], "limit": limit}
            return _with_acts(reader, reader.all(_IN_STATE, values))

    def counts(self) -> Mapping[State, int]:
        """How many reviews stand how, of those about which anything was said."""
        with self._database.snapshot() as reader:
            return {State(state): count for state, count in reader.all(_COUNTS)}

    def of_key(self, key: bytes) -> tuple[Review, ...]:
        """All reviews of an object about which anything was said, what moved last first."""
        with self._database.snapshot() as reader:
            return _with_acts(reader, reader.all(_OF_KEY, {"key": key}))

    def kept(self, review: int, digest: bytes) -> Kept | None:
        """A form that somebody released, by the digest of its content."""
        with self._database.snapshot() as reader:
            row = reader.one(_FORM_OF, {"review": review, "digest": digest})
        return Kept(row[1], row[2], bool(row[3]), bytes(row[4]), digest) if row else None

    # -- writing

    def take(self, writer: Reader, said: Said) -> State:
        """Keep a statement in the caller's transaction: its row, its leaf, and how the review stands now.

        Conflict where the key was retired meanwhile.
        """
        if writer.value(_RETIRED, {"id": said.key_used}) is not None:
            raise Conflict(
                "the key was retired before the signature was kept", code="signing-key-retired", hint="Sign in again."
            )
        now = self._clock.now()
        place = {"key": said.key, "digest": said.digest, "lens": said.lens}
        asked = msgspec.json.encode(said.demands).decode()
        writer.run(_ADD, {**place, "object": said.object, "asked": asked, "now": now})
        review, before, content_before, after = writer.one(_LOCK, place) or (0, "", None, 0)
        act = said.act
        writer.run(_ADD_ACT, {"review": review, **_row_of(act)})
        if said.form is not None:
            writer.run(_ADD_FORM, {"review": review, **msgspec.structs.asdict(said.form)})
        acts = tuple(map(_act, writer.all(_ACTS, {"review": review, "after": after})))
        folded = fold(acts, said.demands, people_of(writer))
        content = bytes.fromhex(folded.content) if folded.content else None
        writer.run(_MOVE, {"id": review, "state": folded.state.value, "content": content, "asked": asked, "now": now})
        self._note(writer, said, folded)
        held = (before, bytes(content_before) if content_before is not None else None)
        if State.RELEASED in {before, folded.state} and held != (folded.state.value, content):
            self.touched(writer, said.key)
        return folded.state

    def _note(self, writer: Reader, said: Said, folded: Folded) -> None:
        fields: dict[str, Json] = {"by": said.by, "digest": f"sha256:{said.digest.hex()}", "id": said.object}
        if said.act.says == "ask":
            more: dict[str, Json] = {"request": said.act.id, "to": list(said.to)}
            self._events.note(writer, LeafKind.DOWNGRADE, fields | more, said.act.account)
            return
        more = {"approval": said.act.id, "says": said.act.says, "state": folded.state.value}
        if said.act.content:
            more["content"] = f"sha256:{said.act.content}"
        self._events.note(writer, LeafKind.APPROVAL, fields | more, said.act.account)


def reviews_of(reader: Reader, keys: Iterable[bytes]) -> dict[tuple[bytes, bytes, str], Review]:
    """How the reviews of some objects stand, by key, digest and lens; those about which anything was said."""
    found = _with_acts(reader, rows_of(reader, _OF_KEYS, keys))
    return {(each.key, each.digest, each.lens): each for each in found}


def people_of(reader: Reader) -> Mapping[int, Person]:
    """Every account with who stands behind it, from the record."""
    accounts = [
        (number, name, tuple(roles.split()), bool(disabled)) for number, name, roles, disabled in reader.all(_ACCOUNTS)
    ]
    return behind(accounts, map(_made, reader.all(_MADE, {"kind": int(LeafKind.ACCOUNT)})))


def _made(row: Row) -> Made:
    actor, at, statement = row
    held: Mapping[str, Any] = msgspec.json.decode(statement)
    return Made(str(held["account"]), str(held["act"]), actor, at)


def _with_acts(reader: Reader, rows: Iterable[Row]) -> tuple[Review, ...]:
    found = list(rows)
    numbers = [row[0] for row in found]
    after: dict[int, int] = dict(rows_of(reader, _AFTER, numbers))
    acts: dict[int, list[tuple[int, Act]]] = {number: [] for number in numbers}
    for review, number, *row in rows_of(reader, _ALL_ACTS, numbers, tail=" ORDER BY id"):
        acts[review].append((number, _act(row)))
    return tuple(
        Review(
            id=number,
            key=bytes(key),
            digest=bytes(digest),
            lens=lens,
            object=object_id,
            state=State(state),
            content=b"" if content is None else bytes(content),
            moved=moved,
            why=why,
            acts=tuple(act for _, act in acts[number]),
            counting=tuple(act.id for place, act in acts[number] if place > after[number]),
        )
        for number, key, digest, lens, object_id, state, content, moved, why in found
    )


def _row_of(act: Act) -> dict[str, object]:
    return {
        "object": act.id,
        "says": act.says,
        "account": act.account,
        "role": act.role,
        "at": act.at,
        "content": bytes.fromhex(act.content) if act.content else None,
        "consent": act.consent,
        "withdraws": act.withdraws,
    }


def _act(row: Iterable[Any]) -> Act:
    object_id, says, account, role, at, content, consent, withdraws = row
    digest = "" if content is None else bytes(content).hex()
    return Act(object_id, says, account, role, at, digest, bool(consent), withdraws)


def _nameless(_reader: Reader, _object: str, _lens: Lens) -> tuple[Naming, tuple[str, ...]]:
    """Nobody makes renditions."""
    raise Unavailable("nothing here can make what would go", code="approval-names")


def _nobody(_writer: Reader, _key: bytes) -> None:
    """Nobody makes renditions."""
