"""Words before a number that say what it is, in the languages of the jurisdictions we know; English always."""

import re
from functools import lru_cache
from typing import Final

PHONE: Final = (
    r"tel(?:ephone|efon|éfono|efone|éphone|efoon)?|tél|phone|mobile?|cell(?:ular)?|handy|m[óo]vil|cellulare|portable|gsm|fax|"
    r"hotline|call|whatsapp|signal|telegram|sms|전화(?:번호)?|연락처|휴대폰|휴대전화|핸드폰|팩스|내선|HP|H\.P|☎|📞|📱|[tmf](?=[.:])"
)
NATIONAL: Final = (
    r"national id(?:entity)?(?: (?:number|no))?|id(?:entity)? (?:card|number|no)|"
    r"personal (?:id(?:entity)?|identification|identity)? ?(?:number|code|no)|"
    r"tax(?:payer)? id(?:entification)?(?: number| no)?|social security(?: number| no)?|ssn|tin|주민(?:등록)?번호|외국인등록번호"
)
PASSPORT: Final = (
    r"passport(?: (?:number|no))?|reisepass(?:nummer)?|passeport|pasaporte|passaporto|paszport|paspoort|여권(?: ?번호)?"
)
LICENCE: Final = (
    r"driv(?:er'?s?|ing) licen[cs]e(?: (?:number|no))?|licen[cs]e (?:number|no)|führerschein(?:nummer)?|permis de conduire|"
    r"patente di guida|(?:자동차 ?)?운전 ?면허(?:증)?(?: ?번호)?"
)
_BETWEEN: Final = r"(?:[ .:#=()\[\]/-]|no|nr|n°|number|is|was|번호|은|는|이|가){0,8}$"
_WINDOW: Final = 40


@lru_cache(maxsize=64)
def _before(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{words}){_BETWEEN}", re.IGNORECASE)


def announced(text: str, at: int, words: str) -> bool:
    """Whether one of these words (alternatives of an expression) stands right before a place."""
    return _before(words).search(text[max(0, at - _WINDOW) : at]) is not None
