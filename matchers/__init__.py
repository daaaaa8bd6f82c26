"""Matchers: which commitment an item speaks of, and the evidence for it."""
