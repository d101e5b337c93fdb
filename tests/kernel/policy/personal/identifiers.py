"""Makers of identifiers: each computes its check digits from the identifier's definition, not by the rules under test."""

from __future__ import annotations

import string

from tests.kernel.policy.personal.draws import Draws, grouped, luhn, weighed, words

GIVEN = words(
    """
    Astrid Bram Caoimhe Dov Eero Florin Gwen Hyun Ilse Jarek Katalin Leif Maud Nadia Orla Piet Quirin Runa Sanne Teun
    """
)
FAMILY = words(
    """
    Ahlgren Brouwer Castellane Dvorak Eklund Fodor Gallo Halonen Iversen Jansons Kerr Lindqvist Moreau Nowak Ozols Pekka
    """
)
ROMAN = words(
    """
    haram.kang bonhee.ku yun.ng eunchae.noh km.do sion.ryu jaein.ma seojun81 daon_bae woojin-s ruri.an tkeom jr.ok
    """
)
HOSTS = words(
    """
    saltmarsh tidewrack greymoor lanternfish kelpwood brackwater ironholm norrvik hanbada seorak-data mirae-port
    """
)
TOPS = words(
    """
    example test example.kr co.kr or.kr example.com ac.uk example.de invalid go.kr fi example.org
    """
)

_RRN = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
_ALPHABET = string.digits + string.ascii_uppercase
_ODD = [
    int(value)
    for value in words("1 0 5 7 9 13 15 17 19 21 1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23")
]
"""Values of digits and letters at odd places of a codice fiscale."""


