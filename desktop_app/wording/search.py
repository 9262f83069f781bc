"""Words that every search box shares."""

CLEAR = "Effacer"
MORE = "Afficher la suite"
RETRY = "Réessayer maintenant"
SEARCHING = "Recherche…"
