"""What an operator may set: one struct of names, defaults and help, read once and then passed on as an argument.

A setting comes from a command's option, else from ``COMITY_<NAME>`` in the environment, else from its default. Nothing
else in the node reads the environment. ``SETTINGS`` is the same as a table; ``docs/reference`` is made from it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, cast

import msgspec
from msgspec import Meta

from comity.kernel.base.errors import Invalid
from comity.kernel.exchange.fetch.settings import FetchSettings
from comity.kernel.exchange.taxii.settings import TaxiiSettings
from comity.kernel.policy.personal.settings import ScanSettings

PREFIX: Final = "COMITY_"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one node. Each field's ``description`` is its manual entry."""

    data: Annotated[str, Meta(description="The node's folder; the same as --data.")] = ""
    host: Annotated[
        str, Meta(description="Address to listen on. Without TLS or a declared proxy it is a loopback address.")
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="Port to listen on.")] = 8000
    workers: Annotated[int, Meta(ge=1, le=64, description="Processes that answer requests.")] = 2
    base_url: Annotated[
        str,
        Meta(description="Where people and programs reach the node, if not at its host and port: https://node.example"),
    ] = ""
    proxy: Annotated[
        bool,
        Meta(
            description="Declares that a proxy of yours speaks TLS before this node. Then plain HTTP is spoken on any "
            "host, and the last address in X-Forwarded-For is the client's."
        ),
    ] = False
    tls_cert: Annotated[
        str, Meta(description="Certificate under which the node speaks TLS itself, with those above it; a PEM file.")
    ] = ""
    tls_key: Annotated[str, Meta(description="The certificate's private key, without a passphrase; a PEM file.")] = ""
    timezone: Annotated[str, Meta(description="Time zone in which pages show moments; an IANA name.")] = "UTC"
    cache_mb: Annotated[
        int, Meta(ge=1, le=4096, description="SQLite page cache of each reading connection, in MB.")
    ] = 1
    labels_per_source: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="How many different labels (combinations of type, markings and the like) one source may have. "
            "What it sends beyond that is kept in quarantine: nothing of it is released to others.",
        ),
    ] = 1000
    threads: Annotated[int, Meta(ge=1, le=64, description="Threads of each process that wait for the database.")] = 2
    log: Annotated[str, Meta(pattern="^(debug|info|warning|error)$", description="Least level that is logged.")] = (
        "info"
    )
    log_requests: Annotated[
        bool, Meta(description="Whether each request is logged: method, path without secrets, status, milliseconds.")
    ] = False
    taxii: TaxiiSettings = TaxiiSettings()
    fetch: FetchSettings = FetchSettings()
    scan: ScanSettings = ScanSettings()

    @property
    def speaks_tls(self) -> bool:
        """Whether the node speaks TLS itself."""
        return bool(self.tls_cert)

    @property
    def url(self) -> str:
        """Where the node is reached, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "https" if self.speaks_tls else "http"
        return self.base_url.rstrip("/") or f"{scheme}://{host}:{self.port}"


class Setting(msgspec.Struct, frozen=True):
    """One line of the table of settings."""

    name: str
    variable: str
    default: Any
    help: str


def _table(struct: type[msgspec.Struct], prefix: str = "") -> tuple[Setting, ...]:
    lines: list[Setting] = []
    for field in cast("msgspec.inspect.StructType", msgspec.inspect.type_info(struct)).fields:
        if isinstance(field.type, msgspec.inspect.StructType):
            lines += _table(field.type.cls, f"{prefix}{field.name}_")
            continue
        extra = field.type.extra_json_schema if isinstance(field.type, msgspec.inspect.Metadata) else None
        name = prefix + field.name
        lines.append(Setting(name, PREFIX + name.upper(), field.default, (extra or {}).get("description", "")))
    return tuple(lines)


SETTINGS: Final = _table(Settings)
ROOMS: Final = ("fetch", "scan", "taxii")
"""Fields that are structs of their own; their settings' names begin with theirs."""


def environment() -> Mapping[str, str]:
    """The process's environment: the one place that reads it."""
    return os.environ  # noqa: TID251  settings are read here


def read_settings(variables: Mapping[str, str], **options: Any) -> Settings:
    """Settings from the environment and from options; an option that is None was not given."""
    given = {key: value for key, value in options.items() if value is not None}
    flat = {line.name: variables[line.variable] for line in SETTINGS if variables.get(line.variable, "") != ""}
    rooms = {
        room: {name.removeprefix(f"{room}_"): flat.pop(name) for name in list(flat) if name.startswith(f"{room}_")}
        for room in ROOMS
    }
    try:
        return msgspec.convert({**flat, **rooms, **given}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"a setting is not valid: {error}",
            code="setting",
            hint=f"Options come first, then variables ({PREFIX}...); docs/reference/settings.md has them all.",
        ) from error


def data_folder(settings: Settings) -> Path:
    """The node's folder, as the settings name it."""
    if not settings.data:
        raise Invalid(
            "which node? No data folder is named",
            code="no-data",
            hint="Give --data DIR or set COMITY_DATA; 'comity init DIR' makes a new node.",
        )
    return Path(settings.data).expanduser().absolute()


def check_host(settings: Settings) -> None:
    """Plain HTTP is spoken on loopback only; elsewhere the node speaks TLS, or the operator has declared a proxy that does."""
    if bool(settings.tls_cert) != bool(settings.tls_key):
        missing = "tls_key" if settings.tls_cert else "tls_cert"
        raise Invalid(
            f"TLS needs a certificate and its key, and {missing} is missing",
            code="tls",
            hint="Give both --tls-cert and --tls-key, or neither.",
        )
    if settings.speaks_tls and settings.base_url.startswith("http://"):
        raise Invalid(
            "the node speaks TLS, and its base_url begins with http://", code="tls", hint="Let it begin with https://."
        )
    if settings.host in LOOPBACK or settings.proxy or settings.speaks_tls:
        return
    raise Invalid(
        f"the node speaks plain HTTP and will not do so on {settings.host}, where others can listen in",
        code="host",
        hint="Give it a certificate (--tls-cert, --tls-key); or leave --host at 127.0.0.1 and let a proxy speak TLS before "
        f"it. If your proxy reaches the node at {settings.host} over a network that only you are on, say so with "
        "COMITY_PROXY=true.",
    )
