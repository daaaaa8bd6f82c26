"""Feeds: fetching, reading, and when to ask again."""
