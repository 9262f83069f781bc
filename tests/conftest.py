"""No test needs a display (tests/end_to_end makes its own), and none fails for being slow."""

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long an example takes says more of the machine than of the code; benchmarks measure.
settings.register_profile("navette", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("navette")
