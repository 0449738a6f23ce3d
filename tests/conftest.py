"""One Hypothesis for all: the same examples every run, no deadline on a shared machine.

`HYPOTHESIS_PROFILE=deep` looks longer and elsewhere; a find becomes an `@example`.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", settings.get_profile("ci"), derandomize=False, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
