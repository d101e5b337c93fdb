"""Values of a kind in texts, by their form."""

import pytest

from comity.kernel.objects.observables import KINDS
from comity.kernel.policy.redaction.finding import found
from comity.kernel.policy.redaction.views import read

ROWS = [
    ("domain-name", "Seen at mail.victim.example, twice.", ["mail.victim.example"]),
    ("domain-name", "도메인은 victim.example이다", ["victim.example"]),
    ("domain-name", "피해자.한국 에서", ["xn--9u5b13w2e.xn--3e0b707e"]),
    ("domain-name", "http://victim.example:8080/x?y=z", ["victim.example"]),
    ("domain-name", "...victim.example", ["victim.example"]),
    ("domain-name", "open invoice.pdf or setup.exe, e.g. version 1.2", []),
    ("domain-name", "했습니다.그리고 갔다", []),
    ("ipv4-addr", "from 198.51.100.7:443 and 198.51.100.0/24.", ["198.51.100.7", "198.51.100.0/24"]),
    ("ipv4-addr", "version 1.2.3.4.5 or 300.1.1.1", []),
    ("ipv6-addr", "at 2001:db8::1 or [2001:DB8::2]:80", ["2001:db8::1", "2001:db8::2"]),
    ("ipv6-addr", "at 10:00:00 std::string", []),
    ("email-addr", "write to Ops.Team@victim.example.", ["ops.team@victim.example"]),
    ("email-addr", "메일은ops@victim.example입니다", ["ops@victim.example"]),
    ("url", "see https://victim.example/a(b)?c=d.", ["https://victim.example/a(b)?c=d"]),
    ("mac-addr", "00:00:AB:cd:ef:01 00-00-ab-cd-ef-02", ["00:00:ab:cd:ef:01", "00:00:ab:cd:ef:02"]),
    ("autonomous-system", "AS64500, asn 64501; was 3", ["AS64500", "AS64501"]),
    ("cve", "CVE-2026-12345 and cve\u20112026\u20110001", ["CVE-2026-12345", "CVE-2026-0001"]),
    ("md5", "d41d8cd98f00b204e9800998ecf8427e", ["d41d8cd98f00b204e9800998ecf8427e"]),
    ("sha-1", "d41d8cd98f00b204e9800998ecf8427e", []),
    ("file-name", "open Invoice.PDF, now", ["invoice.pdf"]),
    ("windows-registry-key", "HKLM\\Software\\Victim\\Run", ["hkey_local_machine\\software\\victim\\run"]),
    ("directory", "in /srv/data/victim and C:\\Users\\bob", ["/srv/data", "c:\\users\\bob"]),
]


@pytest.mark.parametrize(("kind", "text", "values"), ROWS)
def test_values_are_found(kind, text, values):
    assert [each.value for each in found(read(text), (kind,))] == values


HOSTILE = [
    "a." * 30_000,
    "a-" * 30_000,
    "@" * 50_000,
    "a@" * 30_000,
    "1." * 30_000,
    ":" * 50_000,
    "a" * 60_000,
    "0" * 60_000,
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text", [*HOSTILE, "://" * 20_000, "/a" * 30_000, "가." * 20_000, "f:" * 30_000, "00:" * 20_000]
)
def test_no_text_takes_long(text):
    list(found(text, tuple(sorted(KINDS))))
