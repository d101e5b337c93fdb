"""How much room letters take, as far as a server can know it: columns, where a wide character takes two."""

import unicodedata


def columns(text: str) -> int:
    """The width of a text in columns."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def fitted(text: str, room: int) -> str:
    """The text cut to ``room`` columns, with an ellipsis where something is missing."""
    return text if columns(text) <= room else f"{_beginning(text, room - 1).rstrip()}…"


def wrapped(text: str, room: int, most: int) -> tuple[str, ...]:
    """The text in at most ``most`` lines of ``room`` columns, broken at blanks where there are any."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1 and columns(rest) > room:
        head = _beginning(rest, room)
        blank = head.rfind(" ") if rest[len(head) : len(head) + 1] != " " else len(head)
        cut = blank if blank > room // 3 else max(1, len(head))
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return (*lines, fitted(rest, room)) if rest else tuple(lines)


def _beginning(text: str, room: int) -> str:
    width = 0
    for position, each in enumerate(text):
        width += columns(each)
        if width > room:
            return text[:position]
    return text
