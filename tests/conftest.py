"""One Hypothesis for all: the same examples every run, no deadline on a shared machine.

`HYPOTHESIS_PROFILE=deep` looks longer and elsewhere; a find becomes an `@example`.
"""

import os

# Workers share the cores already: threads of the linear algebra would spin for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

from tests import lanes

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", settings.get_profile("ci"), derandomize=False, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure() -> None:
    lanes.give_way()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> lanes.Lanes | None:
    return lanes.scheduler(config, log)
