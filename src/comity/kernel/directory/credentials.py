"""With what a person shows who they are: the password, the one-time codes, the passkeys. Each is set by the person alone.

An administrator can take all of them away (a recovery link, see ``accounts``) and can set none. Every change is a leaf, written
in the transaction of the change. Changing the password ends the person's other sessions. So does the first password or passkey
of somebody who came by a link, and it voids their other links: whoever came by one of those is not this person.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Conflict, Corrupt, Invalid, NotFound, Unauthorised
from comity.kernel.directory import passkeys, signing, totp
from comity.kernel.directory.parts import MINUTE, Parts, unknown
from comity.kernel.directory.passwords import check_password
from comity.kernel.directory.rates import OWN
from comity.kernel.directory.secrets import hash_of
from comity.kernel.directory.words import check_name
from comity.kernel.store.people import Change
from comity.kernel.store.types import Account, Credentials, Passkey

TOTP_LASTS: Final[Micros] = 15 * MINUTE
PASSKEY_LASTS: Final[Micros] = 5 * MINUTE
MOST_PASSKEYS: Final = 20
SEALED_TOTP: Final = b"totp"
_TOTP: Final = "totp"
_PASSKEY: Final = "passkey-add"


class TotpOffer(msgspec.Struct, frozen=True):
    """A secret for the person's app, which counts from the first right code on."""

    secret: str
    uri: str
    ticket: str
    expires: Micros


class PasskeyInfo(msgspec.Struct, frozen=True):
    """A passkey as it is shown."""

    id: str
    name: str
    created: Micros
    used: Micros | None


class CredentialRules:
    """Sets and drops credentials."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # -- the password

    def has_password(self, account: Account) -> bool:
        """Whether this person can sign in with a password."""
        return self._parts.credentials(account).password is not None

    def set_password(
        self, account: Account, old: str | None, new: str, *, by: str | None = None, keep: str | None = None
    ) -> None:
        """Sets or changes a person's password; the signing key is made, or sealed anew.

        ``old``: asked for where there is one already. ``keep``: the cookie of the session that sets it, and stays. Invalid
        "password" where the new one is not good enough, Unauthorised "old-password" where the old one is not right,
        "signed-out" where that session ended meanwhile.
        """
        parts = self._parts
        held = parts.credentials(account)
        check_password(new, account.name)
        buckets = [parts.rates.bucket(OWN, account.id)]
        if held.password is not None:
            parts.rates.take(buckets)
            if old is None or not parts.passwords.check(held.password, old):
                raise Unauthorised("The present password is not right.", code="old-password")
        encoded = parts.passwords.hash(new)
        reseal = self._key_for(held, old if held.password is not None else None, new)
        with parts.people.change() as change:
            _still(change, held)
            _still_here(change, account, keep)
            _settle(change, account, keep)
            change.set_password(account.id, encoded)
            change.drop_challenges(account.id)
            if held.password is not None:
                parts.rates.give_back(change, buckets)
                change.end_sessions(account.id, but=hash_of(keep) if keep else None)
            act = "password-set" if held.password is None else "password-changed"
            parts.note(change, account, act, by=by or account.name)
            reseal(change, by or account.name)

    def _key_for(self, held: Credentials, old: str | None, new: str) -> Callable[[Change, str], None]:
        """Everything slow about the signing key; what is given back writes it."""
        parts, account = self._parts, held.account
        kept = parts.people.sealed_key(account.id) if old is not None else None
        if kept is not None and old is not None:
            key, before = kept
            private = signing.open_key(parts, key, before, old)
            if private is None and parts.credentials(account).password != held.password:
                raise _overtaken()
            if private is None:
                raise Corrupt(
                    f"signing key {key.id} does not open with the password of its person",
                    code="signing-key",
                    hint="A recovery link gives this person a new key.",
                )
            again = signing.seal_key(parts, account.id, key.public, private, new)
            return lambda change, _by: change.seal_again(key.id, again)
        private, public = signing.make_key(parts.random)
        sealed = signing.seal_key(parts, account.id, public, private, new)

        def write(change: Change, by: str) -> None:
            if (stray := change.sealed_key(account.id)) is not None:
                change.retire_signing_keys(account.id, parts.clock.now(), public=stray[0].public)
            signing.keep_key(parts, change, account, signing.ED25519, public, sealed, by=by)

        return write

    # -- one-time codes

    def has_totp(self, account: Account) -> bool:
        """Whether this person is asked for a code after the password."""
        return self._parts.credentials(account).totp is not None

    def begin_totp(self, account: Account, issuer: str = "Comity") -> TotpOffer:
        """A new secret; nothing changes until a code of it is given."""
        parts = self._parts
        secret = totp.make_secret(parts.random)
        ticket, expires = parts.leave_challenge(
            account.id, _TOTP, parts.vault.seal(secret.encode(), SEALED_TOTP), TOTP_LASTS
        )
        return TotpOffer(secret, totp.uri(secret, account=account.name, issuer=issuer), ticket, expires)

    def finish_totp(self, account: Account, ticket: str, code: str) -> None:
        """From here on codes are asked for. Invalid "totp-code" where the code is not right or the offer is over."""
        parts = self._parts
        buckets = [parts.rates.bucket(OWN, account.id)]
        parts.rates.take(buckets)
        offer = parts.challenge(ticket, _TOTP, account.id)
        if offer is None:
            raise Invalid("The time for this is over.", code="totp-code", hint="Begin again, with a new picture.")
        secret = parts.vault.open(offer.content, SEALED_TOTP).decode()
        step = totp.step_of(secret, code, parts.clock.now(), None)
        if step is None:
            raise Invalid(
                "The code is not right.",
                code="totp-code",
                clause="RFC 6238 6",
                hint="Give the six digits that the app shows now; is the telephone's clock right?",
            )
        with parts.people.change() as change:
            if change.take_challenge(hash_of(ticket), parts.clock.now()) is None:
                raise Invalid("The time for this is over.", code="totp-code", hint="Begin again, with a new picture.")
            parts.rates.give_back(change, buckets)
            change.set_totp(account.id, offer.content, step)
            parts.note(change, account, "totp-set", by=account.name)

    def drop_totp(self, account: Account, *, by: str | None = None) -> None:
        """No codes are asked for any more."""
        with self._parts.people.change() as change:
            held = change.credentials(account.id)
            if held is not None and held.totp is not None:
                change.set_totp(account.id, None, None)
                self._parts.note(change, account, "totp-dropped", by=by or account.name)

    # -- passkeys

    def passkeys(self, account: Account) -> tuple[PasskeyInfo, ...]:
        """The passkeys of a person, oldest first."""
        return tuple(_shown(each) for each in self._parts.people.passkeys(account.id))

    def add_passkey_begin(self, account: Account, host: str) -> tuple[str, str]:
        """Asks the browser to make a passkey: options, and a ticket. Invalid "passkey-host" where the host is no name."""
        parts = self._parts
        held = parts.people.passkeys(account.id)
        _check_room(len(held))
        challenge = parts.random(passkeys.CHALLENGE_BYTES)
        options = passkeys.creation_options(host, account.name, parts.handle(account), challenge, held)
        ticket, _ = parts.leave_challenge(account.id, _PASSKEY, challenge, PASSKEY_LASTS)
        return options, ticket

    def add_passkey_finish(
        self,
        account: Account,
        ticket: str,
        response_json: str,
        host: str,
        origin: str,
        name: str,
        *,
        keep: str | None = None,
    ) -> PasskeyInfo:
        """Keeps the passkey that was made, and its key as one to sign with. Invalid "passkey" where the answer does not hold.

        ``keep``: the cookie of the session that adds it, and stays; Unauthorised "signed-out" where it ended meanwhile.
        """
        parts = self._parts
        called = check_name(name)
        asked = parts.challenge(ticket, _PASSKEY, account.id)
        if asked is None:
            raise Invalid("The time for this is over.", code="passkey", hint="Begin again.")
        try:
            made = passkeys.verify_creation(response_json, asked.content, host, origin)
        except Invalid:
            parts.take_challenge(ticket, _PASSKEY, account.id)  # one try
            raise
        now = parts.clock.now()
        kept = Passkey(made.id, account.id, made.public, made.count, called, now, None, made.transports)
        with parts.people.change() as change:
            if change.credentials(account.id) is None:
                raise unknown(account.name)
            if change.take_challenge(hash_of(ticket), now) is None:  # used, or dropped by a recovery, meanwhile
                raise Invalid("The time for this is over.", code="passkey", hint="Begin again.")
            _still_here(change, account, keep)
            if change.has_passkey(made.id):  # WebAuthn Level 3, 7.1 step 26
                raise Conflict("This passkey is registered already.", code="passkey-exists", hint="Use another device.")
            _check_room(change.passkey_count(account.id))
            _settle(change, account, keep)
            change.add_passkey(kept)
            parts.note(change, account, "passkey-added", by=account.name, detail=called)
            signing.keep_key(parts, change, account, signing.PASSKEY, made.public, None, by=account.name)
        return _shown(kept)

    def drop_passkey(self, account: Account, passkey_id: str, *, by: str | None = None) -> None:
        """Removes a passkey of this person, and retires its key; nobody else's."""
        parts = self._parts
        found = next((each for each in parts.people.passkeys(account.id) if _text(each.id) == passkey_id), None)
        with parts.people.change() as change:
            if found is None or not change.drop_passkey(found.id):
                raise NotFound("there is no such passkey", code="passkey-unknown")
            parts.note(change, account, "passkey-dropped", by=by or account.name, detail=found.name)
            if change.retire_signing_keys(account.id, parts.clock.now(), public=found.public):
                parts.note(change, account, "signing-key-retired", by=by or account.name, detail=found.name)


