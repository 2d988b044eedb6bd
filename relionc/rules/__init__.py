"""Rules: what is wrong with something that a stage itself can work with. One file each, one kind for each stage.

| stage | a rule sees |
|---|---|
| `profile` | a cluster profile of the user's own, as it was read |
| `spec` | a job of the spec, resolved, and the cluster |
| `request` | what a job asks of the cluster, before its layout is looked for |
| `plan` | the plan of a job, and the cluster |
| `start` | the same, once the plan is to become a script |
| `submission` | a job in a queue template of RELION's |
| `template` | a queue template of RELION's, filled in for one job |

The package of a stage lists its rules in RULES, in the order in which they look. A rule module has CODE (CODES where
its codes are those of a kind of mistake) and `check`, which yields findings. Adding one: write the file, list it in
RULES of its stage, and write the page of its code (`docs/codes/`): its title, why, and a wrong and a right example,
which are run.
"""

from __future__ import annotations

STAGES = ("profile", "spec", "request", "plan", "start", "submission", "template")
"""The packages here. A stage imports its own: most rules are not needed for most commands."""
