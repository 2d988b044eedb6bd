"""Scripts by a template: RELION's own for submission scripts, or a site's script template (jinja2)."""

from __future__ import annotations

import re

from relionc import emit
from relionc.diag import ERROR, Diagnostic, Finding
from relionc.diag.locate import TextPlaces, locate_all
from relionc.pipeline.run import Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.expr import AnyText
    from relionc.ir import Bundle, QueueScript
    from relionc.lower.commands import RelionCommands
    from relionc.pipeline.run import QueueTemplate, Run
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster
    from relionc.source import Tree

_TEMPLATE = re.compile(r"\A#!|^#SBATCH |\{[{%#]|XXX\w+?XXX", re.MULTILINE)


def queue_scripts(
    template: QueueTemplate,
    plans: Sequence[JobPlan],
    options: Mapping[str, Mapping[str, AnyText]],
    commands: Mapping[str, RelionCommands],
    cluster: Cluster,
    tree: Tree,
    run: Run,
) -> dict[str, QueueScript]:
    """Return the submission scripts that RELION's own template makes of the jobs, by name."""
    from relionc.queue_template import plans as in_template

    path, data, extras = template
    text = in_template.Template(_template_text(path, data, run), extras)
    scripts, of_template, of_jobs = in_template.fill(plans, options, commands, text, cluster)
    run.diagnostics += locate_all(of_template, TextPlaces(path))
    run.report(of_jobs, tree)
    return scripts


def files_by_script_template(bundle: Bundle, template: QueueTemplate, run: Run) -> dict[str, bytes]:
    """Return the files with the scripts that a site's own template makes; stops where it cannot."""
    from relionc.emit.site_template import TemplateError

    text = _template_text(template.path, template.data, run)
    try:
        return emit.files(bundle, text)
    except TemplateError as error:
        line = max(error.line, 1)
        width = len([*text.splitlines(), ""][min(line, len(text.splitlines())) - 1]) + 1
        found = Finding(
            code="RL713",
            message=f"the script template cannot be filled in: {error.message}",
            route=(line, 1, max(width, 2)),
            help="templates/*.j2 of relionc say what a template is given, and are a start for one's own",
        )
        run.diagnostics += locate_all([found], TextPlaces(template.path))
        raise Stop from error


def _template_text(path: str, data: bytes, run: Run) -> str:
    """Return the text of a template; stops where it is none, and then shows nothing of it."""
    text = data.decode("utf-8", "replace")
    if _TEMPLATE.search(text) is None:
        advice = "templates begin with `#!`, have directives, or names such as RELION or jinja2 replace"
        run.diagnostics.add(Diagnostic("RL715", ERROR, "this file is not a template", path, None, advice))
        raise Stop
    run.sources[path] = text
    run.disk.files[path] = data
    if "\ufffd" in text or "\0" in text:
        found = Finding(code="RL002", message="a template is UTF-8 text", route=(1, 1, 1))
        run.diagnostics += locate_all([found], TextPlaces(path))
        raise Stop
    return text
