"""Forms: what is asked, what was typed, and what is wrong with it, in one struct that a template shows.

A form is declared once as a constant; a view fills it from what came in, looks whether it holds, and shows it again with
the errors beside the fields. Pure: nothing here reads a request. Macros in ``web/forms.html`` draw it.

Invariants: secrets (passwords, codes) are never put back into a page; what is not in the choices is not accepted,
whatever a browser sends; every error is kept beside the field it is about, and what was typed is kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, Self

import msgspec

from comity.kernel.base.errors import NodeError
from comity.kernel.objects.markings import Tlp
from comity.web.page import Crumb, Page
from comity.web.words import Phrase, Told, msgid, plural

Kind = Literal[
    "text",
    "password",
    "code",
    "email",
    "url",
    "number",
    "date",
    "moment",
    "textarea",
    "select",
    "radio",
    "checkboxes",
    "checkbox",
    "hidden",
    "file",
]
Width = Literal["short", "medium", "wide", "code"]

SECRET_KINDS: Final = frozenset({"password", "code"})
LONGEST: Final = 400
LARGEST_FILE: Final = 2_000_000
MOST_VALUES: Final = 500


class Typed:
    """What a browser sent: texts by name, and ``files`` as bytes by name. Anything else counts as not sent."""

    def __init__(self, pairs: Sequence[tuple[str, Any]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        self.files: dict[str, bytes] = {}
        for name, value in pairs:
            if isinstance(value, str):
                self._values.setdefault(name, []).append(value)
            elif isinstance(value, bytes):
                self.files.setdefault(name, value)

    def text(self, name: str) -> str:
        """The first value as it was typed, without blanks around it; empty where nothing came."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """The first value with its blanks: for passwords."""
        return self._values.get(name, [""])[0]

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a name: checkboxes."""
        return tuple(self._values.get(name, [])[:MOST_VALUES])

    def has(self, name: str) -> bool:
        """Whether anything came under a name: a checkbox, or the button that was pressed."""
        return name in self._values


