"""The flow language: text to a checked flow, with the place of everything that is written."""
