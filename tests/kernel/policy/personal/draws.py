"""Draws from a seed: choices, digits, dates, and how keyboards and word processors spell what was drawn."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

HYPHENS = "\u2013\u2011\u2010\u2212\uff0d"
BLANKS = "\u00a0\u2009\u3000"
WIDE = 0xFEE0
"""How far the full-width form of a character is from it."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


class Draws:
    """A source of what was never seen before."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def chance(self, percent: int) -> bool:
        return self.random.random() * 100 < percent

    def number(self, low: int, high: int, width: int = 0) -> str:
        return f"{self.random.randint(low, high):0{width}d}"

    def digits(self, count: int) -> str:
        return "".join(self.random.choices(string.digits, k=count))

    def letters(self, count: int, among: str = string.ascii_uppercase) -> str:
        return "".join(self.random.choices(among, k=count))

    def hexadecimal(self, digits: int) -> str:
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def birth(self, first: int = 1940, last: int = 2006) -> tuple[int, str, str, str]:
        """A year, and year, month and day in two digits each."""
        year = self.random.randint(first, last)
        return year, f"{year % 100:02d}", self.number(1, 12, 2), self.number(1, 28, 2)

    def day(self, between: str = "-") -> str:
        return between.join((self.number(2019, 2026), self.number(1, 12, 2), self.number(1, 28, 2)))

    def time(self) -> str:
        return ":".join((self.number(0, 23, 2), self.number(0, 59, 2), self.number(0, 59, 2)))

    def spelt(self, written: str) -> str:
        """A number as it comes out of a form, a letter, a spreadsheet."""
        draw = self.random.random()
        if draw < 0.06:
            return "".join(chr(ord(each) + WIDE) if each in string.digits + "-+" else each for each in written)
        if draw < 0.16:
            return written.replace("-", self.one(HYPHENS))
        if draw < 0.20:
            return written.replace(" ", self.one(BLANKS))
        return written


def weighed(digits: str, weights: Sequence[int]) -> int:
    """The sum of products that most check digits begin with."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def luhn(body: str) -> str:
    """The check digit of ISO/IEC 7812-1."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - place % 2)
        total += value // 10 + value % 10
    return str(-total % 10)


def grouped(text: str, size: int, between: str) -> str:
    return between.join(text[place : place + size] for place in range(0, len(text), size))
