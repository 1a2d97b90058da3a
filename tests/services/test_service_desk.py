"""Outside services in a case: off until chosen, refused where not allowed, written down. Nothing leaves by itself."""

from __future__ import annotations

import io
import json
import re
import socket
from pathlib import Path

import pytest
from conftest import QUERIES
from nominatim_server import MINE, nominatim  # noqa: F401
from PIL import Image

import newsctx
from newsctx.access import Visitor, guarded
from newsctx.cli import main
from newsctx.errors import AccessRefused, CaseNotFound, ServiceRefused
from newsctx.services.leave import last_sent, leave
from newsctx.services.registry import CHOSEN, DOES, ENDS, NAMES, ORDER, SEES, services
from newsctx.settings import Settings
from newsctx.workbench import Workbench

PHOTO = (QUERIES / "q02-paris-crop.jpg").read_bytes()


def made(archive, state, models, **changed):
    return Workbench(archive, state, models, Settings.model_validate(changed))


@pytest.fixture
def bench(demo_archive, models, tmp_path, nominatim):  # noqa: F811
    one = made(demo_archive, tmp_path / "b", models, services={"geocoder_url": nominatim.url, "geocoder_wait": 0})
    yield one
    one.close()


def sent(bench, case):
    return [(e.who, e.detail) for e in bench.trail(case) if e.what == "sent"]


def test_every_service_says_what_it_sees_and_how_it_is_kept_off():
    assert set(DOES) == set(SEES) == set(ENDS) == set(NAMES)
    found = {s.id: s for s in services(Settings(), {})}
    assert tuple(found) == ORDER
    assert {i for i, s in found.items() if s.standing == "choose"} == set(CHOSEN)
    assert found["fetch"].standing == "click" and found["language_model"].standing == "unset"
    assert {i for i, s in found.items() if s.standing == "never"} == {"map_tiles", "fonts", "analytics"}


def test_settings_and_environment_keep_services_off():
    settings = Settings.model_validate({
        "services": {"allowed": ["web_archive"]}, "fetch": {"enabled": False},
        "caption": {"model": "m", "base_url": "https://models.example/v1"},
    })  # fmt: skip
    found = {s.id: s for s in services(settings, {"HF_HUB_OFFLINE": "1", "HF_ENDPOINT": "https://u:p@hub.example"})}
    off = {i for i, s in found.items() if s.standing == "off"}
    assert off == {"reverse_search", "geocoder", "fetch", "model_hub"}
    assert found["language_model"].standing == "choose" and found["language_model"].hosts == ("models.example",)
    assert found["model_hub"].hosts == ("hub.example",)
    local = Settings.model_validate({"caption": {"model": "m"}})
    assert {s.id: s.standing for s in services(local, {})}["language_model"] == "local"


def test_a_space_asks_no_geocoder_unless_its_owner_wants_it(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "a/b")
    assert Settings().services.allowed == ("reverse_search", "web_archive")


def test_the_geocoder_is_asked_only_with_leave_and_once(bench, nominatim):  # noqa: F811
    nominatim.says([MINE])
    case = bench.create_case(PHOTO, "a.jpg")
    with pytest.raises(ServiceRefused, match="was not chosen for this case"):
        bench.look_up_place(case, "Zollverein", "Ada")
    assert nominatim.seen == [] and sent(bench, case) == []

    bench.allow_service(case, "geocoder", True, "Ada")
    found = bench.look_up_place(case, " Zollverein ", "Ada")
    host = nominatim.url.removeprefix("http://")
    assert sent(bench, case) == [("Ada", {"service": "geocoder", "host": host, "what": "Zollverein"})]
    assert found.answers[0].place.name == "Zeche Zollverein" and not found.remembered
    again = bench.look_up_place(case, "Zollverein", "Ben")
    assert again.remembered and again.answers == found.answers
    assert len(nominatim.seen) == len(sent(bench, case)) == 1  # what is known is not asked for, nor said to have been

    bench.allow_service(case, "geocoder", False, "Ben")
    with pytest.raises(ServiceRefused, match="was not chosen"):
        bench.look_up_place(case, "Zollverein", "Ada")
    trail = bench.trail(case)
    assert leave(trail, "geocoder") is None and last_sent(trail, "geocoder").who == "Ada"
    assert bench.verify(case) == ()


