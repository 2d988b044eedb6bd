"""RELION's own templates for submission scripts: what their names stand for, what is wrong with one, a plan in one."""
