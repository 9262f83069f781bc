"""Every sentence a person reads, in French, as typed functions."""
