"""Files from outside: checks at the door, the copy that is kept, pages to look at."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

_SAMPLES = files("resources") / "samples"


def samples() -> Sequence[tuple[str, Path]]:
    """The fictional letters that practice mode offers: what to call each, and its file."""
    folder = Path(str(_SAMPLES))
    return [(path.stem, path) for path in sorted(folder.glob("*.pdf"))]
