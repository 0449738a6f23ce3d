"""Is a card's certificate revoked? Asking the authority, and the demo's authority itself."""
