"""Tests, one package for each of ours."""
