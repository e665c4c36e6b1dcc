"""Audit a corpus without training: what is twice in it, broken, odd, confounded or doubtfully labelled."""
