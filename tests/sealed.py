"""A sealed database seen from outside, by a test that finds its key where the program keeps it."""

import json
from pathlib import Path
from typing import Any

from desktop_app.outbox.database import Place, open_database
from desktop_app.outbox.vault import Vault


def look_into(data: Path, folder: str = "letters") -> Any:
    """A connection to the database of a data folder whose keys are kept in a file."""
    letters = data / folder
    name = (letters / "key").read_text("ascii").strip()
    kept = json.loads((data / "keys" / "secrets.json").read_text("utf-8"))
    vault = Vault(bytes.fromhex(kept[f"data/{name}"]))
    return open_database(Place(letters / "navette.db", vault.derived("database")), patience=5)
