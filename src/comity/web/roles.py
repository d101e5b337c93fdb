"""What a role is called, wherever a page names one."""

from typing import Final

from comity.web.words import msgid

ROLES: Final[dict[str, str]] = {
    "administrator": msgid("Administrator"),
    "analyst": msgid("Analyst"),
    "approver": msgid("Approver"),
    "auditor": msgid("Auditor"),
    "diplomat": msgid("Diplomat"),
    "duty-officer": msgid("Duty officer"),
    "legal": msgid("Legal"),
}
