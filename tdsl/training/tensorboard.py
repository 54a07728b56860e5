"""A recorder that writes event files for TensorBoard."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from tdsl.build.replacing import make_folder
from tdsl.training.rows import Row, first_step, without_history
from tdsl.training.writing import told

STEP = "step"  # the column that all others are shown over


class TensorBoard:
    """Every column of the history as a scalar over the number of steps, and the manifest as a text.

    The part of a name before a dot is a group: `validation.error` is shown as `validation/error`; rows between epochs
    are the group `steps`.  A training that begins is shown in the place of those in the folder, whose files stay.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        try:
            import tensorboard.summary.writer.event_file_writer as _writing  # noqa: F401
        except ModuleNotFoundError as error:
            if error.name is None or not error.name.startswith("tensorboard"):
                raise
            raise ModuleNotFoundError(
                "TensorBoard needs the package tensorboard: pip install 'tdsl[tensorboard]'", name="tensorboard"
            ) from None
        self.folder = os.fspath(folder)
        self._writer: Any = None
        # A second training of the same recorder is shown behind the first.
        self._steps_before = self._steps = 0

    def begin(self, run: dict[str, object]) -> None:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        resumed = first_step(run)
        if not resumed:
            self._steps_before = self._steps
        with told(Path(self.folder)):
            make_folder(Path(self.folder))
            self._writer = EventFileWriter(self.folder)
        # TensorBoard drops the events from that step on: those that an interrupted training or another one has left.
        done = self._steps_before + resumed
        self._add(Event(step=done + 1 if done else 0, session_log=SessionLog(status=SessionLog.START)))
        self._add(_text_event("run", json.dumps(without_history(run), indent=2, default=str), self._steps_before))

    def row(self, values: Row) -> None:
        self._add_scalars("", values)

    def steps(self, values: Row) -> None:
        self._add_scalars("steps/", values)

    def end(self, reason: str) -> None:
        self._add(_text_event("end", reason, self._steps))
        self._writer.close()

    def _add_scalars(self, group: str, values: Row) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        self._steps = self._steps_before + int(values[STEP])
        scalars = [
            Summary.Value(tag=group + name.replace(".", "/", 1), simple_value=value)
            for name, value in values.items()
            if name != STEP
        ]
        self._add(Event(step=self._steps, summary=Summary(value=scalars)))
        self._writer.flush()

    def _add(self, event: Any) -> None:
        event.wall_time = time.time()
        self._writer.add_event(event)


def _text_event(tag: str, text: str, step: int) -> Any:
    """A text as TensorBoard's plugin for texts shows it, in Markdown: a block of code."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

    block = "".join(f"    {line}\n" for line in text.splitlines())
    value = Summary.Value(
        tag=tag,
        metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text")),
        tensor=TensorProto(
            dtype="DT_STRING",
            string_val=[block.encode()],
            tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        ),
    )
    return Event(step=step, summary=Summary(value=[value]))
