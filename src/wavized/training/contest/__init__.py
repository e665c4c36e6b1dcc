"""A fair contest of ways to hear: the same entries, the same held-out families, a budget that is told."""
