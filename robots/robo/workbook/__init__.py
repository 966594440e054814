"""The workbook robot: rows of .xlsx workbooks, read exactly, written back cell by cell, added at the end."""

from robo.workbook.register import append_row
from robo.workbook.rows import Rows

__all__ = ["Rows", "append_row"]
