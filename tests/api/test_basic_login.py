"""Names and passwords that come with each request."""

from __future__ import annotations

import base64

from newsctx.accounts import Account
from newsctx.ui.basic_login import Proven, read

ANNA = Account(name="anna", hash="$argon2id$one")


def header(text: str, kind: str = "Basic") -> str:
    return f"{kind} {base64.b64encode(text.encode()).decode()}"


def test_a_header_is_name_and_password_or_nothing():
    assert read(header("anna:pass:word")) == ("anna", "pass:word")
    assert read(header("Änne:pässword", "BASIC")) == ("Änne", "pässword")
    for other in ("", "Basic", "Basic !!!", header("nothing"), header("a:b", "Bearer"), "Basic " + "A" * 5000):
        assert read(other) is None
    assert read("Basic " + base64.b64encode(b"\xff\xfe:x").decode()) is None


def test_a_right_password_is_remembered_for_a_while_and_for_no_other_account_or_password():
    now = [0.0]
    proven, known = Proven(300, lambda: now[0]), {"anna": ANNA}
    assert proven.find("anna", "secret", known.get) is None
    proven.keep("anna", "secret", ANNA)
    assert proven.find("anna", "secret", known.get) == ANNA
    assert proven.find("anna", "other", known.get) is None and proven.find("ben", "secret", known.get) is None
    known["anna"] = Account(name="anna", hash="$argon2id$two")  # another password by now
    assert proven.find("anna", "secret", known.get) is None
    known.clear()  # disabled or gone
    assert proven.find("anna", "secret", known.get) is None
    known["anna"] = ANNA
    now[0] = 301.0
    assert proven.find("anna", "secret", known.get) is None


def test_with_no_time_every_request_is_checked():
    proven = Proven(0, iter(range(10)).__next__)
    proven.keep("anna", "secret", ANNA)
    assert proven.find("anna", "secret", {"anna": ANNA}.get) is None
