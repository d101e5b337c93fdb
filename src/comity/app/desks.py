"""The desks of this node. A new desk is one line of import and its name in ``DESKS``: no other central edit."""

from typing import Final

from comity.casework.desk import Desk
from comity.desks.intel import DESK as INTEL
from comity.desks.node import DESK as NODE

DESKS: Final[tuple[Desk, ...]] = (NODE, INTEL)
