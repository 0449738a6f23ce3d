"""Centre and municipality in one process, without a wire: whatever a test wants to bend, bent."""

from dataclasses import dataclass

from center import demo
from center.antiforgery.keyring import open_keyring
from center.antiforgery.marks import Engraver
from center.clock import Clock, utc_seconds
from center.issuing.copies import Press
from center.issuing.municipality import Municipality
from center.issuing.municipality import load as load_municipality
from center.issuing.server import IssuingServer, IssuingTrust
from center.pki import description as pki_description
from center.pki.layout import State
from center.relay.centre import Centre, Partners, Site, Validity
from center.relay.delivery import Dispatch
from center.relay.municipalities import IssuingService, Route, Routes
from center.relay.terminals import Terminal
from center.store.store import Store
from center.validity.responder import Responder, authorities
from center.wire.endpoints import APPLY, AUTHENTICATE, OPEN_VISIT, OUTCOME
from crypto.certificates import key_hash
from crypto.ocsp import Question, check_answer
from crypto.roles import Role

MUNICIPALITY, SERVER = "99201", "main"


@dataclass(frozen=True)
class LocalValidity:
    """The responder, asked without HTTP; its answer is believed by the same rules."""

    responder: Responder
    clock: Clock

    def check(self, question: Question) -> bytes:
        answer = self.responder.answer(question.encode())
        check_answer(question, answer, utc_seconds(self.clock))
        return answer


@dataclass(frozen=True)
class Assembly:
    """What was put together."""

    state: State
    clock: Clock
    store: Store
    centre: Centre
    issuing: IssuingServer

    def terminal(self, name: str = "terminal") -> Terminal:
        """The demo's terminal of that certificate, as TLS would have made it known."""
        certificate = demo._certificate(self.state, name)
        number = {"terminal": "kiosk-0001", "terminal-2": "kiosk-0002"}[name]
        return Terminal(number, key_hash(certificate.public_key()))

    def post(self, path: str, body: bytes, terminal: str = "terminal") -> bytes:
        """One request of a terminal. Raises CheckFailed where HTTP would carry the name."""
        answers = {
            OPEN_VISIT: self.centre.open_visit,
            AUTHENTICATE: self.centre.authenticate,
            APPLY: self.centre.apply,
            OUTCOME: self.centre.report,
        }
        return answers[path](self.terminal(terminal), body)


@dataclass
class Parts:
    """What may be replaced; None: as it ships."""

    validity: Validity | None = None
    service: IssuingService | None = None
    dispatch: Dispatch | None = None
    press: Press | None = None
    municipality: Municipality | None = None
    more: tuple[Route, ...] = ()
    """Further servers of the municipality."""


def issuing_server(state: State, clock: Clock, parts: Parts) -> IssuingServer:
    """The municipality's server in `state`."""
    municipality = parts.municipality or load_municipality()
    press = parts.press or demo._press(state, municipality)
    centres = demo._trust(state, "centre-statements", Role.CENTRE_STATEMENT)
    return IssuingServer(municipality, press, IssuingTrust(centres, demo._cards(state)), clock)


def assemble(state: State, clock: Clock, store: Store, parts: Parts | None = None) -> Assembly:
    """A centre that speaks with one municipality; `state` holds their keys."""
    parts = parts or Parts()
    issuing = issuing_server(state, clock, parts)
    signer = demo._signer(state, "centre-statement")
    site = Site(
        "east", signer, demo._trust(state, "centre-statements", Role.CENTRE_STATEMENT)
    )  # fmt: skip
    responder = Responder(authorities(state, pki_description.load()), clock)
    partners = Partners(
        cards=demo._cards(state),
        validity=parts.validity or LocalValidity(responder, clock),
        routes=Routes((Route(MUNICIPALITY, SERVER, parts.service or issuing), *parts.more)),
    )
    dispatch = parts.dispatch or Dispatch(
        demo._issuing_servers(state), store, signer, Engraver(open_keyring(state.scramble))
    )
    centre = Centre(site, partners, dispatch, store, clock)
    return Assembly(state, clock, store, centre, issuing)
