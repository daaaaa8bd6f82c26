"""Tests of what readers see and ask."""
