"""Cluster knowledge as data: partitions, node types, launchers, scratch, rules; each fact with its source."""
