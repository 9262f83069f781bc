"""Who works here, where the hospital wants to know it."""
