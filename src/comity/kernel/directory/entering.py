"""Signing in and proving again who one is: by password and code, by passkey.

Invariants:

1. An unknown name, a disabled account, one without a password and a wrong password are one answer that costs the same: one
   count, one Argon2 computation. Whether a name exists is not told.
2. A try is counted before it is made (``rates``); a browser that the account signed in with before is counted apart. Whoever
   has no try left waits in no queue, and takes nobody's place there.
3. A password that is right is not told to be right when a second step is asked for and failed: the step has a ticket of its own,
   which is made only then, expires in minutes, and dies with a change of the password.
4. What is taken once is taken in the transaction that begins the session: a ticket, a time step, an answer of a passkey.
5. Asking for a passkey writes nothing: whoever is not yet known can't fill a table.
"""

import hmac
import struct
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid, NodeError, Unauthorised
from comity.kernel.directory import passkeys, totp
from comity.kernel.directory.credentials import SEALED_TOTP
from comity.kernel.directory.parts import LONGEST_SECRET, MINUTE, Parts
from comity.kernel.directory.rates import CODE, DEVICE, DEVICE_CODE, NAME, NETWORK, OWN, Bucket, network_of
from comity.kernel.directory.secrets import hash_of, make_secret
from comity.kernel.directory.sessions import Browser, SignIn, Way, begin
from comity.kernel.store.people import Change
from comity.kernel.store.types import Account, Challenge, Credentials, Passkey, Session

SECOND_STEP_LASTS: Final[Micros] = 5 * MINUTE
PASSKEY_LASTS: Final[Micros] = 5 * MINUTE
LONGEST_NAME: Final = 200
LONGEST_PASSWORD: Final = 1024
LONGEST_CODE: Final = 40
_SECOND_STEP: Final = "second-step"
_CONFIRM: Final = "passkey-confirm"
_USED: Final = "passkey-used"
_EXPIRES: Final = struct.Struct(">Q")
_MAC_BYTES: Final = 32


class SecondStep(msgspec.Struct, frozen=True):
    """The password was right, and a code is asked for. ``ticket`` goes into the form."""

    ticket: str
    expires: Micros


