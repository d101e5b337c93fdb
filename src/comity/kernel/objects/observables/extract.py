"""``of_object``: the observables an object holds, from its decoded form.

Takes a dict (decoded JSON) or a struct whose attributes are the properties; a property that is absent may be missing,
None or any value that is not of its type. Values that have no normal form are left out: what is wrong with them is
validation's to say.
"""

from collections.abc import Callable
from typing import Any, Final

from comity.kernel.objects.observables.forms import algorithm, normalise

Pairs = tuple[tuple[str, str], ...]
Get = Callable[[str], Any]


def of_object(object_type: str, held: Any) -> Pairs:
    """(kind, normal form) pairs of an object of a type, sorted, without repeats; nothing for types that hold none."""
    if object_type in _VALUED:
        value = held.get("value") if isinstance(held, dict) else held.value
        normal = normalise(object_type, value) if isinstance(value, str) else None
        return () if normal is None else ((object_type, normal),)
    extract = _EXTRACTS.get(object_type)
    if extract is None:
        return ()
    values = extract(_getter(held))
    found = [(kind, normal) for kind, value in values if (normal := normalise(kind, value)) is not None]
    return tuple(sorted(set(found))) if len(found) > 1 else tuple(found)


Values = list[tuple[str, str]]


def _getter(held: Any) -> Get:
    return held.get if isinstance(held, dict) else lambda name: getattr(held, name, None)


def _texts(get: Get, **kinds: str) -> Values:
    return [(kind, value) for name, kind in kinds.items() if isinstance(value := get(name), str)]


def _hashed(get: Get) -> Values:
    hashes = get("hashes")
    if not isinstance(hashes, dict):
        return []
    return [
        (kind, value)
        for name, value in hashes.items()
        if isinstance(value, str) and (kind := algorithm(name)) is not None
    ]


def _file(get: Get) -> Values:
    values = _hashed(get)
    name = get("name")
    if isinstance(name, str):
        values.append(("file-name", name))
    return values


def _artifact(get: Get) -> Values:
    return _hashed(get) + _texts(get, url="url")


def _certificate(get: Get) -> Values:
    return _hashed(get) + _texts(get, serial_number="serial-number")


def _system(get: Get) -> Values:
    number = get("number")
    return [("autonomous-system", str(number))] if isinstance(number, int) and 0 <= number < 2**32 else []


def _vulnerability(get: Get) -> Values:
    values = _texts(get, name="cve")
    references = get("external_references")
    for reference in references if isinstance(references, list) else ():
        values += _texts(_getter(reference), external_id="cve")
    return values


def _traffic(get: Get) -> Values:
    extensions = get("extensions")
    request = extensions.get("http-request-ext") if isinstance(extensions, dict) else None
    headers = _getter(request)("request_header")
    values: Values = []
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if name.lower() == "user-agent":
            texts = value if isinstance(value, list) else [value]
            values += [("user-agent", text) for text in texts if isinstance(text, str)]
    return values


_VALUED: Final = frozenset({"ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "mac-addr"})
_EXTRACTS: Final[dict[str, Callable[[Get], Values]]] = {
    "artifact": _artifact,
    "autonomous-system": _system,
    "directory": lambda get: _texts(get, path="directory"),
    "file": _file,
    "mutex": lambda get: _texts(get, name="mutex"),
    "network-traffic": _traffic,
    "software": lambda get: _texts(get, name="software", cpe="cpe"),
    "user-account": lambda get: _texts(get, user_id="user-account", account_login="user-account"),
    "vulnerability": _vulnerability,
    "windows-registry-key": lambda get: _texts(get, key="windows-registry-key"),
    "x509-certificate": _certificate,
}
