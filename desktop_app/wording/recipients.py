"""Words of the recipients pane."""

from desktop_app.domain.people import Correspondent, Kind, Recipient
from desktop_app.wording import people

RECIPIENTS = "Destinataires"
FIELD = "Nom, ville, RPPS, structure…"
FIELD_KEYS = "Ctrl+D"
FIELD_NAME = (
    "Rechercher un destinataire par nom, ville, structure, numéro RPPS ou FINESS, ou adresse"
    " MSSanté"
)
RESULTS = "Correspondants trouvés"
USUAL = "Correspondants habituels de ce patient"
CHANNEL = "MSSanté"
NOBODY = "Aucun correspondant trouvé"
NOBODY_ADVICE = (
    "Vérifiez l’orthographe, ou ajoutez la ville après une virgule\u00a0:"
    " «\u00a0ormeau, villefictive\u00a0»."
)
ADDRESS = "Adresse MSSanté à utiliser"


def heading(entry: Correspondent) -> str:
    """Who it is."""
    return people.correspondent(entry)


def details(entry: Correspondent) -> str:
    """Where, which number, which mailbox or how many."""
    address = entry.mailboxes[0].address if len(entry.mailboxes) == 1 else ""
    return " · ".join(part for part in (place(entry), mark(entry), address) if part)


def mark(entry: Correspondent) -> str:
    """What tells two of the same name in the same town apart: the number, how many mailboxes."""
    parts = []
    if entry.identifier:
        number = "FINESS" if entry.kind is Kind.ORGANIZATION else "RPPS"
        parts.append(f"{number} {entry.identifier}")
    if len(entry.mailboxes) > 1:
        parts.append(f"{len(entry.mailboxes)} adresses")
    return " · ".join(parts)


def place(entry: Correspondent) -> str:
    """The first place of work on one line, its town first: that is what tells two apart."""
    return people.place_from_town(entry.places[0]) if entry.places else ""


def remove(recipient: Recipient) -> str:
    """What the removing button does."""
    return f"Retirer {heading(recipient.correspondent)}"


def chip(number: int, recipient: Recipient) -> str:
    """A usual correspondent."""
    return f"{number}  {heading(recipient.correspondent)}"


def chip_tip(number: int, recipient: Recipient) -> str:
    """Where the letter would go, and the key."""
    return f"{recipient.address} (Alt+{number})"


def found(count: int, *, complete: bool) -> str:
    """How many entries answer."""
    if count == 0:
        return ""
    if not complete:
        return f"{count} affichés, résultats incomplets\u00a0: précisez la ville ou le prénom"
    return "1 correspondant trouvé" if count == 1 else f"{count} correspondants trouvés"


def gone_title(recipient: Recipient) -> str:
    """A remembered address is no longer in the directory."""
    return f"{heading(recipient.correspondent)} n’est plus joignable à cette adresse"


GONE_ADVICE = "L’annuaire ne la connaît plus. Cherchez ce correspondant par son nom."
