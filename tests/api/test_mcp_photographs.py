"""What a caller can give as a photograph: bytes, or a path where the caller is this machine's own user."""

from __future__ import annotations

import base64

import pytest

from newsctx.errors import CallRefused
from newsctx.mcp_server.photographs import photograph

DATA = b"\xff\xd8 bytes of a photograph"
URI = "data:image/jpeg;base64," + base64.b64encode(DATA).decode()


@pytest.mark.parametrize("files", [True, False])
def test_a_data_uri_is_read_everywhere(files):
    assert photograph(URI, "a.jpg", 100, files).data == DATA
    assert photograph(URI, "", 100, files).filename == "photograph"
    wrapped = URI[:40] + "\n " + URI[40:]
    assert photograph(f" {wrapped}", "", 100, files).data == DATA
    named = URI.replace("image/jpeg", "image/jpeg;name=a.jpg;charset=x")
    assert photograph(named, "", 100, files).data == DATA


def test_a_path_is_read_only_where_files_are(tmp_path):
    path = tmp_path / "a b.jpg"
    path.write_bytes(DATA)
    for given in (str(path), path.as_uri()):
        found = photograph(given, "", 100, True)
        assert (found.data, found.filename) == (DATA, "a b.jpg")
        with pytest.raises(CallRefused, match="expected a data URI"):
            photograph(given, "", 100, False)


@pytest.mark.parametrize(
    "given",
    [
        "http://127.0.0.1/x.jpg",
        "https://example.org/x.jpg",
        "ftp://x/y",
        "file://host/share/x.jpg",
        "gopher://x",
        "HTTP://x",
    ],
)
@pytest.mark.parametrize("files", [True, False])
def test_an_address_is_never_fetched(given, files, monkeypatch):
    def never(*a, **k):
        raise AssertionError("it asked the network")

    monkeypatch.setattr("socket.socket.connect", never)
    monkeypatch.setattr("socket.getaddrinfo", never)
    with pytest.raises(CallRefused, match="never fetched"):
        photograph(given, "", 100, files)


def test_what_is_too_large_or_missing_is_named(tmp_path):
    with pytest.raises(CallRefused, match="larger than 10 bytes"):
        photograph("data:image/jpeg;base64," + "A" * 2000, "", 10, False)
    large = tmp_path / "large.jpg"
    large.write_bytes(b"x" * 11)
    with pytest.raises(CallRefused, match="larger than 10 bytes"):
        photograph(str(large), "", 10, True)
    for given in (str(tmp_path / "none.jpg"), str(tmp_path), "/dev/zero", "a\0b", ""):
        with pytest.raises(CallRefused, match="no such file|cannot be read"):
            photograph(given, "", 10, True)
    with pytest.raises(CallRefused, match="no base64"):
        photograph("data:image/jpeg;base64,ä", "", 100, False)
