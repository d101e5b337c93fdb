"""What the node remembers of its last backup, in its own database; for monitoring and ``comity doctor``."""

from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.store.registry import Registry

_SETTING: Final = "backup"


class LastBackup(msgspec.Struct, frozen=True):
    """When it was made, how large it is, whether it was restored for trial."""

    made: Micros
    size: int
    tried: bool


def last_backup(registry: Registry) -> LastBackup | None:
    """The last one; None if there never was any."""
    value = registry.setting(_SETTING)
    return None if value is None else msgspec.json.decode(value, type=LastBackup)


def remember(registry: Registry, last: LastBackup) -> None:
    """Keeps it; the one before is forgotten."""
    registry.put_setting(_SETTING, msgspec.json.encode(last))
