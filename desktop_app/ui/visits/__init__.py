"""Who is here today: appointments and stays to pick the patient from."""
