"""One arithmetic of days and money, for usage, digests, billing, budgets and evidence."""
