"""The demo's certificate authorities, described in `pki.toml` and made on the spot."""
