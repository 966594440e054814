"""The documents robot: what stands in a PDF, found by what surrounds it."""

from robo.documents.reading import read_document

__all__ = ["read_document"]
