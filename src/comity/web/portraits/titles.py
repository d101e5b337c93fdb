"""What an object is called: its name where it has one, else what a person would say of it.

Many types of STIX have no name: an address is called by its value, a relationship by its two ends. ``names`` gives the
titles of other objects by id, as far as the reader may see them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from comity.kernel.objects.markings import tlp_of
from comity.web.portraits.kinds import kind_of
from comity.web.portraits.text import defanged, line, short_id, words_of
from comity.web.words import Phrase, msgid, outside

Names = Mapping[str, str]
Decoded = Mapping[str, Any]
LONGEST_TITLE: Final = 400
SHORT_TITLE: Final = 90


def title(decoded: Decoded, names: Names) -> Phrase:
    """The title of an object, of any type."""
    composed = _COMPOSED.get(str(decoded.get("type")))
    if composed is not None:
        return composed(decoded, names)
    return _first(decoded, "name", "value", "abstract", "subject", "result_name") or _nameless(decoded)


def short_title(decoded: Decoded, names: Names = {}) -> str:  # noqa: B006  read only
    """The title in one short line, for lists and pictures."""
    return line(str(title(decoded, names)), SHORT_TITLE)


def called_by(decoded: Decoded) -> list[str]:
    """The ids of the objects whose titles make up this one's."""
    names = _CALLED_BY.get(str(decoded.get("type")), ())
    return [each for name in names if isinstance(each := decoded.get(name), str)]


def _first(decoded: Decoded, *properties: str) -> Phrase | None:
    for name in properties:
        value = decoded.get(name)
        if isinstance(value, str) and value.strip():
            return outside(line(value, LONGEST_TITLE))
    return None


def _nameless(decoded: Decoded) -> Phrase:
    kind = str(decoded.get("type", ""))
    if kind_of(kind).properties or kind in {"incident", "vulnerability"}:
        return Phrase(kind_of(kind).word)
    return outside(line(kind, 120))


def _named(reference: Any, names: Names) -> str:
    if not isinstance(reference, str):
        return "?"
    return line(names.get(reference) or short_id(reference), 160)


def _relationship(decoded: Decoded, names: Names) -> Phrase:
    parts = {
        "source": _named(decoded.get("source_ref"), names),
        "verb": words_of(str(decoded.get("relationship_type", "related-to"))),
        "target": _named(decoded.get("target_ref"), names),
    }
    return Phrase("%(source)s %(verb)s %(target)s", parts)


def _sighting(decoded: Decoded, names: Names) -> Phrase:
    return Phrase(msgid("Sighting of %(what)s"), {"what": _named(decoded.get("sighting_of_ref"), names)})


def _observed_data(decoded: Decoded, _names: Names) -> Phrase:
    count = decoded.get("number_observed")
    if not isinstance(count, int) or count == 1:
        return Phrase(msgid("Observed once"))
    return Phrase(msgid("Observed %(count)s times"), {"count": f"{count:,}"})


def _note(decoded: Decoded, _names: Names) -> Phrase:
    found = _first(decoded, "abstract", "content")
    return outside(line(str(found), 160)) if found else _nameless(decoded)


def _opinion(decoded: Decoded, _names: Names) -> Phrase:
    return Phrase(msgid("Opinion: %(opinion)s"), {"opinion": words_of(str(decoded.get("opinion", "?")))})


def _grouping(decoded: Decoded, _names: Names) -> Phrase:
    reason = words_of(str(decoded.get("context", "?")))
    return _first(decoded, "name") or Phrase(msgid("Grouping: %(reason)s"), {"reason": reason})


def _location(decoded: Decoded, _names: Names) -> Phrase:
    named = _first(decoded, "name", "city", "administrative_area", "country")
    if named:
        return named
    region = decoded.get("region")
    return outside(words_of(region)) if isinstance(region, str) else _nameless(decoded)


def _malware_analysis(decoded: Decoded, _names: Names) -> Phrase:
    product, result = line(str(decoded.get("product", "?")), 120), decoded.get("result") or decoded.get("result_name")
    if not isinstance(result, str):
        return Phrase(msgid("Analysis by %(product)s"), {"product": product})
    return Phrase(msgid("Analysis by %(product)s: %(result)s"), {"product": product, "result": words_of(result)})


def _address(decoded: Decoded, _names: Names) -> Phrase:
    value = decoded.get("value")
    return outside(defanged(line(value, LONGEST_TITLE))) if isinstance(value, str) else _nameless(decoded)


def _autonomous_system(decoded: Decoded, _names: Names) -> Phrase:
    name = _first(decoded, "name")
    return outside(f"AS{line(str(decoded.get('number', '?')), 40)}{f' {name}' if name else ''}")


