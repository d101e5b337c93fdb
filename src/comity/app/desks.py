"""The desks of this node. A new desk is one line of import and its name in ``DESKS``: no other central edit."""

from typing import Final

from comity.casework.desk import Desk
from comity.desks.account import DESK as ACCOUNT
from comity.desks.agreements import DESK as AGREEMENTS
from comity.desks.approvals import DESK as APPROVALS
from comity.desks.erasure import DESK as ERASURE
from comity.desks.intel import DESK as INTEL
from comity.desks.mirrors import DESK as MIRRORS
from comity.desks.node import DESK as NODE
from comity.desks.operations import DESK as OPERATIONS
from comity.desks.people import DESK as PEOPLE

DESKS: Final[tuple[Desk, ...]] = (NODE, INTEL, APPROVALS, AGREEMENTS, MIRRORS, OPERATIONS, PEOPLE, ACCOUNT, ERASURE)
