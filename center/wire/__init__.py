"""Messages, canonical encoding, typed signatures and sealing; shared with the terminal."""
