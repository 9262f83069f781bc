"""Words the invented world is made of: trees, tools and household things, never a real person."""

PATIENT_FAMILIES = (
    "ABRICOTIER", "ACACIA", "ALISIER", "AMANDIER", "AUBÉPINE", "BAMBOU", "BOULEAU", "BRUYÈRE",
    "CAMÉLIA", "CASSOULET", "CERISIER", "CHAMPIGNON", "CHARME", "CHÂTAIGNIER", "CHÊNE-LIÈGE",
    "COQUELICOT", "CYPRÈS", "D’ÉBÈNE", "D’ORVAL", "DE LA TOURNELLE", "DU GENÊT", "ÉGLANTINE",
    "ÉPICÉA", "ÉRABLE", "FIGUIER", "FOUGÈRE", "FRÊNE", "GENÉVRIER", "GIROFLÉE", "HÊTRE", "HIBISCUS",
    "L’ÉCUYER", "LAURIER", "LE GOFF-N’DIAYE", "LE NOISETIER", "LILAS", "MAGNOLIA", "MARRONNIER",
    "MÉLÈZE", "MIMOSA", "MÛRIER", "NÉFLIER", "NOYER", "ŒILLET", "OLIVIER", "ORANGER", "ORME",
    "PÂQUERETTE", "PEUPLIER", "PLATANE", "POIRIER", "POMMIER", "PRUNIER", "ROMARIN", "ROSIER",
    "SAULE-PLEUREUR", "SORBIER", "SUREAU", "TILLEUL", "TROËNE",
)  # fmt: skip
DOCTOR_FAMILIES = (
    "Agrafe", "Arrosoir", "Bouilloire", "Boussole", "Cafetière", "Calepin", "Casserole", "Chausson",
    "Cheminée", "Classeur", "Compas", "Coudrier", "Crayon", "Édredon", "Encrier", "Équerre",
    "Escabeau", "Étagère", "Fauteuil", "Guéridon", "Horloge", "L’Enclume", "Lampion", "Lanterne",
    "Le Buvard", "Marmite", "Mètre-Ruban", "Moulinet", "Ormeau", "Parapluie", "Passoire", "Pendule",
    "Pinceau", "Plumier", "Porte-Plume", "Rabot", "Règle", "Sablier", "Sacoche", "Tabouret",
    "Tamis", "Théière", "Tiroir", "Trousse", "Truelle",
)  # fmt: skip
FEMALE_GIVEN = (
    "Agathe", "Anaïs", "Aurore", "Awa", "Béatrice", "Capucine", "Céleste", "Chloé", "Clémence",
    "Élodie", "Eugénie", "Fatou", "Françoise", "Garance", "Héloïse", "Inès", "Jeanne", "Léa",
    "Léonie", "Maëlle", "Marie-Ange", "Noémie", "Océane", "Rose-Marie", "Salomé", "Solène", "Zoé",
)  # fmt: skip
MALE_GIVEN = (
    "Adélard", "Anatole", "Aurélien", "Barnabé", "Célestin", "Cyprien", "Édouard", "Éloi",
    "François", "Gaspard", "Hippolyte", "Jean-Noël", "Jules", "Kévin", "Léandre", "Luc", "Marc",
    "Mamadou", "Noël", "Octave", "Paul", "Raphaël", "Théodore", "Théo", "Ulysse", "Yannaël",
)  # fmt: skip
TOWNS = (
    ("VILLEFICTIVE", "99001"),
    ("BOURG L’EXEMPLE", "99120"),
    ("SAINT-MODÈLE-SUR-ESSAI", "99230"),
    ("LES ESSAIS", "99340"),
    ("MONT-FICTIF", "99450"),
    ("PORT-IMAGINAIRE", "99560"),
    ("VAL-D’INVENTION", "99670"),
    ("CHÂTEAU-SIMULÉ", "99780"),
)
STREETS = (
    "RUE DU BAC À SABLE", "PLACE DE L’EXEMPLE", "AVENUE DES ESSAIS", "CHEMIN DES BROUILLONS",
    "IMPASSE DU MODÈLE", "BOULEVARD DE LA MAQUETTE", "QUAI DES PROTOTYPES",
)  # fmt: skip
PRACTICES = (
    ("CABINET MÉDICAL IMAGINAIRE", "cabinet"),
    ("MAISON DE SANTÉ DES FICTIONS", "maison-sante"),
    ("CLINIQUE DES EXEMPLES", "clinique"),
    ("CENTRE HOSPITALIER DE VILLEFICTIVE", "ch-villefictive"),
)
STRUCTURES = (
    "EHPAD des Fictions", "Clinique des Exemples", "Maison de santé du Modèle",
    "Laboratoire de la Maquette", "Centre de rééducation des Essais", "HAD du Brouillon",
)  # fmt: skip
OUTCOMES = ("plein", "invalide", "lent", "inconnu")
"""Local parts that decide what becomes of a message (our convention, lifen.md section 12)."""
