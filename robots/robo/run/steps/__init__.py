"""One step: what its formulas see, what it borrows, its change, the doubt of its change."""
