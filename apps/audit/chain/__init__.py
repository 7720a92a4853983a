"""The chain of digests that shows a change of history even by whoever may switch triggers off (ADR 0040)."""

from apps.audit.chain.digest import FORM, FORMS, digest_of
from apps.audit.chain.verifying import Head, Report, read_head, verify

__all__ = ["FORM", "FORMS", "Head", "Report", "digest_of", "read_head", "verify"]
