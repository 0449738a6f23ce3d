"""TLS contexts: 1.3 only, both sides with certificates, no resumption.

Without session tickets every connection proves its certificate anew, so a terminal that was
shut out cannot come back on an old secret.
"""

import ssl
from pathlib import Path


def server_context(certificate: Path, key: Path, clients: Path) -> ssl.SSLContext:
    """For a server that asks for a client certificate under the roots of `clients`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(clients)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(certificate: Path, key: Path, servers: Path) -> ssl.SSLContext:
    """For a client that believes servers under the roots of `servers` and no others."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(servers)
    return context
