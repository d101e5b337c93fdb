"""What the scan finds can be taken out: an object goes through the profile that is there for it, and nothing is left."""

import os
import secrets
from typing import Any

import msgspec
import pytest

from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.personal.scanning import found_texts, left_in, scan_object
from comity.kernel.policy.redaction import Fate, Pseudonyms, Remade, Stamp, remake
from tests.kernel.policy.personal.generator import items
from tests.kernel.policy.personal.test_scanning import MAIL, indicator, made


class Names(Pseudonyms, frozen=True):
    """Pseudonyms, where every reference stays."""

    def reference(self, object_id: str) -> Fate:
        return Fate.KEEP


NAMING = Names(b"k" * 32)
LENS = Lens("pact", profiles=(BUILT_IN["personal-data"],), cleared=True)
STAMP = Stamp(1_795_000_000_000_000, 1_795_000_000_000_000, None)


def cleared(parsed: Any) -> Any:
    return remake(parsed, LENS, NAMING, STAMP, also=found_texts(parsed))


@pytest.mark.parametrize(
    "parsed",
    [
        made("email-addr", value=MAIL, display_name="Ana Ruiz"),
        made("user-account", account_login="aruiz", display_name="Ana Ruiz"),
        made("identity", name="Ana Ruiz", identity_class="individual", contact_information=f"{MAIL}, 010-3141-5926"),
        made("email-message", is_multipart=False, subject=f"Invoice for {MAIL}", body="Dear Ana"),
        indicator(pattern=f"[email-addr:value = '{MAIL}']", description=f"sent by {MAIL}"),
        indicator(description="call 010-3141-5926 or ０１０－３１４１－５９２６", name="010-3141-5926"),  # noqa: RUF001
        indicator(description="DE89 3704 0044 0532 0130 00 and 900101-1234568"),
        made("x509-certificate", subject=f"CN=one.example, emailAddress={MAIL}"),
    ],
)
def test_what_holds_personal_data_goes_without_it(parsed: Any) -> None:
    assert scan_object(parsed).findings
    twin = cleared(parsed)
    assert isinstance(twin, Remade), twin
    assert left_in(twin.parsed) == ()
    assert MAIL.encode() not in twin.raw


def test_what_is_found_in_texts_is_taken_out_of_them() -> None:
    seed = int(os.environ.get("COMITY_SCAN_SEED") or secrets.randbelow(2**32))
    gone, left = 0, []
    labelled = [item for item in items(seed, 400) if item.truths]
    for item in labelled:
        parsed = indicator(description=item.text)
        twin = cleared(parsed)
        if isinstance(twin, Remade):
            gone += 1
            (truth,) = item.truths
            if (
                left_in(twin.parsed)
                or item.text[truth.start : truth.end] in msgspec.json.decode(twin.raw)["description"]
            ):
                left.append(item.text)
    assert gone > 0.9 * len(labelled), f"seed {seed}: only {gone} of {len(labelled)} could be made"
    assert len(left) <= 0.01 * len(labelled), f"seed {seed}: {left[:5]}"
