"""The only room that writes: compare-then-write, manifest, cache, locking."""
