"""The C parser is loaded without the rest of ruamel, which is whole all the same once somebody asks for it."""

from __future__ import annotations

import subprocess
import sys

LOADED = "from relionc.source import load; import sys; "


def _answer(program: str) -> str:
    """Return what a program prints in a process of its own, once relionc has loaded the parser."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED + program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_package_is_not_run_for_a_spec() -> None:
    loaded = _answer("load(b'a: {b: 1}', 'x'); print(*sys.modules)").split()
    of_package = {name for name in loaded if name.startswith("ruamel.yaml.") and "clib" not in name}
    assert of_package == {"ruamel.yaml.error", "ruamel.yaml.events", "ruamel.yaml.tag"}


def test_the_package_reads_and_writes_afterwards() -> None:
    program = (
        "from ruamel.yaml import YAML; yaml = YAML(typ='safe', pure=False);"
        "print('clib' in yaml.Parser.__module__, yaml.load('a: [1, 2020-01-01]')); yaml.dump({'b': 2}, sys.stdout)"
    )
    assert _answer(program) == "True {'a': [1, datetime.date(2020, 1, 1)]}\n{b: 2}"


def test_a_fault_is_of_the_class_that_ruamel_has_for_it() -> None:
    program = (
        "import ruamel.yaml\n"
        "try: ruamel.yaml.YAML(typ='safe', pure=False).load('a: [')\n"
        "except ruamel.yaml.parser.ParserError as error: print(error.problem_mark.line, error.problem)"
    )
    assert _answer("\n" + program).startswith("1 did not find expected node content")


def test_a_fault_of_a_spec_is_told_with_nothing_more_loaded() -> None:
    program = (
        "found = load(b'a: [', 'x'); print(found.diagnostics[0].code, 'ruamel.yaml.parser' in sys.modules)"
    )
    assert _answer(program) == "RL001 False"


def test_without_the_c_parser_the_other_one_reads() -> None:
    program = (
        "import sys; sys.modules['_ruamel_yaml'] = None; from relionc.source import load;"
        "print(load(b'a: {b: 1}', 'x').tree.value, 'ruamel.yaml.main' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'a': {'b': 1}} True"
