"""httpx without the command line of its own: import it from here.

`import httpx` also imports that command and rich for it, a third of the time, and goes on without them where they are
not installed (httpx/__init__.py, 0.28). Here they seem not to be, until it is imported.
"""

from __future__ import annotations

import sys

_COMMAND = "httpx._main"
_IS_FIRST = "httpx" not in sys.modules

if _IS_FIRST:
    sys.modules[_COMMAND] = None  # type: ignore[assignment]  # what Python itself keeps for "there is no such module"
try:
    import httpx
finally:
    if _IS_FIRST:
        del sys.modules[_COMMAND]

__all__ = ["httpx"]
