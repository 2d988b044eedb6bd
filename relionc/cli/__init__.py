"""argv, exit codes, printing."""
