"""What looks like somebody's identifier and is none: what reports on attacks are full of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kernel.policy.personal.draws import Draws, grouped, luhn
from tests.kernel.policy.personal.identifiers import FAMILY, HOSTS, TOPS

if TYPE_CHECKING:
    from collections.abc import Callable

ROLES = ("abuse", "security", "cert", "soc", "csirt", "noc", "postmaster", "no-reply", "info")


class Decoys(Draws):
    """``decoy`` draws one of them."""

    def decoy(self) -> str:
        return self.one(_MAKERS)(self)

    def host(self) -> str:
        return f"{self.one(HOSTS)}.{self.one(TOPS)}"

    def uuid(self) -> str:
        return "-".join(
            (
                self.hexadecimal(8),
                self.hexadecimal(4),
                f"4{self.hexadecimal(3)}",
                f"a{self.hexadecimal(3)}",
                self.hexadecimal(12),
            )
        )

    def security_identifier(self) -> str:
        return f"S-1-5-21-{'-'.join(self.number(10**8, 4 * 10**9) for _ in range(3))}-{self.number(500, 2000)}"

    def wrong_card(self) -> str:
        body = f"4{self.digits(14)}"
        return grouped(f"{body}{(int(luhn(body)) + self.random.randint(1, 9)) % 10}", 4, "-")

    def wrong_rrn(self) -> str:
        """Thirteen digits that begin with no date."""
        return f"{self.number(30, 99)}{self.number(13, 99)}{self.number(32, 99)}-{self.one('1234')}{self.digits(6)}"


_MAKERS: tuple[Callable[[Decoys], str], ...] = (
    lambda a: f"CVE-{a.number(2009, 2026)}-{a.number(1000, 199999)}",
    lambda a: a.hexadecimal(64),
    lambda a: a.hexadecimal(32),
    lambda a: f"sha1:{a.hexadecimal(40)}",
    lambda a: f"{a.number(1, 30)}.{a.number(0, 20)}.{a.number(100, 22000)}.{a.number(1, 4999)}",
    lambda a: f"v{a.number(1, 9)}.{a.number(0, 40)}.{a.number(0, 99)}-rc{a.number(1, 4)}",
    lambda a: f"{a.day()}T{a.time()}Z",
    lambda a: f"{a.day()} {a.time()[:5]} +09:00",
    lambda a: f"{a.day('.')}.",
    lambda a: f"{a.number(1, 28, 2)}/{a.number(1, 12, 2)}/{a.number(2019, 2026)}",
    lambda a: a.number(1_550_000_000, 1_899_999_999),
    lambda a: a.number(1_550_000_000_000, 1_899_999_999_999),
    lambda a: f"10.{a.number(0, 255)}.{a.number(0, 255)}.{a.number(1, 254)}:{a.number(1024, 65535)}",
    lambda a: f"198[.]51[.]100[.]{a.number(1, 254)}",
    lambda a: f"2001:db8:{a.hexadecimal(4)}::{a.hexadecimal(4)}",
    Decoys.uuid,
    lambda a: f"ports {a.number(1024, 30000)}-{a.number(30001, 65535)}",
    lambda a: f"{a.number(1, 9)},{a.digits(3)},{a.digits(3)} bytes",
    lambda a: f"USD {a.number(1, 900)},{a.digits(3)}.00",
    lambda a: f"{a.number(1, 900)},{a.digits(3)},000원",
    lambda a: f"₩{a.number(1_000_000, 99_999_999)}",
    lambda a: f"T{a.number(1001, 1659)}.{a.number(1, 20, 3)}",
    lambda a: f"CAPEC-{a.number(100, 699)}, CWE-{a.number(20, 1390)}",
    lambda a: f"{a.one(ROLES)}@{a.host()}",
    lambda a: f"cert[at]{a.one(HOSTS)}[.]example",
    lambda a: f"{a.one(('INC', 'TKT', 'CASE', 'GT-INC', 'KC'))}-{a.number(2019, 2026)}-{a.number(100, 999999, 6)}",
    lambda a: f"EventID {a.number(4600, 4799)} {a.number(4600, 4799)}",
    Decoys.security_identifier,
    lambda a: f"AS{a.number(64512, 65534)}",
    lambda a: f"KB{a.number(4000000, 5099999)}",
    lambda a: grouped(a.hexadecimal(12).upper(), 2, ":"),
    lambda a: f"{a.number(33, 38)}.{a.digits(5)}, {a.number(126, 129)}.{a.digits(5)}",
    lambda a: f"{a.number(101, 899)}-{a.number(81, 99)}-{a.digits(5)}",  # a company's, in Korea
    lambda a: f"{a.one(('1544', '1566', '1588', '1600', '1644', '1899'))}-{a.digits(4)}",
    lambda a: f"080-{a.number(200, 899)}-{a.digits(4)}",
    lambda a: f"1-800-{a.number(234, 899)}-{a.digits(4)}",
    lambda a: f"hxxps://{a.one(HOSTS)}.example/dl/{a.digits(11)}/setup.exe",
    lambda a: f"https://{a.one(HOSTS)}.test/report/{a.digits(8)}?page={a.number(2, 40)}",
    lambda a: f"0x{a.hexadecimal(16)}",
    lambda a: f"{a.number(100, 900)}.{a.number(10, 99)} MB",
    lambda a: f"build {a.number(17000, 26000)}.{a.number(100, 4000)}",
    lambda a: f"logo@2x.png, {a.one(HOSTS)}@{a.number(1, 9)}.{a.number(0, 9)}.{a.number(0, 9)}",
    lambda a: f"rule {a.number(2000000, 2050000)} rev {a.number(1, 12)}",
    lambda a: f"TCP/{a.number(1, 65535)} and UDP/{a.number(1, 65535)}",
    lambda a: f"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H ({a.number(1, 9)}.{a.number(0, 9)})",
    Decoys.wrong_card,
    Decoys.wrong_rrn,
    lambda a: f"{a.number(1, 99)}% of {a.number(1000, 99999)} hosts",
    lambda a: f"{a.one(FAMILY)} {a.number(1, 20)}/{a.number(21, 40)}",
)
