"""Who is at the keyboard: the hospital's own sign-in, in the person's own browser."""
