"""Tests of the application: whole flows through real parts."""
