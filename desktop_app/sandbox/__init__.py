"""The practice platforms: applications that answer as the real ones are documented to."""
