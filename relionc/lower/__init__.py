"""JobPlan and catalogue → ir: options → argv per version, ranks → hosts."""
