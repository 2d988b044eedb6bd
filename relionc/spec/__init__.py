"""The typed model of a spec; defaults, variables and references → `ResolvedJob`."""
