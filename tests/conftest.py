"""No test needs a display: whoever wants one (tests/end_to_end) makes its own."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
