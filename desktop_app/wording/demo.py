"""What the demonstration types and tells."""

PATIENT_TYPED = "abricotier capucine"
RECIPIENT_TYPED = "tessandier"
OPEN = "La fenêtre est ouverte, en entraînement : rien ne peut partir pour de vrai."
TAKEN = "La lettre est copiée, vérifiée, affichée."
PATIENT_CHOSEN = "Patiente choisie : Capucine ABRICOTIER, personne fictive."
RECIPIENT_CHOSEN = "Destinataire choisi dans l’annuaire : Dr TESSANDIER-FICTIF."
SENT = "Ctrl+Entrée : la lettre est prête à partir, et peut encore être annulée."
ACCEPTED = "La plateforme d’entraînement l’a acceptée ; sa remise est suivie."
DELIVERED = "La messagerie du destinataire l’a reçue : remise."
STUCK = "La démonstration s’arrête : cette étape n’a pas abouti en une minute."


def drop(name: str) -> str:
    """A file is dropped."""
    return f"Dépôt de « {name} » sur la fenêtre."


def typed(text: str) -> str:
    """Something is looked for."""
    return f"Recherche : « {text} »."


def done(pictures: int, folder: str) -> str:
    """The end."""
    return f"Terminé : {pictures} images dans {folder}."
