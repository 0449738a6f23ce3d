"""The demo's OCSP responder, asked in memory: `center.validity.responder`."""

import asyncio
import base64
import dataclasses
import datetime
import functools
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from center.clock import FixedClock
from center.pki import description, index
from center.pki.issue import make_key
from center.pki.layout import State
from center.pki.store import certificate_pem, write_file
from center.validity.client import REQUEST_TYPE, RESPONSE_TYPE
from center.validity.responder import NEWS_S, REQUEST_BYTES_MAX, Authority, Responder, authorities
from crypto.errors import CheckFailed
from crypto.keys import private_to_pem
from crypto.ocsp import (
    INVALID,
    REVOKED,
    STATUS_UNKNOWN,
    UNAVAILABLE,
    Question,
    check_answer,
)
from tests.center.pki.demo import (
    AT,
    AT_S,
    card_certificate,
    certificate,
    demo_state,
    key,
)

NONCE = b"n" * 32


@functools.cache
def responder() -> Responder:
    return Responder(authorities(demo_state(), description.load()), FixedClock(AT))


def question(resident: str = "yamada-taro", generation: int = 3) -> Question:
    issuer = certificate(f"jpki-auth-{generation}")
    return Question(card_certificate(resident), issuer, NONCE)


def with_index(path: Path) -> Responder:
    """A responder for the third generation that answers from `path`."""
    issuer, delegate = certificate("jpki-auth-3"), certificate("jpki-auth-3-ocsp")
    return Responder(
        (Authority(issuer, delegate, key("jpki-auth-3-ocsp"), path),),  # type: ignore[arg-type]
        FixedClock(AT),
    )


def failure(answer: bytes, asked: Question) -> str:
    with pytest.raises(CheckFailed) as failed:
        check_answer(asked, answer, AT_S)
    return failed.value.failure


class TestAnswers:
    @pytest.mark.parametrize(
        ("resident", "generation"),
        [("watanabe-shigeru", 1), ("kim-minjun", 2), ("katsuragi-jun", 2), ("yamada-taro", 3)],
    )
    def test_good_in_every_generation(self, resident: str, generation: int) -> None:
        asked = question(resident, generation)
        check_answer(asked, responder().answer(asked.encode()), AT_S)

    @pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA512()])  # noqa: S303
    def test_in_the_hash_it_was_asked_in(self, algorithm: hashes.HashAlgorithm) -> None:
        asked = question()
        answer = responder().answer(asked.encode(algorithm))
        check_answer(asked, answer, AT_S)
        named = ocsp.load_der_ocsp_response(answer).hash_algorithm
        assert named.name == algorithm.name

    def test_revoked(self) -> None:
        asked = question("tsujimoto-megumi")
        assert failure(responder().answer(asked.encode()), asked) == REVOKED

    def test_never_issued(self) -> None:
        asked = Question(certificate("jpki-auth-3-ocsp"), certificate("jpki-auth-3"), NONCE)
        assert failure(responder().answer(asked.encode()), asked) == STATUS_UNKNOWN

    def test_the_same_serial_of_two_generations_is_told_apart(self, tmp_path: Path) -> None:
        file = tmp_path / "index.txt"
        file.write_bytes(demo_state().index("jpki-auth-3").read_bytes())
        index.revoke(file, 0x0705D990, AT)
        one = question("takasaki-noboru", 3)
        assert failure(with_index(file).answer(one.encode()), one) == REVOKED
        other = question("kim-minjun", 2)
        check_answer(other, responder().answer(other.encode()), AT_S)

    def test_an_authority_it_does_not_answer_for(self) -> None:
        asked = Question(certificate("terminal"), certificate("terminals"), NONCE)
        assert failure(responder().answer(asked.encode()), asked) == INVALID

    def test_a_revocation_counts_at_once(self, tmp_path: Path) -> None:
        file, asked = tmp_path / "index.txt", question()
        file.write_bytes(demo_state().index("jpki-auth-3").read_bytes())
        running = with_index(file)
        check_answer(asked, running.answer(asked.encode()), AT_S)
        index.revoke(file, asked.certificate.serial_number, AT)
        assert failure(running.answer(asked.encode()), asked) == REVOKED
        index.revoke(file, asked.certificate.serial_number, None)
        check_answer(asked, running.answer(asked.encode()), AT_S)

    @pytest.mark.parametrize("content", [None, "X\n", "R\t1\t2\t3\t4\t5\n"])
    def test_an_index_that_cannot_be_read_is_an_outage(
        self, tmp_path: Path, content: str | None
    ) -> None:
        file, asked = tmp_path / "index.txt", question()
        if content is not None:
            file.write_text(content)
        assert failure(with_index(file).answer(asked.encode()), asked) == UNAVAILABLE

    def test_a_reason_there_is_not_is_an_outage(self, tmp_path: Path) -> None:
        file, asked = tmp_path / "index.txt", question()
        entry = index.entry(asked.certificate, AT)
        line = f"R\t300415145959Z\t261120010000Z,boredom\t{entry.serial:08X}\tunknown\t/CN=x\n"
        file.write_text(line)
        assert failure(with_index(file).answer(asked.encode()), asked) == UNAVAILABLE


