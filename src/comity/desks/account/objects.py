"""Page structs and forms of the account desk."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

import msgspec

from comity.kernel.base.clock import Micros
from comity.web.forms import Act, Choice, Field, Form
from comity.web.page import Crumb, Page
from comity.web.tables import Table
from comity.web.words import Told, msgid

LONGEST_PASSWORD: Final = 1000
OWN: Final = "/account"

_NEXT: Final = Field(name="next", label="", kind="hidden", required=False, longest=2000)
_PRESENT: Final = Field(
    name="password",
    label=msgid("Password"),
    kind="password",
    longest=LONGEST_PASSWORD,
    autocomplete="current-password",
)

SIGN_IN: Final = Form(
    id="sign-in",
    action="/sign-in",
    button=msgid("Sign in"),
    fields=(
        Field(name="name", label=msgid("Name"), autocomplete="username"),
        _PRESENT,
        _NEXT,
    ),
)
CODE: Final = Form(
    id="code",
    action="/sign-in/code",
    button=msgid("Sign in"),
    cancel="/sign-in",
    fields=(
        Field(
            name="code",
            label=msgid("Code"),
            kind="code",
            help=msgid("Six digits, from the app in which you set this account up. It changes every 30 seconds."),
            longest=20,
            width="short",
            autocomplete="one-time-code",
        ),
        Field(name="ticket", label="", kind="hidden", longest=500),
        _NEXT,
    ),
)
USE_LINK: Final = Form(id="link", action="", button=msgid("Sign in"))

_NEW: Final = (
    Field(
        name="new",
        label=msgid("New password"),
        kind="password",
        help=msgid(
            "At least 12 characters; several words make a good one. Not your name, and nothing that is often used."
        ),
        longest=256,
        autocomplete="new-password",
    ),
    Field(
        name="again",
        label=msgid("New password, once more"),
        kind="password",
        longest=256,
        autocomplete="new-password",
    ),
)
SET_PASSWORD: Final = Form(
    id="password", action="/account/password", button=msgid("Set this password"), cancel=OWN, fields=_NEW
)
CHANGE_PASSWORD: Final = Form(
    id="password",
    action="/account/password",
    button=msgid("Change the password"),
    cancel=OWN,
    fields=(msgspec.structs.replace(_PRESENT, name="old", label=msgid("Present password")), *_NEW),
)
SET_UP_CODES: Final = Form(
    id="codes",
    action="/account/codes",
    button=msgid("Ask for a code from now on"),
    cancel=OWN,
    fields=(
        Field(
            name="code",
            label=msgid("The code that the app shows now"),
            kind="code",
            longest=20,
            width="short",
            autocomplete="one-time-code",
        ),
        Field(name="ticket", label="", kind="hidden", longest=500),
        Field(name="secret", label="", kind="hidden", longest=200),
        Field(name="uri", label="", kind="hidden", longest=2000),
    ),
)
NAME_PASSKEY: Final = Form(
    id="passkey",
    action="/account/passkeys/add",
    button=msgid("Make a passkey"),
    cancel=OWN,
    fields=(
        Field(
            name="name",
            label=msgid("What to call it"),
            help=msgid("By which you tell it from others later: office laptop, blue key."),
            longest=80,
        ),
    ),
)
LANGUAGE: Final = Form(
    id="language",
    action="/account/language",
    button=msgid("Use this language"),
    fields=(
        Field(
            name="language",
            label=msgid("Language of the pages"),
            kind="radio",
            choices=(Choice("browser", msgid("As the browser asks")),),
        ),
    ),
)
CONFIRM_PASSWORD: Final = Form(
    id="confirm",
    action="/account/confirm",
    button=msgid("Confirm"),
    fields=(_PRESENT, _NEXT),
)
CONFIRM_CODE: Final = Field(
    name="code",
    label=msgid("Code from your app"),
    kind="code",
    longest=20,
    width="short",
    autocomplete="one-time-code",
)


class SignInPage(Page, frozen=True, kw_only=True):
    """Name and password, and the way to a passkey where the page's host is a name."""

    template: ClassVar[str] = "account/sign_in.html"

    form: Form
    passkey: Act | None


class LinkPage(Page, frozen=True, kw_only=True):
    """A button that uses a one-time link. ``purpose`` is empty for a link that does not hold."""

    template: ClassVar[str] = "account/link.html"

    purpose: str
    form: Form


class CodePage(Page, frozen=True, kw_only=True):
    """The second step after the password."""

    template: ClassVar[str] = "account/code.html"

    form: Form


class CeremonyPage(Page, frozen=True, kw_only=True):
    """The browser is asked for a passkey: the one page that needs script. ``options`` is the ceremony's JSON."""

    template: ClassVar[str] = "account/ceremony.html"

    title: Told
    sentence: Told
    kind: Literal["create", "get"]
    action: str
    options: str
    hidden: Mapping[str, str]
    button: Told
    cancel: str
    trail: tuple[Crumb, ...] = ()

    def crumbs(self) -> tuple[Crumb, ...]:
        return self.trail


class StartPage(Page, frozen=True, kw_only=True):
    """For somebody new, or recovered: choose how to sign in from now on."""

    template: ClassVar[str] = "account/start.html"

    name: str
    passkeys: bool
    has_password: bool


class ConfirmPage(Page, frozen=True, kw_only=True):
    """Step-up. ``form`` is None without a password, ``passkey`` where there is none or the host is no name."""

    template: ClassVar[str] = "account/confirm.html"

    form: Form | None
    passkey: Act | None
    elsewhere: bool


class CodesPage(Page, frozen=True, kw_only=True):
    """Setting up codes: the secret as a picture (``path`` on a grid of ``size``) and as text."""

    template: ClassVar[str] = "account/codes.html"

    size: int
    path: str
    secret: str
    uri: str
    form: Form

    def crumbs(self) -> tuple[Crumb, ...]:
        return TRAIL


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A signing key: in a passkey, or sealed under the password."""

    kind: str
    fingerprint: str
    created: Micros
    retired: Micros | None


class AccountPage(Page, frozen=True, kw_only=True):
    """A person's own account."""

    template: ClassVar[str] = "account/account.html"

    name: str
    roles: tuple[str, ...]
    created: Micros
    has_password: bool
    has_codes: bool
    passkeys: Table
    passkeys_here: bool
    language: Form
    sessions: Table
    others: Act | None
    keys: tuple[KeyRow, ...]


TRAIL: Final = (Crumb(msgid("Your account"), OWN),)
