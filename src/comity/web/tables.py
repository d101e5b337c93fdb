"""Tables: columns, typed cells, and lists that are sorted and cut into pages by the server.

A listing reads sort and page from the address and keeps them within bounds; the table it makes carries the links for other
orders and other pages, so that everything works without script and every state of a list has an address. Pure.
Macros in ``web/tables.html`` draw it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, TypeVar
from urllib.parse import urlencode

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.web.forms import Act
from comity.web.notices import Meaning
from comity.web.words import Phrase, Told, msgid, plural

ROWS_A_PAGE: Final = 50
MOST_PAGES: Final = 200
LONGEST_VALUE: Final = 400
NOTHING: Final = msgid("Nothing here yet.")

Row_ = TypeVar("Row_")


# -- cells: what may stand in a table ---------------------------------------------------------------------------------


class Words(msgspec.Struct, frozen=True):
    """Text; ``quiet`` is a second line. Text from outside comes as ``outside(text)``."""

    kind: ClassVar[str] = "words"
    text: Told
    quiet: Told = ""


class Link(msgspec.Struct, frozen=True):
    """Text that leads on: the first column."""

    kind: ClassVar[str] = "link"
    text: Told
    path: str
    quiet: Told = ""


class Number(msgspec.Struct, frozen=True):
    """A count, with the digits grouped; None is not known."""

    kind: ClassVar[str] = "number"
    value: int | None


class At(msgspec.Struct, frozen=True):
    """A moment, local and UTC; ``never`` stands where there is none."""

    kind: ClassVar[str] = "at"
    at: Micros | None
    never: Told = msgid("never")


class Mark(msgspec.Struct, frozen=True):
    """A state, by its sign, colour and word."""

    kind: ClassVar[str] = "mark"
    meaning: Meaning
    word: Told


class Marking(msgspec.Struct, frozen=True):
    """A TLP marking."""

    kind: ClassVar[str] = "marking"
    level: Tlp
    assumed: bool = False


class Code(msgspec.Struct, frozen=True):
    """An identifier or a digest, shortened in the middle; a copy takes the whole."""

    kind: ClassVar[str] = "code"
    text: str


class Listed(msgspec.Struct, frozen=True):
    """Several short texts; ``none`` stands where there are none."""

    kind: ClassVar[str] = "listed"
    items: tuple[Told, ...]
    none: Told = msgid("none")


class Acts(msgspec.Struct, frozen=True):
    """Buttons and links at the end of a row."""

    kind: ClassVar[str] = "acts"
    acts: tuple[Act | Link, ...]


Cell = Words | Link | Number | At | Mark | Marking | Code | Listed | Acts


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column. ``key`` is its name in the address; ``sorts`` makes its title a link. ``unseen``: the title is only heard."""

    key: str
    title: Told
    sorts: bool = False
    number: bool = False
    unseen: bool = False


class Row(msgspec.Struct, frozen=True):
    """One row, a cell for each column; ``id`` is an anchor."""

    cells: tuple[Cell, ...]
    id: str = ""


