"""Readers of the documents that a centre already has; no Django here."""
