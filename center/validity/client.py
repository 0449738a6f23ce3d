"""Ask an OCSP responder over HTTP and believe it or not (`crypto.ocsp` has the rules).

Source: RFC 6960 appendix A.1 (POST).
"""

from collections.abc import Callable

import httpx

from center.clock import Clock, stopwatch, utc_seconds
from crypto.errors import CheckFailed
from crypto.ocsp import INVALID, UNAVAILABLE, Question, check_answer

REQUEST_TYPE = "application/ocsp-request"
RESPONSE_TYPE = "application/ocsp-response"
ANSWER_BYTES_MAX = 64 * 1024
TIMEOUT_S = 5.0
_SERVER_ERROR = 500


class OcspClient:
    """One responder's address. Thread-safe; connections are kept open between questions."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        timeout_s: float = TIMEOUT_S,
        elapsed_s: Callable[[], float] = stopwatch,
    ) -> None:
        """`timeout_s` bounds a whole question. Raises ValueError for no http(s) address."""
        if httpx.URL(url).scheme not in {"http", "https"}:
            raise ValueError(
                "the address of the OCSP responder must begin with http:// or https://"
            )
        self._url = url
        self._clock = clock
        self._timeout_s = timeout_s
        self._elapsed_s = elapsed_s
        # No proxy from the environment: the responder is reached directly or not at all.
        self._http = httpx.Client(timeout=timeout_s, trust_env=False)

    def check(self, question: Question) -> bytes:
        """The responder's answer, once it says that the certificate is good.

        The answer is evidence: the issuing server checks it again. Blocks up to the limit.
        Raises CheckFailed: `jpki.unavailable` when the responder cannot be reached, does not
        answer in time or says that it is out of order; else as `crypto.ocsp.check_answer`.
        """
        answer = self._ask(question.encode())
        check_answer(question, answer, utc_seconds(self._clock))
        return answer

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._http.close()

    def _ask(self, request: bytes) -> bytes:
        until = self._elapsed_s() + self._timeout_s
        headers = {"Content-Type": REQUEST_TYPE, "Accept": RESPONSE_TYPE}
        try:
            with self._http.stream("POST", self._url, content=request, headers=headers) as reply:
                _check_head(reply)
                return self._read(reply, until)
        except httpx.HTTPError as error:
            raise CheckFailed(UNAVAILABLE, f"no answer ({type(error).__name__})") from None

    def _read(self, reply: httpx.Response, until: float) -> bytes:
        answer = b""
        for part in reply.iter_bytes():
            answer += part
            if len(answer) > ANSWER_BYTES_MAX:
                raise CheckFailed(INVALID, "the answer is too large")
            # httpx bounds each read; a responder that drips would hold us for ever.
            if self._elapsed_s() > until:
                raise CheckFailed(UNAVAILABLE, "the answer did not come in time")
        return answer


def _check_head(reply: httpx.Response) -> None:
    if reply.status_code >= _SERVER_ERROR:
        raise CheckFailed(UNAVAILABLE, f"the responder is out of order (HTTP {reply.status_code})")
    kind = reply.headers.get("content-type", "").partition(";")[0].strip()
    if reply.status_code != httpx.codes.OK or kind != RESPONSE_TYPE:
        raise CheckFailed(INVALID, f"not an OCSP answer (HTTP {reply.status_code})")
