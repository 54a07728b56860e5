"""Manifests: an unchanged compilation finds its result without parsing anything.

A manifest is keyed by all inputs known before the source is parsed; it lists the imported files with their digests, and
the folder of the cache that holds the result.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from tdsl.build.cache import Cache
from tdsl.build.identity import compiler_identity, digest, processor, python_identity
from tdsl.build.reading import fingerprint
from tdsl.build.seals import is_key
from tdsl.build.toolchain import Toolchain
from tdsl.record import record
from tdsl.settings import Settings
from tdsl.settings.table import fingerprint as settings_fingerprint
from tdsl.source import Source


@record(frozen=True)
class Manifest:
    module: str
    imports: dict[str, str]


def manifest_key(
    source: Source, settings: Settings, toolchain: Toolchain | None, cuda: Toolchain | None = None, kind: str = "module"
) -> str:
    native = toolchain is not None
    return digest(
        kind,
        source.name,
        str(source.path or Path.cwd()),
        source.text,
        settings_fingerprint(settings, "program", *(("objects",) if native else ())),
        compiler_identity(),
        python_identity(),
        toolchain.identity if toolchain else "",
        cuda.identity if cuda else "",
        processor() if native and settings.march == "native" else "",
    )


def read_manifest(cache: Cache, key: str) -> Manifest | None:
    """The manifest if every file that it lists is unchanged."""
    text = cache.read_text("manifests", key)
    if text is None:
        return None
    try:
        stated = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(stated, dict) or stated.keys() != {"module", "imports"}:
        return None
    module, imports = stated["module"], stated["imports"]
    if not isinstance(module, str) or not is_key(module) or not isinstance(imports, dict):
        return None
    fresh = all("\0" not in name and fingerprint(Path(name)) == seal for name, seal in imports.items())
    return Manifest(module, imports) if fresh else None


def write_manifest(cache: Cache, key: str, manifest: Manifest) -> None:
    cache.write_text("manifests", key, json.dumps(asdict(manifest), indent=1))
