"""Recorders for `fit(record=…)`: a file of lines, TensorBoard, and a report to look at."""

from tdsl.training.metrics_file import MetricsFile
from tdsl.training.report import Report
from tdsl.training.tensorboard import TensorBoard

__all__ = ["MetricsFile", "Report", "TensorBoard"]
