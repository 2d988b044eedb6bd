"""Generated validators: see tools/build_validators.py."""
