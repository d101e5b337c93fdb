"""One outline per family of types, around the origin, about 14 units wide: told apart in black and white and by feel."""

from typing import Final

from comity.web.portraits.kinds import Shape

OUTLINES: Final[dict[Shape, str]] = {
    "actor": "M-6.5 0a6.5 6.5 0 1 1 13 0a6.5 6.5 0 1 1-13 0Z",
    "activity": "M-7-5.5H2L7 0L2 5.5H-7L-2.8 0Z",
    "tool": "M0-7.2L6.2-3.6V3.6L0 7.2L-6.2 3.6V-3.6Z",
    "detection": "M-7 0a7 7 0 1 1 14 0a7 7 0 1 1-14 0ZM-4.4 0a4.4 4.4 0 1 0 8.8 0a4.4 4.4 0 1 0-8.8 0Z"
    "M-1.8 0a1.8 1.8 0 1 1 3.6 0a1.8 1.8 0 1 1-3.6 0Z",
    "observable": "M-5.8-5.8H5.8V5.8H-5.8Z",
    "weakness": "M0-7.8L2.2-2.2L7.8 0L2.2 2.2L0 7.8L-2.2 2.2L-7.8 0L-2.2-2.2Z",
    "place": "M0-7L7-1.4L4.6 6.4H-4.6L-7-1.4Z",
    "writing": "M-5.2-7H1.8L5.2-3.6V7H-5.2ZM-2.8-1V.4H2.8V-1ZM-2.8 2.2V3.6H2.8V2.2Z",
    "link": "M-4-3.2H4a3.2 3.2 0 0 1 0 6.4H-4a3.2 3.2 0 0 1 0-6.4Z",
    "rule": "M-2.7-6.6H2.7L6.6-2.7V2.7L2.7 6.6H-2.7L-6.6 2.7V-2.7Z",
}


def outline(shape: Shape) -> str:
    """Path data of a shape."""
    return OUTLINES[shape]
