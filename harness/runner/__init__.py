"""The command line behind scripts/tussle: plan, run, judge, and keep the records."""
