"""Fast accept (generated from `schemas/`), slow explain (jsonschema, imported on failure only)."""
