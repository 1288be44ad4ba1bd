"""Streams of mail with a known truth, from seeds: who wrote what in which matter, and by which ways it reached us."""
