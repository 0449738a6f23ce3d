"""Put on PYTHONPATH, lets a terminal be configured with limits shorter than an office may choose.

Nothing else changes: the same programs read the same keys, and only the lower bounds are gone, so
that "sixty seconds without a touch" is a story of one second.
"""

import dataclasses

from kiosk.session.limits import VisitLimits
from kiosk.settle.model import Limits

for _section in (VisitLimits, Limits):
    for _key in dataclasses.fields(_section):
        _key.metadata = {**_key.metadata, "min": 0.01}  # type: ignore[assignment]