def test_what_was_sent_stands_in_the_trail_also_where_no_answer_came(bench, nominatim):  # noqa: F811
    nominatim.says(b"no", 500)
    case = bench.create_case(PHOTO, "a.jpg")
    bench.allow_service(case, "geocoder")
    with pytest.raises(ServiceRefused, match="status 500"):
        bench.look_up_place(case, "Zollverein")
    assert [d["what"] for _, d in sent(bench, case)] == ["Zollverein"]


def test_a_place_that_is_not_known_is_asked_for_again(bench, nominatim):  # noqa: F811
    case = bench.create_case(PHOTO, "a.jpg")
    bench.allow_service(case, "geocoder")
    assert [bench.look_up_place(case, "Atlantis").answers for _ in range(2)] == [(), ()]
    assert len(nominatim.seen) == len(sent(bench, case)) == 2


def test_a_place_that_was_looked_up_is_an_answer_with_its_origin(bench, nominatim):  # noqa: F811
    nominatim.says([MINE])
    case = bench.create_case(PHOTO, "a.jpg")
    bench.allow_service(case, "geocoder")
    found = bench.look_up_place(case, "Zollverein")
    action = {"action": "set_place", "place": found.answers[0].place.model_dump(mode="json"), "reason": found.origin()}
    bench.override(case, action, "Ada")
    for _ in bench.run(case):
        pass
    answer = bench.view(case).document.context.place
    assert answer.place.name == "Zeche Zollverein" and answer.basis == "analyst"
    assert "OpenStreetMap contributors" in bench.view(case).document.overrides[-1].reason


def test_leave_of_somebody_else_does_not_come_with_a_bundle(bench, demo_archive, models, tmp_path):
    case = bench.create_case(PHOTO, "a.jpg")
    bench.allow_service(case, "reverse_search", True, "Ada")
    other = made(demo_archive, tmp_path / "other", models)
    taken = other.import_case(bench.export_case(case))
    assert leave(bench.trail(case), "reverse_search") and leave(other.trail(taken), "reverse_search") is None
    with pytest.raises(ServiceRefused, match="was not chosen"):
        other.note_sent(taken, "reverse_search", "tineye.com", "")
    other.close()


def test_what_the_settings_rule_out_nobody_can_choose(demo_archive, models, tmp_path):
    bench = made(demo_archive, tmp_path / "c", models, services={"allowed": []}, fetch={"enabled": False})
    case = bench.create_case(PHOTO, "a.jpg")
    for service in CHOSEN:
        with pytest.raises(ServiceRefused, match=r"switched off here \(services.allowed\)"):
            bench.allow_service(case, service)
    with pytest.raises(ServiceRefused, match="switched off"):
        bench.geocoder_question("Paris")
    with pytest.raises(ServiceRefused, match="no service 'fax'"):
        bench.allow_service(case, "fax")
    with pytest.raises(ServiceRefused, match="no service 'fax'"):
        bench.note_sent(case, "fax", "x", "y")
    bench.note_sent(case, "fetch", "news.example", "https://news.example/a")
    assert sent(bench, case) == []  # it is off: nothing can have gone
    bench.close()


def test_who_may_only_read_a_case_chooses_and_sends_nothing(bench, nominatim):  # noqa: F811
    ada, ben = (guarded(bench, Visitor("account", n)) for n in ("ada", "ben"))
    case = ada.create_case(PHOTO, "a.jpg")
    ada.allow_service(case, "geocoder", True, "somebody")
    with pytest.raises(CaseNotFound):
        ben.look_up_place(case, "Paris")
    ada.share(case, "ben", "read")
    for act in (
        lambda: ben.allow_service(case, "geocoder"), lambda: ben.look_up_place(case, "Paris"),
        lambda: ben.note_sent(case, "fetch", "x.example", "https://x.example/"),
    ):  # fmt: skip
        with pytest.raises(AccessRefused):
            act()
    assert nominatim.seen == [] and leave(ada.trail(case), "geocoder").who == "ada"
    assert ben.services == bench.services  # the list is everybody's