class Identifiers(Draws):
    """One method for each maker; ``generator.KINDS`` names them."""

    # -- e-mail

    def email(self) -> str:
        given, family = self.one(GIVEN), self.one(FAMILY)
        local = self.one(
            (
                self.one(ROMAN),
                f"{given}.{family}".lower(),
                f"{given[0]}{family}".lower(),
                f"{family.lower()}{self.number(1, 99)}",
                f"{given.lower()}+{self.one(('ops', 'lists', 'night'))}",
                f"{given}_{family}",
            )
        )
        below = f"{self.one(('mail', 'hq', 'seoul', 'ops-2'))}." if self.chance(30) else ""
        plain = f"{local}@{below}{self.one(HOSTS)}.{self.one(TOPS)}"
        draw = self.random.random()
        if draw < 0.08:
            return plain.replace(".", "[.]")
        if draw < 0.14:
            return plain.replace("@", "[at]").replace(".", "[.]")
        if draw < 0.18:
            return plain.replace("@", " (at) ").replace(".", " (dot) ")
        return plain.replace("@", "\uff20") if draw < 0.22 else plain

    # -- telephone

    def phone_kr(self) -> str:
        mobile = self.chance(60)
        area = "010" if mobile else self.one(("02", "031", "032", "042", "051", "053", "062", "064"))
        middle = self.number(2000, 9999) if mobile else self.number(200, 899)
        last = self.digits(4)
        forms = [f"{area}-{middle}-{last}"] * 4 + [f"{area} {middle} {last}", f"{area}.{middle}.{last}"]
        forms += [f"+82 {area[1:]} {middle} {last}", f"+82-{area[1:]}-{middle}-{last}", f"+82{area[1:]}{middle}{last}"]
        return self.one([*forms, f"{area}{middle}{last}" if mobile else f"{area}){middle}-{last}"])

    def phone_us(self) -> str:
        area = self.one(("206", "303", "415", "512", "617", "718", "773", "808", "907"))
        middle, last = self.one(("234", "348", "465", "592", "647", "778", "823")), self.digits(4)
        domestic = (f"({area}) {middle}-{last}", f"{area}-{middle}-{last}", f"{area}.{middle}.{last}")
        abroad = (f"+1 {area} {middle} {last}", f"+1-{area}-{middle}-{last}", f"+1 ({area}) {middle}-{last}")
        return self.one((*domestic, *abroad, f"1-{area}-{middle}-{last}"))

    def phone_gb(self) -> str:
        if self.chance(50):
            head, tail = self.one(("7400", "7511", "7733", "7825", "7912")), self.digits(6)
            domestic = (f"0{head} {tail}", f"0{head} {tail[:3]} {tail[3:]}", f"0{head}{tail}")
            return self.one((*domestic, f"+44 {head} {tail}", f"+44{head}{tail}"))
        tail = self.digits(4)
        london = (f"020 7946 {tail}", f"+44 20 7946 {tail}", f"+44 (0)20 7946 {tail}", f"(020) 7946 {tail}")
        return self.one((*london, f"0161 496 {tail}", f"+44 161 496 {tail}"))

    def phone_eu(self) -> str:
        six = self.digits(6)
        french = f"{self.number(10, 69)} {six[:2]} {six[2:4]} {six[4:]}"
        return self.one(
            (
                f"+49 30 9{six}",
                f"+49 151 2{self.digits(7)}",
                f"+33 6 {french}",
                f"06 {french}",
                f"+34 6{self.digits(2)} {six[:3]} {six[3:]}",
                f"+39 06 6{six}",
                f"+31 6 {self.number(11, 59)}{six}",
                f"+48 60{self.number(1, 9)} {six[:3]} {six[3:]}",
                f"+46 70 {six[:3]} {six[3:5]} {six[5]}{self.number(1, 9)}",
                f"+358 40 {six[:3]} {six[3:]}{self.number(1, 9)}",
                f"+353 87 {six[:3]} {six[3:]}{self.number(1, 9)}",
            )
        )

    # -- Korea

    def rrn(self) -> str:
        year, *date = self.birth(1930, 2019)
        twelve = f"{''.join(date)}{self.one((1, 2)) + 2 * (year >= 2000)}{self.number(0, 95, 2)}{self.digits(3)}"
        made = f"{twelve}{(11 - weighed(twelve, _RRN) % 11) % 10}"
        return f"{made[:6]}{self.one(('-', '-', '-', '-', ' - ', ' '))}{made[6:]}"

    def rrn_foreign(self) -> str:
        year, *date = self.birth(1950, 2005)
        twelve = f"{''.join(date)}{self.one((5, 6)) + 2 * (year >= 2000)}{self.number(0, 95, 2)}{self.digits(3)}"
        return f"{twelve[:6]}-{twelve[6:]}{(13 - weighed(twelve, _RRN) % 11) % 10}"

    def rrn_new(self) -> str:
        """Of who was born since there is no check digit."""
        _, *date = self.birth(2021, 2025)
        return f"{''.join(date)}-{self.one('34')}{self.digits(6)}"

    def rrn_reissued(self) -> str:
        _, *date = self.birth(1950, 1999)
        return f"{''.join(date)}-{self.one('12')}{self.digits(6)}"

    # -- English-speaking

    def ssn(self) -> str:
        area = self.one((self.number(100, 665), self.number(667, 899)))
        return f"{area}-{self.number(1, 99, 2)}-{self.number(1, 9999, 4)}"

    def nino(self) -> str:
        prefix = "BG"
        while prefix in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}:
            prefix = f"{self.one('ABCEGHJKLMNPRSTWXY')}{self.one('ABCEGHJKLMNPRSTWXYZ')}"
        six, end = self.digits(6), self.one("ABCD")
        return self.one((f"{prefix}{six}{end}", f"{prefix} {grouped(six, 2, ' ')} {end}"))

    # -- European Union

    def pesel(self) -> str:
        year, short, month, day = self.birth(1940, 2006)
        ten = f"{short}{int(month) + 20 * (year >= 2000):02d}{day}{self.digits(4)}"
        return f"{ten}{-weighed(ten, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10}"

    def hetu(self) -> str:
        year, short, month, day = self.birth(1940, 2015)
        date, serial = f"{day}{month}{short}", self.number(2, 899, 3)
        return (
            f"{date}{'A' if year >= 2000 else '-'}{serial}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(date + serial) % 31]}"
        )

    def dni(self) -> str:
        number = self.number(1_000_000, 99_999_999, 8)
        return f"{number}{self.one(('', '-'))}{_SPANISH[int(number) % 23]}"

    def nie(self) -> str:
        first, number = self.one("012"), self.number(0, 9_999_999, 7)
        return f"{'XYZ'[int(first)]}{number}{_SPANISH[int(first + number) % 23]}"

    def belgian(self) -> str:
        year, *date = self.birth(1940, 2006)
        serial = self.number(1, 997, 3)
        check = f"{97 - int(('2' if year >= 2000 else '') + ''.join(date) + serial) % 97:02d}"
        return self.one((f"{'.'.join(date)}-{serial}.{check}", f"{''.join(date)}{serial}{check}"))

    def french(self) -> str:
        department = self.one([f"{number:02d}" for number in range(1, 96) if number != 20])
        parts = [
            self.one("12"),
            self.number(30, 99),
            self.number(1, 12, 2),
            department,
            self.number(1, 989, 3),
            self.number(1, 998, 3),
        ]
        check = f"{97 - int(''.join(parts)) % 97:02d}"
        return self.one(("", " ")).join((*parts, check))

    def italian(self) -> str:
        _, short, month, day = self.birth(1940, 2010)
        place = f"{self.one('ABCDEFGHIL')}{self.number(100, 899)}"
        letters = self.letters(6, "BCDFGLMNPRSTVZ")
        fifteen = f"{letters}{short}{'ABCDEHLMPRST'[int(month) - 1]}{int(day) + self.one((0, 40)):02d}{place}"
        values = [_ALPHABET.index(each) for each in fifteen]
        even = [value if value < 10 else value - 10 for value in values[1::2]]
        return f"{fifteen}{string.ascii_uppercase[(sum(_ODD[value] for value in values[::2]) + sum(even)) % 26]}"

    def romanian(self) -> str:
        year, *date = self.birth(1930, 2010)
        twelve = (
            f"{self.one((1, 2)) + 4 * (year >= 2000)}{''.join(date)}{self.number(1, 40, 2)}{self.number(1, 999, 3)}"
        )
        check = weighed(twelve, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
        return f"{twelve}{check if check < 10 else 1}"

    def baltic(self) -> str:
        year, *date = self.birth(1940, 2010)
        ten = f"{self.one((3, 4)) + 2 * (year >= 2000)}{''.join(date)}{self.digits(3)}"
        first, second = (
            weighed(ten, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11,
            weighed(ten, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11,
        )
        return f"{ten}{first if first < 10 else second % 10}"

    def swedish(self) -> str:
        year, *date = self.birth(1940, 2010)
        nine = f"{''.join(date)}{self.digits(3)}"
        return f"{year // 100 if self.chance(50) else ''}{nine[:6]}-{nine[6:]}{luhn(nine)}"

    def danish(self) -> str:
        check = 10
        while check == 10:
            _, short, month, day = self.birth(1940, 1999)
            nine = f"{day}{month}{short}{self.number(100, 399)}"
            check = -weighed(nine, (4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
        return f"{nine[:6]}-{nine[6:]}{check}"

    def czech(self) -> str:
        check = 10
        while check == 10:
            _, short, month, day = self.birth(1955, 2003)
            nine = f"{short}{int(month) + self.one((0, 50)):02d}{day}{self.digits(3)}"
            check = int(nine) % 11
        return f"{nine[:6]}/{nine[6:]}{check}"

    def dutch(self) -> str:
        check = 10
        while check == 10:
            eight = self.number(10_000_000, 39_999_999)
            check = weighed(eight, range(9, 1, -1)) % 11
        return f"{eight}{check}"

    def german(self) -> str:
        """The tax number of a person (ISO/IEC 7064, MOD 11,10); one of its first ten digits stands twice."""
        ten = "0"
        while ten[0] == "0":
            nine = self.random.sample(string.digits, 9)
            nine.insert(self.random.randint(0, 9), self.one(nine))
            ten = "".join(nine)
        product = 10
        for digit in ten:
            product = ((int(digit) + product) % 10 or 10) * 2 % 11
        return f"{ten}{(11 - product) % 10}"

    # -- money

    def iban(self) -> str:
        bank_letters = {"NL", "GB", "IE"}
        lengths = {
            "DE": 18,
            "NL": 10,
            "GB": 14,
            "FR": 23,
            "ES": 20,
            "PL": 24,
            "FI": 14,
            "EE": 16,
            "SE": 20,
            "BE": 12,
            "AT": 16,
        }
        country = self.one([*lengths, "IE"])
        account = (self.letters(4) if country in bank_letters else "") + self.digits(lengths.get(country, 14))
        number = int("".join(str(int(each, 36)) for each in f"{account}{country}00"))
        made = f"{country}{98 - number % 97:02d}{account}"
        return grouped(made, 4, " ") if self.chance(50) else made

    def card(self) -> str:
        prefix = self.one(("4", "51", "52", "54", "55", "37", "34", "3530", "6212", "2223", "9410"))
        length = 15 if prefix in {"34", "37"} else 16
        body = prefix + self.digits(length - len(prefix) - 1)
        made, between = f"{body}{luhn(body)}", self.one(("-", " ", ""))
        return between.join((made[:4], made[4:10], made[10:])) if length == 15 else grouped(made, 4, between)
