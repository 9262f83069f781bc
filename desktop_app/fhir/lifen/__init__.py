"""Lifen, FHIR STU3: the calls and their JSON."""