# -- what a template is given -----------------------------------------------------------------------------------------


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A column's title as one page shows it; ``direction`` is that of ``aria-sort``."""

    title: Told
    path: str
    direction: Literal["ascending", "descending", "none"]
    number: bool
    unseen: bool


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """Where in a list a page stands, and the ways on; an empty path is no way."""

    said: Told = ""
    first: str = ""
    previous: str = ""
    following: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table, ready to be shown. Without rows, ``empty`` and ``comes`` stand in its place: what, and how it comes about."""

    caption: Told
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    paging: Paging = Paging()
    empty: Told = NOTHING
    comes: Told = ""


# -- lists --------------------------------------------------------------------------------------------------------------


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it was asked for: in which order, which page. ``kept`` are the filters that every link repeats."""

    path: str
    columns: tuple[Column, ...]
    by: str
    descending: bool
    page: int
    size: int
    kept: tuple[tuple[str, str], ...]
    usual: str

    @property
    def offset(self) -> int:
        """How many rows lie before this page."""
        return (self.page - 1) * self.size

    @property
    def limit(self) -> int:
        """How many rows to ask a database for: one more than are shown, which tells whether there are more."""
        return self.size + 1

    def page_of(self, everything: Sequence[Row_], keys: Mapping[str, Callable[[Row_], Any]]) -> tuple[Row_, ...]:
        """The asked page of a short list that is held in memory, in the order asked for; ``keys`` by column."""
        key = keys.get(self.by)
        ordered = sorted(everything, key=_known(key), reverse=self.descending) if key else list(everything)
        return tuple(ordered[self.offset : self.offset + self.limit])

    def table(
        self,
        caption: Told,
        rows: Sequence[Row],
        *,
        total: int | None = None,
        empty: Told = NOTHING,
        comes: Told = "",
    ) -> Table:
        """The table of what was found: give ``limit`` rows, ``size`` are shown. ``total`` where it is known at no cost."""
        shown = tuple(rows[: self.size])
        return Table(
            caption=caption,
            heads=tuple(self._head(column) for column in self.columns),
            rows=shown,
            paging=self._paging(len(shown), more=len(rows) > self.size, total=total),
            empty=empty,
            comes=comes,
        )

    def address(self, *, by: str = "", page: int = 1) -> str:
        """The address of this list in another order or at another page."""
        order = by or self._order()
        asked = [*self.kept]
        if order != self.usual:
            asked.append(("sort", order))
        if page > 1:
            asked.append(("page", str(page)))
        return f"{self.path}?{urlencode(asked)}" if asked else self.path

    def _order(self) -> str:
        return f"-{self.by}" if self.descending else self.by

    def _head(self, column: Column) -> Head:
        current = column.key == self.by
        direction: Literal["ascending", "descending", "none"] = "none"
        if current and column.sorts:
            direction = "descending" if self.descending else "ascending"
        turned = f"-{column.key}" if current and not self.descending else column.key
        return Head(
            title=column.title,
            path=self.address(by=turned) if column.sorts else "",
            direction=direction,
            number=column.number,
            unseen=column.unseen,
        )

    def _paging(self, shown: int, *, more: bool, total: int | None) -> Paging:
        if self.page == 1 and not more:
            return Paging()
        first, last = self.offset + 1, self.offset + shown
        parts = {"first": f"{first:,}", "last": f"{last:,}"}
        if not shown:
            said: Phrase = Phrase(msgid("This page is empty."))
        elif total is None:
            said = Phrase(msgid("%(first)s to %(last)s"), parts)
        else:
            said = plural("%(first)s to %(last)s of %(num)s", "%(first)s to %(last)s of %(num)s", total, **parts)
        return Paging(
            said=said,
            first=self.address() if self.page > 2 else "",
            previous=self.address(page=self.page - 1) if self.page > 1 else "",
            following=self.address(page=self.page + 1) if more and self.page < MOST_PAGES else "",
        )


def _known(key: Callable[[Row_], Any]) -> Callable[[Row_], tuple[bool, Any]]:
    """A key by which what is not known is less than everything that is."""

    def found(row: Row_) -> tuple[bool, Any]:
        value = key(row)
        return value is not None, 0 if value is None else value

    return found


def listing(
    path: str,
    asked: Mapping[str, str],
    columns: Sequence[Column],
    *,
    usual: str,
    kept: Sequence[str] = (),
    size: int = ROWS_A_PAGE,
) -> Listing:
    """The list that an address asks for. What can't be read there is the usual order and the first page.

    ``usual`` is a column's key, with a minus for the largest first; ``kept`` names the filters among ``asked``.
    """
    wanted = asked.get("sort", usual)
    if wanted.removeprefix("-") not in {column.key for column in columns if column.sorts}:
        wanted = usual
    page = asked.get("page", "1")
    return Listing(
        path=path,
        columns=tuple(columns),
        by=wanted.removeprefix("-"),
        descending=wanted.startswith("-"),
        page=min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
        size=size,
        kept=tuple((name, asked[name][:LONGEST_VALUE]) for name in kept if asked.get(name)),
        usual=usual,
    )


def plain(
    caption: Told, columns: Sequence[Column], rows: Sequence[Row], *, empty: Told = NOTHING, comes: Told = ""
) -> Table:
    """A short table without order or pages."""
    return Table(
        caption=caption,
        heads=tuple(
            Head(title=each.title, path="", direction="none", number=each.number, unseen=each.unseen)
            for each in columns
        ),
        rows=tuple(rows),
        empty=empty,
        comes=comes,
    )
