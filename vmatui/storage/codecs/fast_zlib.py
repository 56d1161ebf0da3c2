"""zlib as `library`: isal where it is installed, which does the same at twice the speed or more."""

from __future__ import annotations

import zlib
from types import ModuleType

library: ModuleType
try:
    from isal import isal_zlib as library
except ImportError:
    library = zlib
