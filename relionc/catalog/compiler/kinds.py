"""`versions.yaml` → the kinds of files: their names in the pipeline of each version, and what goes for what."""

from __future__ import annotations

from relionc.catalog.compiler.values import CatalogError, mapping, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.catalog.compiler.release import Release
    from relionc.source.values import Plain


def compile_kinds(general: dict[str, Plain], releases: Sequence[Release]) -> dict[str, object]:
    """Return literal data for `relionc.catalog.kinds`."""
    known = set(mapping(general["node_types"]))
    accepts = {wanted: texts(others) for wanted, others in mapping(general["accepts"]).items()}
    images, words = texts(general["images"]), mapping(general["kind_words"])
    named = {*accepts, *words, *images, *(each for others in accepts.values() for each in others)}
    if named != known:
        raise CatalogError(
            f"versions.yaml: kinds of files with a name or a word only: {', '.join(sorted(named ^ known))}"
        )
    return {
        "names": {release.version: _names(release) for release in releases},
        "accepts": accepts,
        "images": images,
        "words": {kind: text(each) for kind, each in words.items()},
    }


def _names(release: Release) -> dict[str, str]:
    """Return the kinds by the version's name for them; of two kinds with one name the first counts."""
    found: dict[str, str] = {}
    for kind, table in mapping(release.general["node_types"]).items():
        name = release.chosen(table)
        if name is not None:
            found.setdefault(str(name), kind)
    return found
