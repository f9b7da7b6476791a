"""The command line: start a stack on this machine, make creatives, run batches."""
