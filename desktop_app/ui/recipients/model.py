"""The correspondents found, as rows: name, place, and the number that tells homonyms apart."""

from desktop_app.domain.people import Correspondent
from desktop_app.ui.answers import AnswersModel, Row
from desktop_app.wording import recipients as words


class DirectoryModel(AnswersModel):
    """One row a directory entry."""

    def show(self, entries: tuple[Correspondent, ...]) -> None:
        """Become another answer."""
        self.become(entries, [_row(entry) for entry in entries])


def _row(entry: Correspondent) -> Row:
    title = words.heading(entry)
    return Row(
        title=title,
        detail=words.place(entry),
        kept=words.mark(entry),
        spoken=f"{title}, {words.details(entry)}",
    )
