"""What a disk's refusals are called."""

import errno


def trouble(error: OSError) -> str:
    """The kind of ``StoreTrouble`` that ``error`` is."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "full"
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return "read_only"
        case _:
            return "other"