class Choice(msgspec.Struct, frozen=True):
    """One of several. ``label`` and ``help`` are msgids or phrases; names from outside come as ``outside(name)``."""

    value: str
    label: Told
    help: Told = ""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a form. ``label`` and ``help`` are msgids or phrases; ``error`` is set by what was typed.

    ``moment`` is a date and time in the node's own zone (``Visit.read_moment`` makes microseconds of it). ``many`` values
    belong to ``checkboxes``; a ``checkbox`` is ticked where its value is ``yes``. A ``file`` is read from ``Typed.files``.
    """

    name: str
    label: Told
    kind: Kind = "text"
    help: Told = ""
    value: str = ""
    many: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    required: bool = True
    shortest: int = 0
    longest: int = LONGEST
    least: int | None = None
    most: int | None = None
    rows: int = 4
    width: Width = "medium"
    autocomplete: str = "off"
    error: Told = ""

    @property
    def secret(self) -> bool:
        """Whether its value must never be put back into a page."""
        return self.kind in SECRET_KINDS

    def filled(self, typed: Typed) -> Self:
        """The field with what was typed, and what is wrong with that."""
        if self.kind == "checkboxes":
            return self._chosen(typed.all(self.name))
        if self.kind == "file":
            return self._sent(typed.files.get(self.name, b""))
        if self.kind == "checkbox":
            value = "yes" if typed.has(self.name) else ""
        else:
            value = typed.raw(self.name) if self.secret else typed.text(self.name)
        return msgspec.structs.replace(self, value=value, error=self._fault(value))

    def _chosen(self, values: tuple[str, ...]) -> Self:
        offered = {choice.value for choice in self.choices}
        error: Told = ""
        if self.required and not values:
            error = msgid("Choose at least one.")
        elif not offered.issuperset(values):
            error = msgid("Choose from what is listed.")
        return msgspec.structs.replace(self, many=tuple(each for each in values if each in offered), error=error)

    def _sent(self, content: bytes) -> Self:
        error: Told = ""
        if self.required and not content:
            error = msgid("Choose a file.")
        elif len(content) > LARGEST_FILE:
            error = msgid("This file is larger than anything that is expected here.")
        return msgspec.structs.replace(self, error=error)

    def _fault(self, value: str) -> Told:
        if not value:
            return self._missing() if self.required else ""
        if len(value) > self.longest:
            return plural("At most %(num)s character.", "At most %(num)s characters.", self.longest)
        if len(value) < self.shortest:
            return plural("At least %(num)s character.", "At least %(num)s characters.", self.shortest)
        if self.choices and value not in {choice.value for choice in self.choices}:
            return msgid("Choose from what is listed.")
        if self.kind == "number":
            return self._number_fault(value)
        return ""

    def _missing(self) -> Told:
        if self.kind in {"select", "radio"}:
            return msgid("Choose one.")
        if self.kind == "checkbox":
            return msgid("Tick this to go on.")
        return msgid("Fill this in.")

    def _number_fault(self, value: str) -> Told:
        if not (value.isascii() and value.removeprefix("-").isdigit()) or len(value) > 18:
            return msgid("A whole number, in digits.")
        if self.least is not None and int(value) < self.least:
            return Phrase(msgid("Not less than %(number)s."), {"number": str(self.least)})
        if self.most is not None and int(value) > self.most:
            return Phrase(msgid("Not more than %(number)s."), {"number": str(self.most)})
        return ""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A form. ``button`` is a verb with its object; ``cancel`` is the path that leads away without doing anything.

    ``error`` is what is wrong with the whole; ``danger`` marks an act that can't be undone. ``id`` tells several forms of one
    page apart. ``asks`` is ``get`` for filters, which change nothing and carry no token.
    """

    action: str
    button: Told
    fields: tuple[Field, ...] = ()
    error: Told = ""
    cancel: str = ""
    danger: bool = False
    id: str = "form"
    asks: Literal["post", "get"] = "post"

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.error and not self.wrong

    @property
    def with_file(self) -> bool:
        """Whether it sends a file along."""
        return any(field.kind == "file" for field in self.fields)

    @property
    def wrong(self) -> tuple[Field, ...]:
        """The fields with an error."""
        return tuple(field for field in self.fields if field.error)

    def filled(self, typed: Typed) -> Self:
        """The form with what was typed."""
        return msgspec.structs.replace(self, fields=tuple(field.filled(typed) for field in self.fields))

    def to(self, action: str, *, cancel: str = "") -> Self:
        """The form for another address: forms about one thing have its name in theirs."""
        return msgspec.structs.replace(self, action=action, cancel=cancel or self.cancel)

    def starting(self, values: Mapping[str, str | tuple[str, ...]]) -> Self:
        """The form with values to begin with; a tuple for checkboxes."""
        return msgspec.structs.replace(
            self,
            fields=tuple(_begun(field, values[field.name]) if field.name in values else field for field in self.fields),
        )

    def offering(self, name: str, choices: Sequence[Choice]) -> Self:
        """The form with choices that are only known now."""
        return self._with(name, choices=tuple(choices))

    def failing(self, said: Told, name: str = "") -> Self:
        """The form with an error: beside the field ``name``, or about the whole."""
        return self._with(name, error=said) if name else msgspec.structs.replace(self, error=said)

    def refused(self, error: NodeError, name: str = "") -> Self:
        """The form with what the node said no with, and its hint."""
        return self.failing(" ".join(filter(None, (str(error), error.hint))), name)

    def value(self, name: str) -> str:
        """What was typed in one field."""
        return self._field(name).value

    def many(self, name: str) -> tuple[str, ...]:
        """The chosen values of ``checkboxes``."""
        return self._field(name).many

    def ticked(self, name: str) -> bool:
        """Whether a ``checkbox`` was ticked."""
        return self._field(name).value == "yes"

    def number(self, name: str) -> int | None:
        """The number in a field; None where it was left empty."""
        value = self._field(name).value
        return int(value) if value else None

    def _field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def _with(self, name: str, **changes: Any) -> Self:
        self._field(name)  # a name that no field has is an error here, not a message that nobody sees
        fields = (msgspec.structs.replace(each, **changes) if each.name == name else each for each in self.fields)
        return msgspec.structs.replace(self, fields=tuple(fields))


def _begun(field: Field, value: str | tuple[str, ...]) -> Field:
    if isinstance(value, tuple):
        return msgspec.structs.replace(field, many=value)
    return msgspec.structs.replace(field, value=value)


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A button that does one thing: a form without questions. ``about`` completes the button for those who hear it."""

    button: Told
    action: str
    hidden: Mapping[str, str] = {}
    about: str = ""
    danger: bool = False
    main: bool = False


class FormPage(Page, frozen=True, kw_only=True):
    """A title, what is to be known, one form; ``with_name`` where it asks for a password, which goes with a name."""

    template: ClassVar[str] = "web/form.html"

    title: Told
    sentences: tuple[Told, ...]
    form: Form
    with_name: bool = False
    trail: tuple[Crumb, ...] = ()

    def crumbs(self) -> tuple[Crumb, ...]:
        return self.trail


class ConfirmationPage(Page, frozen=True, kw_only=True):
    """Before a dangerous act: what will happen, to whom, whether it can be undone, how many; then the button."""

    template: ClassVar[str] = "web/confirm.html"

    title: Told
    consequences: tuple[Told, ...]
    undone: Told
    form: Form
    marking: Tlp | None = None
    trail: tuple[Crumb, ...] = ()

    def strictest(self) -> Tlp | None:
        return self.marking

    def crumbs(self) -> tuple[Crumb, ...]:
        return self.trail
