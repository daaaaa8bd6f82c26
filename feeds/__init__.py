"""Feeds: what a publisher offers, fetched politely and turned into items."""
