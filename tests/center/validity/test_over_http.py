"""OCSP over real sockets: our client, our responder, and OpenSSL in either part."""

import contextlib
import datetime
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import uvicorn

from center.clock import FixedClock, SystemClock
from center.pki import description, index
from center.pki.layout import State
from center.pki.make import make
from center.validity.client import ANSWER_BYTES_MAX, RESPONSE_TYPE, OcspClient
from center.validity.responder import Responder, authorities
from crypto.certificates import parse_pem_bundle
from crypto.errors import CheckFailed
from crypto.ocsp import INVALID, REVOKED, STATUS_UNKNOWN, UNAVAILABLE, Question
from tests.center.pki.demo import AT, card_certificate, certificate, demo_state

NONCE = b"n" * 32
LIMIT_S = 20.0


def question(resident: str = "yamada-taro", state: State | None = None) -> Question:
    state = state or demo_state()
    (card,) = parse_pem_bundle((state.card(resident) / "auth-cert.pem").read_bytes())
    name = description.load().generation_of(resident).name
    (issuer,) = parse_pem_bundle(state.certificate(name).read_bytes())
    return Question(card, issuer, NONCE)


@contextlib.contextmanager
def serving(app: Responder) -> Iterator[str]:
    """The address of `app` under uvicorn, in a thread."""
    # With the protocol named asyncio switches Nagle's algorithm off; else 40 ms an answer.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, args=([bound],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def answering(reply: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """The address of a server that answers each POST by `reply`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            reply(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, kind: str, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    with contextlib.suppress(OSError):
        handler.wfile.write(body)


@contextlib.contextmanager
def client(url: str, timeout_s: float = LIMIT_S) -> Iterator[OcspClient]:
    with contextlib.closing(OcspClient(url, FixedClock(AT), timeout_s)) as made:
        yield made


def failure(url: str, asked: Question | None = None, timeout_s: float = LIMIT_S) -> str:
    with client(url, timeout_s) as asking, pytest.raises(CheckFailed) as failed:
        asking.check(asked or question())
    return failed.value.failure


@pytest.mark.daemon
class TestOurs:
    @pytest.fixture
    def url(self) -> Iterator[str]:
        app = Responder(authorities(demo_state(), description.load()), FixedClock(AT))
        with serving(app) as address:
            yield address

    def test_good_again_and_again_on_one_connection(self, url: str) -> None:
        with client(url) as asking:
            for _ in range(3):
                assert asking.check(question())

    def test_revoked_and_unknown(self, url: str) -> None:
        assert failure(url, question("tsujimoto-megumi")) == REVOKED
        nobody = Question(certificate("jpki-auth-3-ocsp"), certificate("jpki-auth-3"), NONCE)
        assert failure(url, nobody) == STATUS_UNKNOWN

    def test_when_it_has_ended_it_is_unavailable(self) -> None:
        app = Responder(authorities(demo_state(), description.load()), FixedClock(AT))
        with serving(app) as address, client(address) as asking:
            asking.check(question())
        assert failure(address) == UNAVAILABLE


