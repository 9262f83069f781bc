"""Words that every search box shares."""

MORE = "Afficher la suite"
RETRY = "Réessayer maintenant"
SEARCHING = "Recherche…"
