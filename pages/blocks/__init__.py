"""Blocks of the public site's pages; the letter's own live in newsletters.blocks."""
