"""The command `count`: its options, its inputs, and what each of its modes writes."""
