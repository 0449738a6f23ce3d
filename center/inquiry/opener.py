"""The process that parses uploads: pictures in grey go on to the decoder. It holds no key.

`python -m center.inquiry.opener IN OUT`: uploads come on the socket IN, one frame each; for each
page a frame goes to OUT, then one that says why there are no more.
"""

import socket
import sys

from center.cell import close_the_doors, leave_the_network, reader_of
from center.frames import BadFrame, pack, unpack

PAGES_MAX = 10
END, MORE, NO_PICTURE, TOO_LARGE = "end", "more", "no_picture", "too_large"


def main(uploads: int, onward: int) -> None:
    """Serve until the socket ends."""
    leave_the_network()
    # Parsers load files of their own, and must be here before the doors close.
    from PIL import Image

    from center.antiforgery.scramble.upload import NoPicture, TooLarge, pictures

    Image.preinit()
    close_the_doors(uploads, onward)
    with socket.socket(fileno=uploads) as came, socket.socket(fileno=onward) as goes:
        read = reader_of(came)
        while True:
            try:
                _, upload = unpack(read)
            except (EOFError, BadFrame):
                return
            end = END
            try:
                for number, grey in enumerate(pictures(upload)):
                    if number == PAGES_MAX:
                        end = MORE
                        break
                    height, width = grey.shape
                    goes.sendall(pack({"height": height, "width": width}, grey.tobytes()))
            except NoPicture:
                end = NO_PICTURE
            except (TooLarge, MemoryError):
                end = TOO_LARGE
            goes.sendall(pack({"end": end}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
