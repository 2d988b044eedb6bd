"""Text → values with positions. The only room that knows YAML."""
