"""Lists of words, written as people write them."""


def listed(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())
