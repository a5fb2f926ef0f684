"""The observatory: which calls ask for ESS criteria, whose, since when, how heavily."""
