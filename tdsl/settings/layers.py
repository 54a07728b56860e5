"""The layers put on top of each other, with the origin of each value; all errors are reported at once."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeGuard

from tdsl.record import record
from tdsl.settings.files import given_by_file
from tdsl.settings.paths import placed
from tdsl.settings.raw_setting import RawSetting
from tdsl.settings.table import TABLE, Settings
from tdsl.source import Diagnostic, Source, Span, UserError, fail
from tdsl.spelling import suggestion
from tdsl.targets import TARGETS
from tdsl.visible import value_text

FLAGS = "TDSL_FLAGS"
# The settings that a mode gives other defaults.
IMPLIED: Mapping[str, Mapping[str, object]] = {"fast-compile": {"opt": 0}, "debug": {"nan": "refuse"}}


@record(frozen=True)
class Resolved:
    settings: Settings
    origins: Mapping[str, str]
    warnings: tuple[Diagnostic, ...] = ()


def resolve(
    folder: Path,
    code: Mapping[str, object],
    asked: Mapping[str, object],
    asked_origin: str,
    environment: Mapping[str, str] | None = None,
) -> Resolved:
    """The settings for a source in `folder`: its file, the environment, `tdsl.config` and explicit ones."""
    environment = os.environ if environment is None else environment
    warnings: list[Diagnostic] = []
    here = [
        *given_by_environment(environment),
        *(RawSetting(name, value, "tdsl.config") for name, value in code.items()),
        *(RawSetting(name, value, asked_origin) for name, value in asked.items()),
    ]
    said = [*given_by_file(folder, warnings), *(replace(one, value=_placed_here(one)) for one in here)]
    return overlay(said, warnings)


def _placed_here(given: RawSetting) -> object:
    """The value as given here.  Paths in other settings are resolved by their readers or by the code that starts a
    program."""
    return placed(given.name, given.value, Path.cwd()) if given.name == "flags" else given.value


def overlay(layers: Iterable[RawSetting], warnings: list[Diagnostic]) -> Resolved:
    values = {name: setting.default for name, setting in TABLE.items()}
    origins = dict.fromkeys(values, "default")
    problems: list[Diagnostic] = []
    for given in layers:
        try:
            value = checked(given)
        except UserError as error:
            if given.doubt is None:
                problems += error.diagnostics
            else:
                warnings += [replace(problem, severity="warning") for problem in error.diagnostics]
            continue
        if given.doubt is not None and TABLE[given.name].guarded:
            warnings.append(_not_believed(given, given.doubt))
            continue
        if given.name == "defines":
            value = tuple(sorted({**dict(values["defines"]), **dict(value)}.items()))  # type: ignore[call-overload]
        if given.name == "guards":
            value = tuple(dict.fromkeys((*values["guards"], *value)))  # type: ignore[misc]
        values[given.name] = value
        origins[given.name] = given.origin
    if values["device"] != "cpu" and origins["target"] == "default":
        values["target"], origins["target"] = "cpp,cuda", f"device = {values['device']}"
    target = TARGETS[str(values["target"])]
    if origins["device"] != "default" and not (target.on_cpu if values["device"] == "cpu" else target.on_cuda):
        problems.append(_without_code(values, origins))
    if values["guards"] and origins["mode"] == "default":
        values["mode"], origins["mode"] = "debug", "guards"
    if values["guards"] and values["mode"] != "debug":
        problems.append(_unguarded("mode", "debug", values, origins))
    if values["guards"] and not target.is_native:
        problems.append(_unguarded("target", "cpp", values, origins))
    if values["profile"] and not target.has_profile:
        problems.append(_without_profile(values, origins))
    if values["data_parallel"] and target.on_cuda:
        problems.append(_on_one_gpu(values, origins))
    if problems:
        raise UserError(*problems)
    for name, value in IMPLIED.get(str(values["mode"]), {}).items():
        if origins[name] == "default":
            values[name], origins[name] = value, f"mode = {values['mode']}"
    return Resolved(Settings(**values), origins, tuple(warnings))  # type: ignore[arg-type]


def _without_code(values: Mapping[str, object], origins: Mapping[str, str]) -> Diagnostic:
    message = f"the target {values['target']} has no code for the device {values['device']}"
    where = f" (target: {origins['target']}, device: {origins['device']})"
    return Diagnostic("TD0404", message + where, None, hints=("--target cpp,cuda has code for both",))


def _without_profile(values: Mapping[str, object], origins: Mapping[str, str]) -> Diagnostic:
    message = f"the target {values['target']} has no profile: only statements on the CPU are timed"
    where = f" (target: {origins['target']}, profile: {origins['profile']})"
    return Diagnostic("TD0404", message + where, None, hints=("--target cpp has one",))


def _unguarded(name: str, wanted: str, values: Mapping[str, object], origins: Mapping[str, str]) -> Diagnostic:
    message = f"the {name} {values[name]} has no guards: they are checked in debug mode, by native code"
    where = f" ({name}: {origins[name]}, guards: {origins['guards']})"
    return Diagnostic("TD0404", message + where, None, hints=(f"--{name} {wanted} has",))


def _on_one_gpu(values: Mapping[str, object], origins: Mapping[str, str]) -> Diagnostic:
    message = f"the target {values['target']} is trained by one process: several train together on CPUs"
    where = f" (target: {origins['target']}, data_parallel: {origins['data_parallel']})"
    return Diagnostic("TD0404", message + where, None, hints=("--target cpp is for them",))


def _not_believed(given: RawSetting, doubt: str) -> Diagnostic:
    """Settings that start programs or open files are taken from the user's own files only."""
    spelled = (*TABLE[given.name].flags, f"--{given.name.replace('_', '-')}")[0]
    return Diagnostic(
        "TD0413",
        f"{given.name} is not taken from {given.origin.rpartition(':')[0] or given.origin}: {doubt}",
        given.span,
        hints=(f"if you want it: {spelled}, or {FLAGS}, or a file that only you can write",),
        severity="warning",
    )


