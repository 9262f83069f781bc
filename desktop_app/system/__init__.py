"""The operating system: folders, keychain, one running copy."""