class Entering:
    """Lets people in, or doesn't."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # -- password and code

    def sign_in(self, name: str, password: str, browser: Browser) -> SignIn | SecondStep:
        """With name and password. Unauthorised "sign-in" where they don't hold, TooMany "rates" where it was tried too often."""
        parts = self._parts
        held = self._credentials(name)
        device = parts.devices.known(browser.device, held.account.id, parts.clock.now()) if held else None
        buckets = self._buckets(name, device, browser)
        parts.rates.look(buckets)
        with parts.passwords.waiting(known=device is not None):
            parts.rates.take(buckets)
            encoded = held.password if held else None
            right = parts.passwords.check_here(encoded, password if len(password) <= LONGEST_PASSWORD else "")
        if not right or held is None or held.account.disabled or encoded is None:
            raise Unauthorised(
                "Name and password don't belong together.",
                code="sign-in",
                hint="Check both, and the keyboard's layout.",
            )
        renewed = parts.passwords.hash(password) if parts.passwords.outdated(encoded) else None
        with parts.people.change() as change:
            parts.rates.give_back(change, buckets)
            self._unchanged(change, held)
            if renewed is not None:
                change.set_password(held.account.id, renewed)
            if held.totp is not None:
                return self._second_step(change, held.account)
            parts.note(change, held.account, "signed-in", by=held.account.name, detail=Way.PASSWORD.value)
            return begin(parts, change, held.account, Way.PASSWORD, browser)

    def second_step(self, ticket: str, code: str, browser: Browser) -> SignIn:
        """With the code that was asked for. Unauthorised "second-step" where it is not right, "second-step-over" where it is too
        late and the password is asked for again.
        """
        parts = self._parts
        asked = parts.challenge(ticket, _SECOND_STEP)
        held = parts.people.credentials(asked.account) if asked and asked.account is not None else None
        if held is None or held.account.disabled or held.totp is None:
            raise _step_over()
        device = parts.devices.known(browser.device, held.account.id, parts.clock.now())
        buckets = [self._code_bucket(held.account, device)]
        parts.rates.take(buckets)
        step = self._step(held, code)
        if step is None:
            raise _wrong_code()
        with parts.people.change() as change:
            if change.take_challenge(hash_of(ticket), parts.clock.now()) is None:
                raise _step_over()
            if not change.use_totp_step(held.account.id, step):
                raise _wrong_code()
            parts.rates.give_back(change, buckets)
            parts.note(change, held.account, "signed-in", by=held.account.name, detail="password totp")
            return begin(parts, change, held.account, Way.PASSWORD, browser)

    # -- a passkey

    def begin_passkey(self, host: str) -> tuple[str, str]:
        """Asks whoever is there for any passkey of this node: options for the browser, and a ticket."""
        challenge = self._parts.random(passkeys.CHALLENGE_BYTES)
        return passkeys.request_options(host, challenge), self._ticket(challenge, host)

    def finish_passkey(self, ticket: str, response_json: str, host: str, origin: str, browser: Browser) -> SignIn:
        """With the answer. Unauthorised "passkey" for whatever is wrong: whether a passkey is known is not told."""
        parts = self._parts
        challenge = self._challenge(ticket, host)
        mark = sha256(b"comity passkey used 1\x00" + challenge).digest()
        try:
            found = self._answered(response_json, challenge, host, origin, None)
        except Invalid as error:
            raise _refused(error) from error
        passkey, account, count = found
        with parts.people.change() as change:
            now = change.credentials(account.id)
            if now is None or now.account.disabled or change.has_challenge(mark):
                raise _refused(None)
            if not change.use_passkey(passkey.id, passkey.count, count, parts.clock.now()):
                raise _refused(None)
            expires = parts.clock.now() + PASSKEY_LASTS
            # Nobody's: what drops a person's challenges must not make a used answer good again.
            change.add_challenge(mark, Challenge(None, _USED, b"", expires))
            parts.note(change, account, "signed-in", by=account.name, detail=Way.PASSKEY.value)
            return begin(parts, change, account, Way.PASSKEY, browser)

    # -- proving it again

    def confirm_password(self, cookie: str, password: str, code: str | None = None) -> None:
        """By the person of this session, with the password and, where codes are asked for, a code. Unauthorised "confirm"."""
        parts = self._parts
        session, held = self._here(cookie)
        buckets = [parts.rates.bucket(OWN, "session", session.hash)]
        parts.rates.take(buckets)
        right = parts.passwords.check(held.password, password if len(password) <= LONGEST_PASSWORD else "")
        step = self._step(held, code or "") if held.totp is not None else None
        if not right or (held.totp is not None and step is None):
            raise _unconfirmed()
        with parts.people.change() as change:
            self._unchanged(change, held)
            if step is not None and not change.use_totp_step(held.account.id, step):
                raise _unconfirmed()
            parts.rates.give_back(change, buckets)
            if not change.confirm_session(session.hash, parts.clock.now()):
                raise _unconfirmed()

    def begin_confirm_passkey(self, account: Account, host: str) -> tuple[str, str]:
        """Asks for one of the person's own passkeys: options, and a ticket."""
        parts = self._parts
        mine = parts.people.passkeys(account.id)
        if not mine:
            raise Invalid("You have no passkey.", code="passkey", hint="Use the password.")
        challenge = parts.random(passkeys.CHALLENGE_BYTES)
        options = passkeys.request_options(host, challenge, mine)
        ticket, _ = parts.leave_challenge(account.id, _CONFIRM, challenge, PASSKEY_LASTS)
        return options, ticket

    def confirm_passkey(self, cookie: str, ticket: str, response_json: str, host: str, origin: str) -> None:
        """With the answer, by the person of this session. Unauthorised "confirm"."""
        parts = self._parts
        session, held = self._here(cookie)
        asked = parts.take_challenge(ticket, _CONFIRM, held.account.id)
        if asked is None:
            raise _unconfirmed()
        try:
            passkey, _, count = self._answered(response_json, asked.content, host, origin, held.account)
        except Invalid as error:
            raise _unconfirmed() from error
        with parts.people.change() as change:
            used = change.use_passkey(passkey.id, passkey.count, count, parts.clock.now())
            if not used or not change.confirm_session(session.hash, parts.clock.now()):
                raise _unconfirmed()

    # -- the parts of it

    def _credentials(self, name: str) -> Credentials | None:
        wanted = _folded(name)
        found = next((each for each in self._parts.people.accounts() if _folded(each.name) == wanted), None)
        return self._parts.people.credentials(found.id if found else 0)

    def _buckets(self, name: str, device: bytes | None, browser: Browser) -> list[Bucket]:
        rates = self._parts.rates
        if device is not None:
            return [rates.bucket(DEVICE, _folded(name), device)]
        network = network_of(browser.network)
        return [rates.bucket(NAME, _folded(name), network), rates.bucket(NETWORK, network)]

    def _code_bucket(self, account: Account, device: bytes | None) -> Bucket:
        rates = self._parts.rates
        return rates.bucket(CODE, account.id) if device is None else rates.bucket(DEVICE_CODE, account.id, device)

    def _second_step(self, change: Change, account: Account) -> SecondStep:
        ticket, expires = make_secret(self._parts.random), self._parts.clock.now() + SECOND_STEP_LASTS
        change.add_challenge(hash_of(ticket), Challenge(account.id, _SECOND_STEP, b"", expires))
        return SecondStep(ticket, expires)

    def _step(self, held: Credentials, code: str) -> int | None:
        parts = self._parts
        if held.totp is None or len(code) > LONGEST_CODE:
            return None
        secret = parts.vault.open(held.totp, SEALED_TOTP).decode()
        return totp.step_of(secret, code, parts.clock.now(), held.totp_step)

    def _unchanged(self, change: Change, held: Credentials) -> None:
        """What was checked before the transaction still stands in it: a recovery or a disabling did not come between."""
        now = change.credentials(held.account.id)
        if now is None or now.account.disabled or now.password != held.password or now.totp != held.totp:
            raise Unauthorised("The account was changed meanwhile.", code="sign-in", hint="Try again.")

    def _here(self, cookie: str) -> tuple[Session, Credentials]:
        parts = self._parts
        kept = parts.people.session(hash_of(cookie)) if len(cookie) <= LONGEST_SECRET else None
        held = parts.people.credentials(kept[1].id) if kept else None
        if kept is None or held is None or held.account.disabled or kept[0].expires <= parts.clock.now():
            raise Unauthorised("You are not signed in any more.", code="signed-out", hint="Sign in.")
        return kept[0], held

    def _answered(
        self, response_json: str, challenge: bytes, host: str, origin: str, who: Account | None
    ) -> tuple[Passkey, Account, int]:
        """The passkey that gave this answer, whose it is, and its counter; Invalid where anything is wrong.

        The handle says who signs in where nobody has said so before (WebAuthn Level 3, 7.2 step 6).
        """
        parts = self._parts
        answer = passkeys.answer_of(response_json)
        found = parts.people.passkey(answer.id)
        if found is None or found[1].disabled or (who is not None and found[1].id != who.id):
            raise Invalid("The passkey is not known here.", code="passkey")
        passkey, account = found
        if answer.handle is None and who is None:
            raise Invalid(
                "The passkey does not say whose it is.", code="passkey", clause="WebAuthn Level 3, 7.2 step 6"
            )
        if answer.handle is not None and not hmac.compare_digest(answer.handle, parts.handle(account)):
            raise Invalid("The passkey is another person's.", code="passkey", clause="WebAuthn Level 3, 7.2 step 6")
        return passkey, account, passkeys.verify_assertion(response_json, challenge, host, origin, passkey)

    def _ticket(self, challenge: bytes, host: str) -> str:
        """A challenge that nobody has to keep: with until when, under an HMAC bound to the host."""
        body = challenge + _EXPIRES.pack(self._parts.clock.now() + PASSKEY_LASTS)
        return urlsafe_b64encode(body + self._mac(body, host)).decode("ascii")

    def _challenge(self, ticket: str, host: str) -> bytes:
        try:
            raw = urlsafe_b64decode(ticket.encode("ascii")) if len(ticket) <= LONGEST_SECRET else b""
        except ValueError:  # not ASCII, not base64
            raw = b""
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(body) != passkeys.CHALLENGE_BYTES + _EXPIRES.size or not hmac.compare_digest(mac, self._mac(body, host)):
            raise _refused(None)
        if _EXPIRES.unpack_from(body, passkeys.CHALLENGE_BYTES)[0] <= self._parts.clock.now():
            raise _refused(None)
        return body[: passkeys.CHALLENGE_BYTES]

    def _mac(self, body: bytes, host: str) -> bytes:
        return hmac.digest(self._parts.vault.derive(b"passkey ticket"), body + host.lower().encode(), sha256)


def _folded(name: str) -> str:
    """A name as people type it."""
    return unicodedata.normalize("NFC", name.strip()[:LONGEST_NAME]).casefold()


def _wrong_code() -> Unauthorised:
    return Unauthorised(
        "The code is not right, or was used before.",
        code="second-step",
        clause="RFC 6238 5.2",
        hint="Wait for the next code of the app.",
    )


def _step_over() -> Unauthorised:
    return Unauthorised("The time for the code is over.", code="second-step-over", hint="Sign in again.")


def _unconfirmed() -> Unauthorised:
    return Unauthorised("That did not prove who you are.", code="confirm", hint="Try again, with a new code.")


def _refused(error: NodeError | None) -> Unauthorised:
    if error is not None and error.code == "passkey-host":
        raise error
    return Unauthorised("The passkey does not sign anybody in.", code="passkey", hint="Try again, or use another way.")
