"""What is found in a text, how it is written down, and what is not taken for somebody's."""

import pytest

from comity.kernel.policy.personal.settings import DEFAULT, ScanSettings
from comity.kernel.policy.personal.text import spans


def found(text: str, settings: ScanSettings = DEFAULT) -> list[tuple[str, str, str]]:
    """Kind, the text as it stands, the normal form."""
    return [(each.kind.value, text[each.start : each.end], each.normalised) for each in spans(text, settings)]


def wide(text: str) -> str:
    """In the full-width forms of East Asian keyboards."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


@pytest.mark.parametrize(
    ("text", "written", "normal"),
    [
        ("write to ana.ruiz@buque.example.", "ana.ruiz@buque.example", "ana.ruiz@buque.example"),
        ("jihye@nara.example.kr입니다", "jihye@nara.example.kr", "jihye@nara.example.kr"),
        ("메일jihye@nara.example.kr로 회신", "jihye@nara.example.kr", "jihye@nara.example.kr"),
        ("박지혜@보기.한국으로 보냄", "박지혜@보기.한국", "박지혜@보기.한국"),
        (f"{wide('JIHYE@')}nara.example", f"{wide('JIHYE@')}nara.example", "jihye@nara.example"),
        ("ana[@]buque[.]example", "ana[@]buque[.]example", "ana@buque.example"),
        ("ana.ruiz (at) buque (dot) example", "ana.ruiz (at) buque (dot) example", "ana.ruiz@buque.example"),
        ("ana at buque dot example", "ana at buque dot example", "ana@buque.example"),
        ("owner=ana@buque.example;", "ana@buque.example", "ana@buque.example"),
        ("<mailto:ana@buque.example?subject=2>", "ana@buque.example", "ana@buque.example"),
        ("ana\u200b@buque.\u200bexample", "ana\u200b@buque.\u200bexample", "ana@buque.example"),
    ],
)
def test_addresses(text: str, written: str, normal: str) -> None:
    assert found(text) == [("email", written, normal)]


@pytest.mark.parametrize(
    "text",
    [
        "abuse@buque.example and kr-cert@nara.example.kr, cert[at]nara[.]example[.]kr",
        "we met at buque.example today",
        "icon@3x.png",
        "left-pad@1.3.0 and core@2.0.0-beta.rc",
        "ftp://anonymous:guest@files.example/",
        "Message-ID: <1.abc@mail.example>",
        "p-abcdefghij234567@pseudonym.invalid",
        "git@code.example:group/repo.git",
        "somebody@localhost",
    ],
)
def test_what_is_nobodys_address(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "written", "normal"),
    [
        ("010-3141-5926으로 전화", "010-3141-5926", "+821031415926"),
        (wide("010-3141-5926"), wide("010-3141-5926"), "+821031415926"),
        ("010 3141 5926", "010 3141 5926", "+821031415926"),
        ("연락처01031415926번", "01031415926", "+821031415926"),
        ("김주임(02)531-4159)", "02)531-4159", "+8225314159"),
        ("T.031-531-4159", "031-531-4159", "+82315314159"),
        ("+82 (0)10 3141 5926", "+82 (0)10 3141 5926", "+821031415926"),
        ("(503) 555-0142", "(503) 555-0142", "+15035550142"),
        ("503.555.0142.", "503.555.0142", "+15035550142"),
        ("+1 503 555 0142 ext. 4", "+1 503 555 0142", "+15035550142"),
        ("020 7946 0142", "020 7946 0142", "+442079460142"),
        ("+44 (0)20 7946 0142", "+44 (0)20 7946 0142", "+442079460142"),
        ("07911 123456", "07911 123456", "+447911123456"),
        ("01 44 55 66 77", "01 44 55 66 77", "+33144556677"),
        ("Tel. 030 1234567", "030 1234567", "+49301234567"),
        ("móvil: 612 34 56 78", "612 34 56 78", "+34612345678"),
        ("0049 30 1234567", "0049 30 1234567", "+49301234567"),
        ("+821031415926", "+821031415926", "+821031415926"),
    ],
)
def test_telephone_numbers(text: str, written: str, normal: str) -> None:
    assert found(text) == [("phone", written, normal)]


def test_two_numbers_side_by_side() -> None:
    assert [written for _, written, _ in found("02-531-4159/010-3141-5926")] == ["02-531-4159", "010-3141-5926"]


def test_only_configured_jurisdictions_write_national_numbers() -> None:
    only_korea = ScanSettings(regions="KR")
    assert found("(503) 555-0142, 020 7946 0142", only_korea) == []
    assert len(found("010-3141-5926, +1 503 555 0142", only_korea)) == 2
    assert ScanSettings(regions="KR,EU").jurisdictions[:2] == ("KR", "AT")


@pytest.mark.parametrize(
    ("text", "written", "normal"),
    [
        ("900101-1234568", "900101-1234568", "KR:9001011234568"),  # with its check digit
        ("900101\u20131234568은", "900101\u20131234568", "KR:9001011234568"),
        ("주민등록번호 900101-1234567", "900101-1234567", "KR:9001011234567"),  # given anew since 2020: without one
        ("211001-3123456", "211001-3123456", "KR:2110013123456"),  # born since
        ("외국인등록번호: 850505-5123450", "850505-5123450", "KR:8505055123450"),
        ("SSN 536-90-4399", "536-90-4399", "US:536904399"),
        ("ssn: 536904399", "536904399", "US:536904399"),
        ("912-90-3456", "912-90-3456", "US:912903456"),
        ("AB 12 34 56 C", "AB 12 34 56 C", "GB:AB123456C"),
        ("NHS number 943 476 5870", "943 476 5870", "GB:9434765870"),
        ("44051401359", "44051401359", "PL:44051401359"),
        ("131052-308T", "131052-308T", "FI:131052308T"),
        ("54362315K", "54362315K", "ES:54362315K"),
        ("X-2482300W", "X-2482300W", "ES:X2482300W"),
        ("85.07.30-033.28", "85.07.30-033.28", "BE:85073003328"),
        ("2 95 10 99 126 111 93", "2 95 10 99 126 111 93", "FR:295109912611193"),
        ("RCCMNL83S18D969H", "RCCMNL83S18D969H", "IT:RCCMNL83S18D969H"),
        ("1630615123457", "1630615123457", "RO:1630615123457"),
        ("36805280109", "36805280109", "EE:36805280109"),
        ("880320-0016", "880320-0016", "SE:8803200016"),
        ("211062-5629", "211062-5629", "DK:2110625629"),
        ("710319/2745", "710319/2745", "CZ:7103192745"),
        ("BSN 111222333", "111222333", "NL:111222333"),
        ("Steuer-ID 36 574 261 809", "36 574 261 809", "DE:36574261809"),
        ("ЕГН 8032056031", "8032056031", "BG:8032056031"),
        ("SVNR 1237 010180", "1237 010180", "AT:1237010180"),
        ("PPSN 6433435F", "6433435F", "IE:6433435F"),
        ("OIB 33392005961", "33392005961", "HR:33392005961"),
        ("NIF 123 456 789", "123 456 789", "PT:123456789"),
        ("EMŠO 0101006500006", "0101006500006", "SI:0101006500006"),
        ("15013099997", "15013099997", "GR:15013099997"),
    ],
)
def test_national_identifiers(text: str, written: str, normal: str) -> None:
    assert found(text) == [("national-id", written, normal)]


@pytest.mark.parametrize(
    "text",
    [
        "900101-1234567",  # born before 2020, the check digit wrong
        "901301-1234568",  # no such month
        "123-45-67890",  # a company's, in Korea
        "000-12-3456, 666-12-3456, 123-00-4567",  # never given
        "44051401358",
        "54362315A",
        "111222333",  # nine digits are just that without a word for it
        "36574261809",
        "1795000000123",  # milliseconds
    ],
)
def test_what_is_no_national_identifier(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("DE89 3704 0044 0532 0130 00", "iban", "DE89 3704 0044 0532 0130 00"),
        ("GB29NWBK60161331926819를", "iban", "GB29NWBK60161331926819"),
        ("https://pay.example/DE89370400440532013000/x", "iban", "DE89370400440532013000"),
        ("4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("카드 5500-0055-5555-5559 사용", "card", "5500-0055-5555-5559"),
        ("378282246310005", "card", "378282246310005"),
        ("여권번호: M12345678", "document", "M12345678"),
        ("passport no. AB1234567", "document", "AB1234567"),
        ("운전면허번호 11-12-123456-78", "document", "11-12-123456-78"),
        ("driver's license D1234-56789-01234", "document", "D1234-56789-01234"),
    ],
)
def test_accounts_cards_and_documents(text: str, kind: str, written: str) -> None:
    assert [each[:2] for each in found(text)] == [(kind, written)]


@pytest.mark.parametrize(
    "text",
    [
        "DE88 3704 0044 0532 0130 00",
        "4111 1111 1111 1112",
        "0000 0000 0000 0000",
        "AB1234567 without a word for it",
        "CVE-2026-123456, CVE-2021-44228",
        "10.0.19041.1234 and v2.14.7-rc1, Chrome 115.0.5790.102",
        "ports 49152-65535",
        "2026-01-02T03:04:05.123Z, 02/01/2026, 2026. 1. 2.",
        "1795000000, 1795000000123456",
        "d41d8cd98f00b204e9800998ecf8427e",
        "550e8400-e29b-41d4-a716-446655440000",
        "10.1.2.3:8080, 2001:db8:1::8",
        "$1,234,567.89 and 12,345,000원",
        "T1059.001, CAPEC-123, MS17-010, KB5012345, AS64500",
        "S-1-5-21-1004336348-1177238915-682003330-512",
        "INC-20260102-123456",
        "1588-1234, 080-123-4567, 1-800-555-0199",  # nobody's in particular
        "https://news.example/a/01031415926/x.html",
        "0x7ffdeadbeef12345",
        "37.56653, 126.97796",
        "850101-2******",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert found(text) == []


def test_addresses_of_the_network_count_where_the_settings_say_so() -> None:
    text = "from 198[.]51[.]100[.]7 and 2001:db8::7, not 127.0.0.1 nor 240.1.2.3"
    assert found(text) == []
    told = found(text, ScanSettings(addresses=True))
    assert told == [("address", "198[.]51[.]100[.]7", "198.51.100.7"), ("address", "2001:db8::7", "2001:db8::7")]


def test_findings_tell_no_value_by_accident() -> None:
    (span,) = spans("ana@buque.example", DEFAULT)
    assert "ana" not in repr(span)
    assert "ana" not in f"{span!r} {span}"


@pytest.mark.parametrize(
    "text", ["1" * 20_000, "1 " * 10_000, "0-" * 10_000, "a@" * 10_000, "(at)" * 5_000, "+" * 20_000]
)
def test_no_text_takes_long(text: str) -> None:
    spans(text, DEFAULT)  # pytest's own time limit is the assertion's other half


def test_what_is_too_much_to_look_up_counts() -> None:
    """Nothing goes because there was too much of it."""
    assert not found("12-34 12-34 " * 50)
    assert [each[0] for each in found("12-34 12-34 " * 5000)] == ["phone"]


def test_no_text_takes_long_under_all_settings() -> None:
    everything = ScanSettings(addresses=True)
    for text in ("1." * 10_000, "a:" * 10_000, "00 " * 6_000, "01-23 " * 3_000, "AB12" * 5_000):
        spans(text, everything)
