"""Who is at the keyboard, as the operating system knows it."""

import os
import sys


def owner() -> str:
    """A stable id of this user: what letters are sealed to (design.md section 3, Ownership).

    The name is left out where a number exists: it may change, or its directory be out of reach.
    """
    if sys.platform == "win32":
        return _windows_account()
    return f"uid:{os.getuid()}"


if sys.platform == "win32":
    import ctypes

    _SAM_COMPATIBLE = 2

    def _windows_account() -> str:
        """Domain and user from the process's own token; the environment could say anything."""
        ask = ctypes.windll.secur32.GetUserNameExW
        length = ctypes.c_ulong(0)
        ask(_SAM_COMPATIBLE, None, ctypes.byref(length))
        name = ctypes.create_unicode_buffer(length.value + 1)
        if not ask(_SAM_COMPATIBLE, name, ctypes.byref(length)):
            raise ctypes.WinError()
        return f"account:{name.value.casefold()}"
