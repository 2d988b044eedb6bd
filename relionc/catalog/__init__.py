"""RELION knowledge as data: job types, options, programs, rules, per version."""