def _file(decoded: Decoded, _names: Names) -> Phrase:
    hashes = decoded.get("hashes")
    named = _first(decoded, "name", "path", "url", "mime_type")
    if named or not isinstance(hashes, dict) or not hashes:
        return named or _nameless(decoded)
    algorithm, digest = next(iter(hashes.items()))
    return outside(f"{line(algorithm, 20)} {line(str(digest), 140)}")


def _network_traffic(decoded: Decoded, names: Names) -> Phrase:
    protocols = decoded.get("protocols")
    spoken = ", ".join(line(str(each), 20) for each in protocols[:6]) if isinstance(protocols, list) else ""
    ends = []
    for side in ("src", "dst"):
        reference, port = decoded.get(f"{side}_ref"), decoded.get(f"{side}_port")
        place = _named(reference, names) if reference else "?"
        ends.append(f"{place} :{port}" if isinstance(port, int) else place)
    return outside(f"{ends[0]} → {ends[1]} {f'({spoken})' if spoken else ''}".strip())


def _account(decoded: Decoded, _names: Names) -> Phrase:
    return _first(decoded, "account_login", "user_id", "display_name") or _nameless(decoded)


def _process(decoded: Decoded, _names: Names) -> Phrase:
    named = _first(decoded, "command_line", "cwd")
    return named or Phrase(msgid("Process %(pid)s"), {"pid": line(str(decoded.get("pid", "?")), 40)})


def _key_or_path(decoded: Decoded, _names: Names) -> Phrase:
    return _first(decoded, "key", "path", "subject", "serial_number") or _file(decoded, {})


def _translation(decoded: Decoded, names: Names) -> Phrase:
    contents = decoded.get("contents")
    languages = ", ".join(line(str(each), 20) for each in list(contents)[:6]) if isinstance(contents, dict) else "?"
    parts = {"what": _named(decoded.get("object_ref"), names), "languages": languages}
    return Phrase(msgid("Translation of %(what)s (%(languages)s)"), parts)


def _marking(decoded: Decoded, _names: Names) -> Phrase:
    level = tlp_of(str(decoded.get("id")))
    if level is not None:
        return outside(level.label)
    definition = decoded.get("definition")
    statement = definition.get("statement") if isinstance(definition, dict) else None
    if isinstance(statement, str):
        return outside(line(statement, 160))
    return _first(decoded, "name", "definition_type") or _nameless(decoded)


def _agreement(decoded: Decoded, _names: Names) -> Phrase:
    return _first(decoded, "title", "name") or _nameless(decoded)


def _agreed(decoded: Decoded, names: Names) -> Phrase:
    return Phrase(msgid("Signature of %(agreement)s"), {"agreement": _named(decoded.get("agreement_ref"), names)})


def _approval(decoded: Decoded, _names: Names) -> Phrase:
    statement = decoded.get("statement")
    said = statement if isinstance(statement, dict) else {}
    frame = _SAID.get(str(said.get("says")))
    return Phrase(frame, {"person": line(str(said.get("person", "?")), 120)}) if frame else _nameless(decoded)


_SAID: Final = {
    "ask": msgid("%(person)s asks for a downgrade"),
    "refuse": msgid("%(person)s refuses a release"),
    "release": msgid("%(person)s agrees to a release"),
    "withdraw": msgid("%(person)s takes an approval back"),
}

_CALLED_BY: Final[dict[str, tuple[str, ...]]] = {
    "agreement-signature": ("agreement_ref",),
    "language-content": ("object_ref",),
    "network-traffic": ("src_ref", "dst_ref"),
    "relationship": ("source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
}

_COMPOSED: Final[dict[str, Callable[[Decoded, Names], Phrase]]] = {
    "agreement": _agreement,
    "agreement-signature": _agreed,
    "approval": _approval,
    "artifact": _file,
    "autonomous-system": _autonomous_system,
    "directory": _key_or_path,
    "domain-name": _address,
    "downgrade-request": _approval,
    "email-addr": _address,
    "file": _file,
    "grouping": _grouping,
    "ipv4-addr": _address,
    "language-content": _translation,
    "location": _location,
    "malware-analysis": _malware_analysis,
    "marking-definition": _marking,
    "network-traffic": _network_traffic,
    "note": _note,
    "observed-data": _observed_data,
    "opinion": _opinion,
    "process": _process,
    "relationship": _relationship,
    "sighting": _sighting,
    "url": _address,
    "user-account": _account,
    "windows-registry-key": _key_or_path,
    "x509-certificate": _key_or_path,
}
