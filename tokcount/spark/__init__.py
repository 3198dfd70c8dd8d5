"""Counting on Spark: the same rows and the same report as the local command, for a log anywhere (extra `spark`).

from tokcount.spark import Input, drift_report, read_lines, scan

lines = read_lines(session, "s3a://bucket/logs/")
asked = {"to": ["gpt-5.6-luna"], "by": ["model"]}
rows = scan(lines, Input(log="value", source="source", line="line"), reportable=True, **asked)
report = drift_report(rows, **asked)          # a tokcount.reports.report.Report
"""

try:
    import pyarrow as pa  # noqa: F401
    import pyspark  # noqa: F401
except ImportError:
    raise ImportError("tokcount.spark needs pyspark: pip install 'tokcount[spark]'") from None

from tokcount.frames.input import Input
from tokcount.spark.lines import read_lines
from tokcount.spark.report import drift_report
from tokcount.spark.rows import scan

__all__ = ["Input", "drift_report", "read_lines", "scan"]
