"""The benchmark is run from the repository, not installed: let its modules be imported as it does."""

from __future__ import annotations

import sys

from khyber.config import graph_home

sys.path.append(str(graph_home()))