@pytest.mark.daemon
class TestTrouble:
    def test_nobody_listens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        assert failure(f"http://127.0.0.1:{port}/") == UNAVAILABLE

    def test_no_such_host(self) -> None:
        assert failure("http://nobody.invalid/") == UNAVAILABLE

    def test_it_takes_the_question_and_says_nothing(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            assert failure(url, timeout_s=0.2) == UNAVAILABLE

    def test_it_hangs_up(self) -> None:
        def hang_up(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True

        with answering(hang_up) as url:
            assert failure(url) == UNAVAILABLE

    def test_it_drips_for_longer_than_the_limit(self) -> None:
        """Each byte comes in time; the whole does not."""
        enough = threading.Event()
        ticks = iter(range(1000))

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", RESPONSE_TYPE)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(20):
                    handler.wfile.write(b"0")
                    enough.wait(0.01)

        with answering(drip) as url:
            asking = OcspClient(url, FixedClock(AT), 5.0, elapsed_s=lambda: float(next(ticks)))
            with contextlib.closing(asking), pytest.raises(CheckFailed) as failed:
                asking.check(question())
            enough.set()
        assert failed.value.failure == UNAVAILABLE

    @pytest.mark.parametrize(
        ("status", "kind", "body", "name"),
        [
            (500, RESPONSE_TYPE, b"", UNAVAILABLE),
            (503, "text/html", b"<p>busy", UNAVAILABLE),
            (404, RESPONSE_TYPE, b"", INVALID),
            (302, RESPONSE_TYPE, b"", INVALID),
            (200, "text/html", b"<p>welcome", INVALID),
            (200, RESPONSE_TYPE, b"", INVALID),
            (200, RESPONSE_TYPE, b"0" * 50, INVALID),
            (200, RESPONSE_TYPE, b"0" * (ANSWER_BYTES_MAX + 1), INVALID),
            (200, RESPONSE_TYPE, bytes.fromhex("30030a0103"), UNAVAILABLE),  # tryLater
        ],
    )
    def test_answers_that_are_none(self, status: int, kind: str, body: bytes, name: str) -> None:
        with answering(lambda handler: send(handler, status, kind, body)) as url:
            assert failure(url) == name

    def test_an_address_that_is_none(self) -> None:
        for url in ("", "ocsp.example", "ftp://ocsp.example/"):
            with pytest.raises(ValueError, match="http"):
                OcspClient(url, FixedClock(AT))

    def test_a_proxy_of_the_environment_is_not_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
        app = Responder(authorities(demo_state(), description.load()), FixedClock(AT))
        with serving(app) as url, client(url) as asking:
            asking.check(question())


@pytest.fixture(scope="module")
def today() -> Iterator[State]:
    """A PKI of today, since OpenSSL's programs look at the machine's clock."""
    root = Path(tempfile.mkdtemp(prefix="k"))
    make(State(root), SystemClock().utc())
    yield State(root)
    shutil.rmtree(root)


def openssl_ocsp(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", "ocsp", *words], capture_output=True, text=True, check=False, timeout=30
    )


@pytest.mark.daemon
class TestOpenSslAsksUs:
    @pytest.mark.parametrize("extra", [(), ("-sha256",), ("-no_nonce",)])
    @pytest.mark.parametrize(
        ("resident", "word"),
        [
            ("yamada-taro", "good"),
            ("kim-minjun", "good"),
            ("watanabe-shigeru", "good"),
            ("tsujimoto-megumi", "revoked"),
        ],
    )
    def test_it_gets_the_right_answer(
        self, today: State, resident: str, word: str, extra: tuple[str, ...]
    ) -> None:
        issuer = str(today.certificate(description.load().generation_of(resident).name))
        card = str(today.card(resident) / "auth-cert.pem")
        with serving(Responder(authorities(today, description.load()), SystemClock())) as url:
            seen = openssl_ocsp(
                *extra, "-issuer", issuer, "-cert", card, "-url", url, "-CAfile", issuer
            )
        assert seen.returncode == 0, seen.stderr
        assert f"{card}: {word}" in seen.stdout
        assert "Response verify OK" in seen.stderr
        assert "nonce" not in seen.stderr.lower() or "-no_nonce" in extra

    def test_of_a_certificate_never_issued(self, today: State) -> None:
        issuer = str(today.certificate("jpki-auth-3"))
        with serving(Responder(authorities(today, description.load()), SystemClock())) as url:
            seen = openssl_ocsp(
                "-issuer", issuer, "-serial", "0x77", "-url", url, "-CAfile", issuer
            )
        assert "0x77: unknown" in seen.stdout
        assert "Response verify OK" in seen.stderr

    def test_of_an_authority_we_do_not_answer_for(self, today: State) -> None:
        issuer = str(today.certificate("terminals"))
        with serving(Responder(authorities(today, description.load()), SystemClock())) as url:
            seen = openssl_ocsp("-issuer", issuer, "-serial", "1", "-url", url, "-CAfile", issuer)
        assert "unauthorized" in seen.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@contextlib.contextmanager
def openssl_responder(state: State, name: str, signer: str) -> Iterator[str]:
    """`openssl ocsp` answering for the generation `name` from the same index as ours."""
    port = free_port()
    process = subprocess.Popen(
        ["openssl", "ocsp", "-port", str(port), "-index", str(state.index(name)),
         "-CA", str(state.certificate(name)), "-rsigner", str(state.certificate(signer)),
         "-rkey", str(state.key(signer)), "-nmin", "5"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "waiting for" in line.lower():
                break
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


@pytest.mark.daemon
class TestWeAskOpenSsl:
    @pytest.mark.parametrize("signer", ["jpki-auth-3-ocsp", "jpki-auth-3"])
    def test_its_answers_are_understood(self, today: State, signer: str) -> None:
        with openssl_responder(today, "jpki-auth-3", signer) as url:
            for resident, name in (("yamada-taro", ""), ("tsujimoto-megumi", REVOKED)):
                asking = OcspClient(url, SystemClock(), LIMIT_S)
                asked = question(resident, today)
                with contextlib.closing(asking):
                    if name:
                        with pytest.raises(CheckFailed, match=name):
                            asking.check(asked)
                    else:
                        assert asking.check(asked)

    def test_a_delegate_of_another_generation_is_refused(self, today: State) -> None:
        with openssl_responder(today, "jpki-auth-3", "jpki-auth-2-ocsp") as url:
            asking = OcspClient(url, SystemClock(), LIMIT_S)
            with contextlib.closing(asking), pytest.raises(CheckFailed, match=INVALID):
                asking.check(question("yamada-taro", today))

    def test_the_clock_that_is_off_is_noticed(self, today: State) -> None:
        hour = datetime.timedelta(hours=1)
        with openssl_responder(today, "jpki-auth-3", "jpki-auth-3-ocsp") as url:
            for at in (SystemClock().utc() + hour, SystemClock().utc() - hour):
                asking = OcspClient(url, FixedClock(at), LIMIT_S)
                with contextlib.closing(asking), pytest.raises(CheckFailed, match=INVALID):
                    asking.check(question("yamada-taro", today))


def test_the_index_names_every_card_of_its_generation() -> None:
    listed = index.read(demo_state().index("jpki-auth-3"))
    assert card_certificate("yamada-taro").serial_number in listed
    assert card_certificate("kim-minjun").serial_number in index.read(
        demo_state().index("jpki-auth-2")
    )
