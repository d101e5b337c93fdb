"""docs/reference/README.md: what the other pages are."""

PAGE = """# Reference

Made from the code by `make docs`; a check fails when it is stale.

- [Commands](commands.md)
- [Settings](settings.md)
- [Routes and permissions](routes.md)
- [Errors](errors.md)
- [Leaves](leaves.md)
"""


def page() -> str:
    """The whole page."""
    return PAGE
