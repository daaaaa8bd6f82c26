"""Watching: feeds are polled, items matched, and what was seen and decided is recorded."""
