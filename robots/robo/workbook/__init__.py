"""The workbook robot: rows of .xlsx workbooks, read exactly and written back cell by cell."""

from robo.workbook.rows import Rows

__all__ = ["Rows"]
