"""From generated text to a folder of the cache that holds the module and its stub."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tdsl import resources
from tdsl.build.cache import Cache
from tdsl.build.compiler import invoke
from tdsl.build.cuda import Images
from tdsl.build.flags import OF_MODULE, compiling, linking, of_parts, portable
from tdsl.build.identity import digest, processor
from tdsl.build.jobs import Jobs, cpus
from tdsl.build.marks import marked
from tdsl.build.objects import ALWAYS, Report, Runtime
from tdsl.build.toolchain import Toolchain
from tdsl.clock import Clock
from tdsl.settings import Settings

if TYPE_CHECKING:
    from tdsl.emit.unit import Unit


# The estimated compile time of a part of a unit.
_PART_SECONDS = 0.6
# More objects would not divide the work better, and each reads the headers again.
_OBJECTS_PER_CPU = 3


class NativeBuild:
    """A build in progress.  The objects that every product of its kind needs are compiled from the start, while the
    program is being parsed; an exception ends all running compilers."""

    objects: Iterable[str] = ALWAYS

    def __init__(
        self,
        settings: Settings,
        toolchain: Toolchain,
        cache: Cache,
        clock: Clock,
        report: Report | None = None,
        cuda: Toolchain | None = None,
    ) -> None:
        self._settings, self._toolchain, self._cache, self._clock = settings, toolchain, cache, clock
        self._cuda = cuda
        self._jobs = Jobs()
        self._runtime = Runtime(settings, toolchain, cache, self._jobs, clock, report or (lambda done, wanted: None))

    def __enter__(self) -> Self:
        self._jobs.__enter__()
        with self._clock.stage("runtime"):
            self._runtime.want(self.objects)
        return self

    def __exit__(self, *raised: object) -> None:
        self._jobs.__exit__(*raised)  # type: ignore[arg-type]

    def finish(self, name: str, unit: Unit, stub: str) -> Path:
        """The folder with NAME.cpp, NAME.cu if there are kernels for GPUs, the extension and NAME.pyi."""
        source = resources.RUNTIME / "source" / "module_init.cpp"
        init = [f"-DTDSL_INIT=PyInit_{name}", str(source)]
        return self._made(name, unit, {f"{name}.pyi": marked(stub)}, init, f"{name}{EXTENSION_SUFFIXES[0]}")

    def _made(
        self,
        name: str,
        unit: Unit,
        texts: Mapping[str, str],
        first: list[str],
        target: str,
        kind: Sequence[str] = OF_MODULE,
    ) -> Path:
        """The folder with these texts and the target: the unit, linked with the runtime and with the code that runs
        first.  The arguments `first` compile that for any processor; `kind` are flags of the link."""
        images = Images(name, unit.device, self._settings, self._cuda, self._cache) if self._cuda else None
        if images:
            images.begin(self._jobs, self._clock)
        with self._clock.stage("runtime"):
            self._runtime.want(sorted(unit.calls))
        settings, toolchain = self._settings, self._toolchain
        flags = compiling(settings, settings.opt, toolchain)
        key = digest(
            name,
            unit.text,
            unit.parts,
            texts,
            flags,
            toolchain.identity,
            processor() if settings.march == "native" else "",
            target,
            self._runtime.keys,
            images.keys if images else [],
        )

        def fill(folder: Path) -> None:
            (folder / f"{name}.cpp").write_text(unit.text, encoding="utf-8")
            for file, text in texts.items():
                (folder / file).write_text(text, encoding="utf-8")
            full: list[OSError] = []
            own = self._begin(name, unit, flags, first, folder, full)
            if images:
                (folder / f"{name}.cu").write_text(unit.device, encoding="utf-8")
            with self._clock.stage("c++"):
                self._jobs.wait()
            if full:
                raise full[0]
            if images:
                with self._clock.stage("images"):
                    own.append(self._embed(images, folder, f"{name}.images.o"))
            with self._clock.stage("link"):
                arguments = [*own, *map(str, self._runtime.files), *linking(settings, kind), "-o", target]
                invoke(toolchain, arguments, folder, target, self._cache, self._jobs.processes)
            for made in own:
                (folder / made).unlink()

        return self._cache.make("modules", key, fill)

    def _embed(self, images: Images, folder: Path, target: str) -> str:
        source, *files = images.embed(folder)
        arguments = [*portable(self._settings, self._toolchain), "-c", source, "-o", target]
        invoke(self._toolchain, arguments, folder, source, self._cache, self._jobs.processes)
        for file in (source, *files):
            (folder / file).unlink()
        return target

    def _begin(
        self, name: str, unit: Unit, flags: list[str], first: list[str], folder: Path, full: list[OSError]
    ) -> list[str]:
        """Starts compiling the module's own objects in a folder with NAME.cpp; their names.  If the disk is full, the
        running jobs finish before everything is retried in another folder."""
        include, source = f"-I{resources.RUNTIME / 'include'}", f"-I{resources.RUNTIME / 'source'}"
        init = [*portable(self._settings, self._toolchain), include, source, *first]
        commands = {f"{name}.init.o": init}
        count = min(unit.parts, _OBJECTS_PER_CPU * cpus())
        for number, only in enumerate(of_parts(unit.parts, count), 1):
            commands[f"{name}.{number}.o"] = [*flags, *only, include, f"{name}.cpp"]

        def compile_one(target: str) -> None:
            arguments = [*commands[target], "-c", "-o", target]
            try:
                with self._clock.piece(target):
                    invoke(self._toolchain, arguments, folder, f"{name}.cpp", self._cache, self._jobs.processes)
            except OSError as problem:
                full.append(problem)

        for target, command in commands.items():
            seconds = 0.0 if command is init else _PART_SECONDS * unit.parts / count
            self._jobs.add(seconds, lambda target=target: compile_one(target))  # type: ignore[misc]
        return list(commands)


def build_native(
    name: str,
    unit: Unit,
    stub: str,
    settings: Settings,
    toolchain: Toolchain,
    cache: Cache,
    clock: Clock,
    cuda: Toolchain | None = None,
) -> Path:
    """A complete build of an existing unit."""
    with NativeBuild(settings, toolchain, cache, clock, cuda=cuda) as build:
        return build.finish(name, unit, stub)


def build_pure(name: str, unit: Unit, stub: str, cache: Cache) -> Path:
    """The folder with NAME.py and NAME.pyi."""

    def fill(folder: Path) -> None:
        (folder / f"{name}.py").write_text(marked(unit.text), encoding="utf-8")
        (folder / f"{name}.pyi").write_text(marked(stub), encoding="utf-8")

    return cache.make("modules", digest(name, unit.text, stub), fill)
