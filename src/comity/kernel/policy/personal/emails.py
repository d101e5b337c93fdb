"""E-mail addresses in text (RFC 5321, RFC 6531), also as people defang them.

Mailboxes of a role (RFC 2142, and what CSIRTs call theirs) are nobody's in particular and are left out.
"""

import re
from collections.abc import Iterator
from typing import Final

from comity.kernel.policy.personal.finding import Kind, Span
from comity.kernel.policy.personal.lists import listed

PSEUDONYMS: Final = "pseudonym.invalid"
"""The domain of pseudonyms: what stands under it names nobody."""

_TOP: Final = r"(?:xn--[a-z0-9-]{2,59}|[A-Za-z]{2,24}(?![A-Za-z0-9-])|한국)"
_LABEL: Final = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOT: Final = r"(?:\s?[\[({<]\s?(?:\.|dot|점)\s?[\])}>]\s?|\.|\sdot\s)"
_AT: Final = re.compile(r"@|\s?[\[({<]\s?(?:@|at|골뱅이)\s?[\])}>]\s?|\sat\s", re.IGNORECASE)
_OTHER_AT: Final = re.compile(r"[\[({<]\s?(?:at|골뱅이)\s?[\])}>]|\sat\s", re.IGNORECASE)
_DOMAIN: Final = re.compile(rf"(?!\d+\.\d)(?:{_LABEL}{_DOT}){{1,8}}{_TOP}", re.IGNORECASE)
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+_~-]+(?:\.[A-Za-z0-9!#$%&'*+_~-]+){0,9}$")
"""Without what RFC 5322 lets stand in it, and what in practice parts it from a name, as in ``owner=kim@...``."""
_ANY_LOCAL: Final = re.compile(r"[^\W_][\w.+-]{0,63}$")
_DEFANGED_LOCAL: Final = re.compile(rf"[A-Za-z0-9_+-]+(?:{_DOT}[A-Za-z0-9_+-]+){{0,4}}$", re.IGNORECASE)
_DOTS: Final = re.compile(_DOT, re.IGNORECASE)
_WRITTEN: Final = re.compile(r"\sdot\s|[\[({<]", re.IGNORECASE)
_LONGEST: Final = 64
"""Octets of a local part (RFC 5321 4.5.3.1.1)."""
_QUOTES: Final = "'*~&#!$%-"
"""What may begin a local part, and far more often stands before one."""

_ROLES: Final = frozenset(
    listed(
        """
    abuse admin administrator billing bounce bounces cert cirt contact contacts csirt dns dpo ftp git help helpdesk hello
    hostmaster incident incidents info information ir itsecurity kontakt list mail mailer-daemon marketing news newsletter
    no-reply noc noreply do-not-reply donotreply office operations ops postmaster press privacy psirt registrar report
    reports root sales secretariat security soc spam support team trouble usenet uucp vulnerability webmaster whois www
    """
    )
)
_ROLE: Final = re.compile(
    r"(?:[a-z0-9]{1,20}[._-])?(?:cert|csirt|cirt|soc|noc|psirt|abuse|security|incident|no-?reply)(?:[._-][a-z0-9]{1,20})?"
)
_FILES: Final = frozenset(
    listed(
        """
    bin bmp cfg conf css csv dat dll docx dylib elf exe gif gz htm html ico ini ips jar jpeg jpg js json jsx lnk lock log
    md5 pdf php plist png pptx ps1 sys svg tgz tmp ts tsx txt vbs webp xlsx xml yaml yml
    """
    )
)
"""Ends of file names that are no top-level domains: ``logo@2x.png`` is a picture."""


def may_hold(text: str) -> bool:
    """Whether there is an @ in a text, or a word for it."""
    return "@" in text or _OTHER_AT.search(text) is not None


def emails(text: str) -> Iterator[Span]:
    """The addresses in a text."""
    if not may_hold(text):
        return
    done = 0
    for match in _AT.finditer(text):
        written = match.group() != "@"
        local = _local(text, match.start(), done, written=written)
        domain = _DOMAIN.match(text, match.end())
        if local is None or domain is None:
            continue
        is_word = match.group().strip().lower() == "at"  # of any sentence, unless the dot is written out as well
        if is_word and _WRITTEN.search(domain.group()) is None:
            continue
        span = _span(text, local, match.start(), domain)
        if span is not None:
            done = span.end
            yield span


def _local(text: str, at: int, done: int, *, written: bool) -> int | None:
    """Where the local part begins that ends at a place; letters of other scripts where the last one is such."""
    first = max(done, at - _LONGEST)
    before = text[first:at]
    found = None if written else _LOCAL.search(before)
    if written or before[-32:].find("]") >= 0 or before[-32:].find(")") >= 0:
        found = max(filter(None, (_DEFANGED_LOCAL.search(before), found)), key=_length, default=None)
    found = found or (None if written else _ANY_LOCAL.search(before))
    if found is None:
        return None
    local = found.group()
    return first + found.start() + len(local) - len(local.lstrip(_QUOTES))


def is_role(address: str) -> bool:
    """Whether a mailbox belongs to a role."""
    local = address.rpartition("@")[0].lower().partition("+")[0]
    return local in _ROLES or _ROLE.fullmatch(local) is not None


def is_pseudonym(address: str) -> bool:
    """Whether an address is a pseudonym of ours."""
    domain = address.rpartition("@")[2].lower()
    return domain == PSEUDONYMS or domain.endswith(f".{PSEUDONYMS}")


def _length(match: re.Match[str]) -> int:
    return match.end() - match.start()


def _span(text: str, start: int, at: int, domain: re.Match[str]) -> Span | None:
    local, name = (_DOTS.sub(".", part) for part in (text[start:at], domain.group()))
    if not local or name.rpartition(".")[2].lower() in _FILES:
        return None
    if _in_authority(text, start) or _is_message_id(text, start):
        return None
    normal = f"{local}@{name}".lower()
    return None if is_role(normal) or is_pseudonym(normal) else Span(Kind.EMAIL, start, domain.end(), normal)


def _in_authority(text: str, start: int) -> bool:
    """Whether what looks like an address is the password and host of a URL (RFC 3986 3.2.1)."""
    before = text[max(0, start - 80) : start]
    scheme = before.rfind("://")
    return scheme >= 0 and not re.search(r"[\s/?#]", before[scheme + 3 :])


def _is_message_id(text: str, start: int) -> bool:
    """Whether it is what a mail program names a message by (RFC 5322 3.6.4)."""
    before = text[max(0, start - 16) : start].lower()
    return re.search(r"(?:message-id|in-reply-to|references):?\s*<?$", before) is not None
