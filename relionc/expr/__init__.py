"""Expressions: the `${{ }}` language of specs, the conditions of the catalogue, Slurm's small grammars.

Never executes code. Lark is imported only where an expression has to be parsed at run time and is more than a
dotted name; catalogue expressions are parsed when the catalogue is compiled.
"""
