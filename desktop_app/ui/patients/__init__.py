"""Finding the patient."""
