"""Cyber-observables of hosts: process, software, user account, registry key and their extensions (STIX 2.1 6.13, 6.14,
6.16, 6.17).
"""

from typing import Annotated

from comity.kernel.objects.structs.core import Observable, Part
from comity.kernel.objects.structs.kinds import (
    AnyDict,
    Bool,
    Cpe,
    Dictionary,
    Int,
    Language,
    RegistryKey,
    Str,
    Strings,
    Text,
    Texts,
    Timestamp,
    Vocab,
    to,
)

AccountRef = Annotated[str, to("user-account")]
FileRef = Annotated[str, to("file")]
ProcessRef = Annotated[str, to("process")]


class WindowsProcessExt(Part, kw_only=True):
    """What Windows knows of a process (6.13.2). The table says ``windows_title``, the examples ``window_title``: both
    are known.
    """

    aslr_enabled: Bool | None = None
    dep_enabled: Bool | None = None
    priority: Str | None = None
    owner_sid: Str | None = None
    windows_title: Text | None = None
    window_title: Text | None = None
    startup_info: AnyDict | None = None
    integrity_level: Annotated[str, Vocab("windows-integrity-level-enum")] | None = None


class WindowsServiceExt(Part, kw_only=True):
    """A Windows service (6.13.3)."""

    service_name: Text | None = None
    descriptions: Texts | None = None
    display_name: Text | None = None
    group_name: Str | None = None
    start_type: Annotated[str, Vocab("windows-service-start-type-enum")] | None = None
    service_dll_refs: list[FileRef] | None = None
    service_type: Annotated[str, Vocab("windows-service-type-enum")] | None = None
    service_status: Annotated[str, Vocab("windows-service-status-enum")] | None = None


class Process(Observable, tag="process", kw_only=True):
    """A running program (6.13)."""

    is_hidden: Bool | None = None
    pid: Int | None = None
    created_time: Timestamp | None = None
    cwd: Text | None = None
    command_line: Text | None = None
    environment_variables: Annotated[dict[str, str], Dictionary("string")] | None = None
    opened_connection_refs: list[Annotated[str, to("network-traffic")]] | None = None
    creator_user_ref: AccountRef | None = None
    image_ref: FileRef | None = None
    parent_ref: ProcessRef | None = None
    child_refs: list[ProcessRef] | None = None


class Software(Observable, tag="software", kw_only=True):
    """A software product (6.14)."""

    name: Text
    cpe: Cpe | None = None
    swid: Text | None = None
    languages: list[Language] | None = None
    vendor: Text | None = None
    version: Str | None = None


class UnixAccountExt(Part, kw_only=True):
    """A UNIX account (6.16.2)."""

    gid: Int | None = None
    groups: Strings | None = None
    home_dir: Text | None = None
    shell: Str | None = None


class UserAccount(Observable, tag="user-account", kw_only=True):
    """An account of any kind (6.16)."""

    user_id: Text | None = None
    credential: Str | None = None
    account_login: Text | None = None
    account_type: Annotated[str, Vocab("account-type-ov")] | None = None
    display_name: Text | None = None
    is_service_account: Bool | None = None
    is_privileged: Bool | None = None
    can_escalate_privs: Bool | None = None
    is_disabled: Bool | None = None
    account_created: Timestamp | None = None
    account_expires: Timestamp | None = None
    credential_last_changed: Timestamp | None = None
    account_first_login: Timestamp | None = None
    account_last_login: Timestamp | None = None


class RegistryValue(Part, kw_only=True):
    """A value under a registry key (6.17.2)."""

    name: Text | None = None
    data: Text | None = None
    data_type: Annotated[str, Vocab("windows-registry-datatype-enum")] | None = None


class WindowsRegistryKey(Observable, tag="windows-registry-key", kw_only=True):
    """A Windows registry key (6.17)."""

    key: RegistryKey | None = None
    values: list[RegistryValue] | None = None
    modified_time: Timestamp | None = None
    creator_user_ref: AccountRef | None = None
    number_of_subkeys: Int | None = None