def _text(passkey_id: bytes) -> str:
    return urlsafe_b64encode(passkey_id).rstrip(b"=").decode("ascii")


def _shown(passkey: Passkey) -> PasskeyInfo:
    return PasskeyInfo(_text(passkey.id), passkey.name, passkey.created, passkey.used)


def _check_room(held: int) -> None:
    if held >= MOST_PASSKEYS:
        raise Conflict(
            f"A person has at most {MOST_PASSKEYS} passkeys.", code="passkeys-full", hint="Remove one you don't use."
        )


def _still(change: Change, held: Credentials) -> None:
    """The password is what it was when the old one was checked: nobody came between, no recovery, no other browser."""
    now = change.credentials(held.account.id)
    if now is None:
        raise unknown(held.account.name)
    if now.password != held.password:
        raise _overtaken()


def _still_here(change: Change, account: Account, cookie: str | None) -> None:
    """The session that asks for the change still stands: neither a recovery nor the person ended it meanwhile."""
    if cookie is not None and not change.has_session(hash_of(cookie), account.id):
        raise Unauthorised("You are not signed in any more.", code="signed-out", hint="Sign in.")


def _settle(change: Change, account: Account, keep: str | None) -> None:
    """Before the first way in of a person is kept: nobody else stays, or comes, by a link that was made for them before."""
    held = change.credentials(account.id)
    if held is not None and held.password is None and change.passkey_count(account.id) == 0:
        change.drop_links(account.id)
        change.end_sessions(account.id, but=hash_of(keep) if keep else None)


def _overtaken() -> Conflict:
    return Conflict("The password was changed meanwhile.", code="password-changed", hint="Try again.")
