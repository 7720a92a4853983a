"""French as people read it."""

from tests.web.conftest import french

__all__ = ["french"]
