"""Canonical bodies over mutual TLS 1.3: what the centre and the issuing server share."""
