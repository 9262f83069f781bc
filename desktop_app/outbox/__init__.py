"""The store, the spool and the worker: what must never be lost nor doubled."""
