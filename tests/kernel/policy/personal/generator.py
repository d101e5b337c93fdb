"""A labelled set of texts in English and Korean, made anew from a seed: what is personal in each, and where.

It shares nothing with the rules: its names, templates and number ranges are its own, its check digits are computed from their
definitions, its telephone numbers are put together from ranges and not by the library that the rules ask. Everybody and
everything in it is invented.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.kernel.policy.personal.decoys import Decoys
from tests.kernel.policy.personal.draws import words
from tests.kernel.policy.personal.identifiers import FAMILY, GIVEN, Identifiers

KOREAN = words(
    """
    강하람 구본희 남궁윤 노은채 도경민 류시온 마재인 명서준 배다온 선우진 안루리 엄태강 옥주련 장이든 표도담 황보람
    """
)
PARTICLES = ("로", "으로", "을", "를", "이", "가", "은", "는", "와", "도", "에서")


class Truth(NamedTuple):
    """What is to be found; ``made``: by which maker."""

    kind: str
    start: int
    end: int
    made: str


class Item(NamedTuple):
    """A text and all that is personal in it."""

    text: str
    truths: tuple[Truth, ...]


class Kind(NamedTuple):
    """A maker, how often it is drawn, and the word that people put before what tells nothing by itself."""

    made: str
    kind: str
    share: int = 1
    english: str = ""
    korean: str = ""


KINDS = (
    Kind("email", "email", 4),
    Kind("phone_kr", "phone", 3),
    Kind("phone_us", "phone"),
    Kind("phone_gb", "phone"),
    Kind("phone_eu", "phone"),
    Kind("rrn", "national-id", 2),
    Kind("rrn_foreign", "national-id"),
    Kind("rrn_new", "national-id"),
    Kind("rrn_reissued", "national-id", 1, "resident registration number ", "주민등록번호 "),
    *(
        Kind(made, "national-id")
        for made in ("ssn", "nino", "pesel", "hetu", "dni", "nie", "belgian", "french", "italian")
    ),
    *(Kind(made, "national-id") for made in ("romanian", "baltic", "swedish", "danish", "czech")),
    Kind("dutch", "national-id", 1, "BSN ", "BSN: "),
    Kind("german", "national-id", 1, "Steuer-ID ", "IdNr. "),
    Kind("iban", "iban", 2),
    Kind("card", "card", 2),
)
WHEEL = tuple(kind for kind in KINDS for _ in range(kind.share))

ENGLISH = (
    "The shift handed over to {who}, reachable under {it}, before the second wave ({decoy}).",
    "{decoy} was traced to a workstation. Its user gave {it} on the form.",
    "Dump of the portal, line by line: {who};{it};{decoy}",
    "Ask for {who} ({it}). Seen with {decoy}.",
    'Victim statement: "they wrote to me as {it} and knew my street". Evidence {decoy}.',
    "Left in the config: owner={it}, hash={decoy}",
    "{it} - {who}, night desk of the harbour; see {decoy}",
    "We found <{it}> in a paste beside {decoy}.",
    "Contact during the exercise: {who}, {it}; ticket {decoy}.",
    "Escalate to {who}: {it}.\nReference {decoy}",
    "[{it}] appears twice in the leak, {decoy} once.",
    "In the phishing kit, victims' records look like {it} | {decoy} |",
)
IN_KOREAN = (
    "담당자 {who}에게 {it}{particle} 알려 주십시오. 관련 항목은 {decoy}입니다.",
    "유출 목록에서 {it}{particle} 확인되었고, {decoy}도 함께 있었다.",
    "피해자는 {it}{particle} 등록했다고 진술함({decoy}).",
    "{who} 님({it}) / 접수 {decoy}",
    "설정 파일에 소유자={it}, 값={decoy} 로 남아 있음",
    "야간 당직 {who}: {it}. 참고: {decoy}",
    "「{it}」{particle} 붙여넣기 사이트에 게시됨 – {decoy}",
    "{decoy} 분석 중 {it}{particle} 발견. 추가 조치 필요",
    "신고인이 남긴 값은 {it}이며 {decoy}와는 무관함",
    "회신처 {it}\n문서 {decoy}",
)
NOTHING = (
    "Two samples share {decoy} and {decoy}; the operator has not been seen since.",
    "Blocked {decoy}. Next review {decoy}.",
    "{decoy}와 {decoy}는 같은 기반 시설을 쓴다.",
    "로그에는 {decoy}, {decoy}, {decoy}만 남았다.",
    "Reported to {decoy}; tracked under {decoy}",
)


class Maker(Identifiers, Decoys):
    """Makes texts."""

    def nothing(self) -> Item:
        """A text that holds nothing."""
        text = self.one(NOTHING)
        while "{decoy}" in text:
            text = text.replace("{decoy}", self.decoy(), 1)
        return Item(text, ())

    def something(self) -> Item:
        """A text that holds one identifier."""
        kind = self.one(WHEEL)
        made: str = getattr(self, kind.made)()
        value = made if kind.kind == "email" else self.spelt(made)
        korean = self.chance(50)
        who = self.one(KOREAN) if korean else f"{self.one(GIVEN)} {self.one(FAMILY)}"
        text = self.one(IN_KOREAN if korean else ENGLISH).replace("{particle}", self.one(PARTICLES))
        text = text.replace("{decoy}", self.decoy()).replace("{who}", who)
        word = kind.korean if korean else kind.english
        start = text.index("{it}") + len(word)
        return Item(text.replace("{it}", f"{word}{value}"), (Truth(kind.kind, start, start + len(value), kind.made),))


def items(seed: int, count: int) -> list[Item]:
    """So many texts; three in four hold something."""
    maker = Maker(seed)
    return [maker.nothing() if number % 4 == 3 else maker.something() for number in range(count)]
