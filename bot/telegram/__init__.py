"""Telegram: what readers see and ask."""