class TestForm:
    def test_times_and_delegate(self) -> None:
        answer = ocsp.load_der_ocsp_response(responder().answer(question().encode()))
        assert next(answer.responses).this_update_utc == AT
        assert next(answer.responses).next_update_utc == AT + datetime.timedelta(seconds=NEWS_S)
        assert answer.certificates == [certificate("jpki-auth-3-ocsp")]

    @pytest.mark.parametrize("size", [1, 32, 128])
    def test_a_nonce_comes_back(self, size: int) -> None:
        asked = Question(card_certificate("yamada-taro"), certificate("jpki-auth-3"), b"n" * size)
        check_answer(asked, responder().answer(asked.encode()), AT_S)

    def test_without_a_nonce_there_is_none(self) -> None:
        card, issuer = card_certificate("yamada-taro"), certificate("jpki-auth-3")
        plain = ocsp.OCSPRequestBuilder().add_certificate(card, issuer, hashes.SHA256()).build()
        answer = responder().answer(plain.public_bytes(serialization.Encoding.DER))
        with pytest.raises(x509.ExtensionNotFound):
            ocsp.load_der_ocsp_response(answer).extensions.get_extension_for_class(x509.OCSPNonce)

    def status(self, request: bytes) -> ocsp.OCSPResponseStatus:
        return ocsp.load_der_ocsp_response(responder().answer(request)).response_status

    def test_a_nonce_of_more_than_128_bytes_is_malformed(self) -> None:
        asked = Question(card_certificate("yamada-taro"), certificate("jpki-auth-3"), b"n" * 129)
        assert self.status(asked.encode()) is ocsp.OCSPResponseStatus.MALFORMED_REQUEST

    @given(st.binary(max_size=200))
    def test_any_bytes_get_an_answer(self, data: bytes) -> None:
        assert self.status(data) is ocsp.OCSPResponseStatus.MALFORMED_REQUEST

    @given(position=st.integers(0, 200), bit=st.integers(0, 7))
    def test_one_bit_gets_an_answer(self, position: int, bit: int) -> None:
        asked = bytearray(question().encode())
        asked[position % len(asked)] ^= 1 << bit
        self.status(bytes(asked))


def serve(
    method: str, path: str, body: tuple[bytes, ...] = (b"",), kind: str = REQUEST_TYPE
) -> Any:
    """One exchange over ASGI: (status, headers, body)."""
    parts = [
        {"type": "http.request", "body": each, "more_body": number + 1 < len(body)}
        for number, each in enumerate(body)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": urllib.parse.unquote(path),
        "raw_path": path.encode(),
        "headers": [(b"content-type", kind.encode())],
    }
    asyncio.run(responder()(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


class TestHttp:
    """RFC 6960 appendix A.1."""

    def test_post(self) -> None:
        status, headers, body = serve("POST", "/", (question().encode(),))
        assert (status, headers[b"content-type"].decode()) == (200, RESPONSE_TYPE)
        check_answer(question(), body, AT_S)

    def test_post_in_parts(self) -> None:
        request = question().encode()
        body = serve("POST", "/", (request[:7], request[7:9], request[9:]))[2]
        check_answer(question(), body, AT_S)

    @pytest.mark.parametrize("safe", ["", "/+="])
    def test_get(self, safe: str) -> None:
        text = base64.b64encode(question().encode()).decode()
        status, _, body = serve("GET", "/" + urllib.parse.quote(text, safe=safe))
        assert status == 200
        check_answer(question(), body, AT_S)

    def test_get_of_nonsense(self) -> None:
        status, _, body = serve("GET", "/%%%")
        assert status == 200
        answer = ocsp.load_der_ocsp_response(body)
        assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST

    def test_refused(self) -> None:
        assert serve("PUT", "/")[0] == 405
        assert serve("POST", "/", kind="text/plain")[0] == 415
        assert serve("POST", "/", (bytes(3000), bytes(3000), bytes(3000)))[0] == 413
        assert serve("GET", "/" + "A" * (REQUEST_BYTES_MAX * 2))[0] == 413

    def test_life(self) -> None:
        sent: list[str] = []
        asked = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def receive() -> Any:
            return next(asked)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        asyncio.run(responder()({"type": "lifespan"}, receive, send))
        assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


class TestConfiguration:
    def test_a_hash_it_does_not_answer_in(self) -> None:
        asked = question()
        assert failure(responder().answer(asked.encode(hashes.SHA224())), asked) == INVALID

    def test_what_is_neither_http_nor_a_life_gets_no_answer(self) -> None:
        async def never(*_: Any) -> Any:
            raise AssertionError

        asyncio.run(responder()({"type": "websocket"}, never, never))

    def test_a_delegate_whose_key_cannot_answer(self, tmp_path: Path) -> None:
        state = State(tmp_path)
        for name in ("jpki-auth-3", "jpki-auth-3-ocsp"):
            write_file(state.certificate(name), certificate_pem(certificate(name)))
        write_file(state.key("jpki-auth-3-ocsp"), private_to_pem(make_key("ed25519")))
        only = dataclasses.replace(
            description.load(), generations=description.load().generations[2:]
        )
        with pytest.raises(TypeError, match="RSA or an elliptic curve"):
            authorities(state, only)
