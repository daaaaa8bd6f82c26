"""Rules over time: tried against what is stored, activated, and applied to what is past."""
