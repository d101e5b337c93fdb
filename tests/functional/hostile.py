"""Objects as somebody malicious would write them: valid STIX, with a payload in every property that takes text.

What a property takes is found by trying: the payload is offered in every shape a value may have, and stays in the first
that the specification's checks let through. So a new type or property is in the corpus as soon as the node reads it.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec

from comity.kernel.objects.parsed import Parsed
from comity.kernel.objects.structs.catalogue import CATALOGUE
from tests.kernel.objects.samples import SAMPLES, read

MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "' onmouseover='alert(1)' x='",
    '" autofocus onfocus="alert(1)',
    "</title></textarea></style></script><script>alert(1)</script>",
    "</svg><foreignObject><body onload=alert(1)></foreignObject>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<link rel=stylesheet href=//host.invalid/x.css><style>@import '//host.invalid/y.css';</style>",
    "<base href=//host.invalid/><meta http-equiv=refresh content='0;url=//host.invalid/'>",
    "<form action=//host.invalid/><button autofocus>x",
    "<object data=//host.invalid/x></object><embed src=//host.invalid/x><video src=//host.invalid/x autoplay>",
    "url(//host.invalid/x.png)",
    "{{ 7 * 7 }}{% raw %}{{ config }}${7*7}<%= 7 %>",
    "%(name)s %s %n %",
    "<!-- --!> <![CDATA[ ]]> <?xml ?>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "`\\'\\\";alert(1)//",
)
SHORT = '"><img src=//host.invalid/x onerror=alert(1)>'
"""For names that may not be long."""
TEXTS = (
    " ".join(MARKUP),
    "javascript:alert(1)//" + SHORT,
    "\u202egnp.exe\u2066\u2028\u200b\ufeff\x1b]0;x\x07\x1b[31m\x00\x08" + "A" * 300 + "\ud55c" * 100,
)
ADDRESSES = (
    "https://host.invalid/x.png?" + SHORT,
    "https://host.invalid/x.png",
    "//host.invalid/x.png",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:alert(1)",
)
"""Each stands in every property; what matters at the beginning of a value stands there."""
KEPT = ("type", "id", "created", "modified")
COMMON = (
    "name", "description", "labels", "aliases", "value", "subject", "abstract", "content", "external_references",
    "kill_chain_phases", "x_custom", "x_nested",
)  # fmt: skip


def _shapes(name: str, text: str) -> tuple[Any, ...]:
    """Values that a property might take, with the text in every place for text."""
    special: dict[str, Any] = {
        "external_references": [
            *(
                {"source_name": text, "description": text, "url": url, "external_id": text}
                for url in (text, *ADDRESSES)
            ),
        ],
        "kill_chain_phases": [{"kill_chain_name": text, "phase_name": text}],
        "definition": {"statement": text},
        "contents": {"ko": {"name": text, "description": text}},
        "body_multipart": [{"body": text, "content_type": text, "content_disposition": text}],
        "values": [{"name": text, "data": text, "data_type": "REG_SZ"}],
        "pattern": "[file:name = '" + text.replace("\\", "\\\\").replace("'", "\\'") + "']",
        "x_nested": {"inner": [text, {"inner": {"inner": text}}]},
    }
    given = [special[name]] if name in special else []
    if name == "external_references":
        given.append(special[name][1:])
        given.append([{"source_name": text, "description": text, "url": ADDRESSES[1]}])
    inside = (f"https://host.invalid/{text}", f"{text}@host.invalid", f"{text}.invalid")
    return (*given, text, *inside, [text, text + " "], {"key": text}, {"key": [text]}, [{"key": text}])


def _uuid(kind: str, number: int) -> str:
    return str(UUID(bytes=bytes((list(CATALOGUE).index(kind) + 1, number % 256)) + bytes(14), version=4))


def hostile(kind: str, number: int, text: str) -> dict[str, Any]:
    """An object of this type with the text wherever it may stand."""
    held = {**SAMPLES[kind], "id": f"{kind}--{_uuid(kind, number)}"}
    known = [field.encode_name for field in msgspec.structs.fields(CATALOGUE[kind].struct)]
    for name in dict.fromkeys((*(name for name in known if name not in KEPT), *COMMON)):
        for value in _shapes(name, text):
            tried = {**held, name: value}
            if isinstance(read(tried), Parsed):
                held = tried
                break
    return held


def corpus() -> Iterator[bytes]:
    """Every type with every text."""
    for kind in SAMPLES:
        for number, text in enumerate(TEXTS):
            yield json.dumps(hostile(kind, number, text)).encode()


def ids() -> list[str]:
    """The ids of the corpus."""
    return [f"{kind}--{_uuid(kind, number)}" for kind in SAMPLES for number in range(len(TEXTS))]