def checked(given: RawSetting) -> object:
    """The value in its own type; UserError if there is no such setting or it may not be that."""
    setting = TABLE.get(given.name)
    where = "" if given.span else f" ({given.origin})"
    if setting is None:
        raise fail("TD0403", f"there is no setting {given.name!r}{where}", given.span, hint=_near(given.name))
    try:
        value = setting.read(given.value)
    except ValueError as problem:
        shown = value_text(" ".join(given.value) if _are_words(given.value) else given.value, str)
        raise fail("TD0404", f"{given.name} cannot be {shown}: {problem}{where}", given.span) from None
    return value


def given_by_environment(environment: Mapping[str, str]) -> Iterator[RawSetting]:
    """`TDSL_FLAGS="float=64,nan=refuse"`; a value with commas goes in quotes."""
    for name, setting in TABLE.items():
        if setting.environment and environment.get(setting.environment):
            yield RawSetting(name, environment[setting.environment], setting.environment)
    text = environment.get(FLAGS, "")
    if not text.strip():
        return
    source = Source(FLAGS, text)
    words = shlex.shlex(text, posix=True, punctuation_chars="")
    words.whitespace, words.whitespace_split, words.commenters = ",", True, ""
    try:
        items = [item.strip() for item in words]
    except ValueError as problem:
        raise fail("TD0404", f"{FLAGS} cannot be read: {problem}", Span(source, 0, len(text))) from None
    for item in items:
        if not item:
            continue
        name, equals, value = item.partition("=")
        start = max(text.find(name), 0)
        span = Span(source, start, start + len(name))
        if not equals:
            raise fail("TD0404", f"{FLAGS} takes NAME=VALUE separated by commas, got {item!r}", span)
        yield RawSetting(name.strip(), value.strip(), FLAGS, span)


def _are_words(value: object) -> TypeGuard[tuple[str, ...]]:
    return isinstance(value, tuple) and all(isinstance(word, str) for word in value)


def _near(name: str) -> str:
    return suggestion(name.replace("-", "_"), TABLE, "the settings are " + ", ".join(TABLE))