def test_the_copy_to_upload_has_no_metadata_and_goes_with_the_case(bench):
    stream, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (51.0, 29.0, 0.0)
    Image.effect_noise((2400, 900), 60).convert("RGB").save(stream, "JPEG", exif=exif, comment=b"hello secret")
    case = bench.create_case(stream.getvalue(), "secret-name.jpg")
    path = bench.upload_copy(case)
    data = path.read_bytes()
    with Image.open(io.BytesIO(data)) as copy:
        assert copy.format == "JPEG" and copy.size == (1600, 600)
        assert not copy.getexif() and not {"exif", "icc_profile", "comment", "xmp"} & set(copy.info)
    assert b"ecret" not in data and path.name == "photograph.jpg"  # as it will be called where it is uploaded
    bench.delete_case(case)
    assert not path.exists()


def test_nothing_leaves_by_itself(demo_archive, models, tmp_path, monkeypatch):
    """A whole analysis, its exports and the list of services, where every connection to elsewhere is an error."""
    asked: list[object] = []

    def refuse(*args, **named):
        asked.append(args[:2])
        raise OSError("nothing may leave")

    real = socket.socket.connect
    inside = lambda where: not isinstance(where, tuple) or where[0] in ("127.0.0.1", "::1")  # noqa: E731
    monkeypatch.setattr(
        socket.socket, "connect", lambda s, where: real(s, where) if inside(where) else refuse(s, where)
    )
    monkeypatch.setattr(socket.socket, "sendto", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    bench = made(demo_archive, tmp_path / "d", models)
    case = bench.create_case(PHOTO, "a.jpg")
    for _ in bench.run(case):
        pass
    bench.upload_copy(case), bench.export_json(case), bench.export_case(case), bench.inspect(case)
    bench.geocoder_question("Zollverein"), bench.profile_choices(), bench.services
    assert bench.view(case).document.status[-1].state == "fresh" and asked == []
    bench.allow_service(case, "geocoder")
    with pytest.raises(ServiceRefused, match="nominatim.openstreetmap.org cannot be reached"):  # the guard does guard
        bench.look_up_place(case, "Zollverein")
    assert asked
    bench.close()


def test_the_command_prints_the_same_list(capsys, tmp_path):
    assert main(["services", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in told] == list(ORDER)
    (tmp_path / "s.json").write_text(json.dumps({"services": {"allowed": []}}))
    assert main(["services", "--settings", str(tmp_path / "s.json")]) == 0
    text = capsys.readouterr().out
    assert "Geocoder [off (services.allowed)]" in text and "Fonts [never]" in text and "nominatim" in text


#: Modules that can open a connection, and the service that lists it; "" is this machine alone.
TALKING = {
    "newsctx/safe_fetch.py": "fetch", "newsctx/services/geocoder.py": "geocoder",
    "newsctx/writers/completion.py": "language_model", "newsctx/writers/sse.py": "language_model",
    "newsctx/hub.py": "model_hub", "newsctx/adapters.py": "model_hub", "newsctx/writers/model_files.py": "model_hub",
    "newsctx/writers/local_model.py": "model_hub", "newsctx/encoders/sentence.py": "model_hub",
}  # fmt: skip
NETWORK = re.compile(
    r"^\s*(?:import|from) (httpx|httpcore|socket|requests|aiohttp|urllib\.request|http\.client|huggingface_hub|smtplib"
    r"|ftplib|websockets?|geopy\.(?:geocoders|adapters)|gradio_client)\b",
    re.M,
)


def test_what_can_open_a_connection_is_on_the_list():
    root = Path(newsctx.__file__).parents[1]
    found = {p.relative_to(root).as_posix() for p in (root / "newsctx").rglob("*.py") if NETWORK.search(p.read_text())}
    found = {p for p in found if not p.startswith("newsctx/bench/")}  # asks servers that it has started itself
    assert found <= set(TALKING), "name the service that lists the connection, or what else it is, in TALKING"
    assert set(TALKING.values()) <= {*NAMES, ""}
