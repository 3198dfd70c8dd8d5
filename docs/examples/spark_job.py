"""Count a log on a Spark cluster: a row a record as parquet, and the drift report as JSON.

    spark-submit docs/examples/spark_job.py LOGS ROWS REPORT --to gpt-5.6-luna --by model

LOGS and ROWS are anything Spark can read and write (``s3a://…``, ``hdfs://…``, a folder); REPORT is a file on the
driver. ``tokcount render REPORT`` shows it as a table, Markdown or HTML. The workers need ``tokcount[spark]``.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from tokcount.arrow import Options
from tokcount.render.emit import emit
from tokcount.reports.views import document_of
from tokcount.spark import Input, drift_report, read_lines, scan


def main() -> None:
    """Count, write the rows, and report on what was written: the log is counted once."""
    arguments = parsed()
    options: Options = {
        "from_": arguments.from_,
        "to": arguments.to,
        "by": arguments.by,
        "today": datetime.now(tz=UTC).date(),
    }
    session = SparkSession.builder.appName("tokcount").getOrCreate()
    session.conf.set(
        "spark.sql.execution.arrow.maxRecordsPerBatch", "1000"
    )  # 10,000 long records are too much
    session.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")  # not the old INT96
    lines = read_lines(session, arguments.logs)
    rows = scan(lines, Input(log="value", source="source", line="line"), reportable=True, **options)
    rows.write.mode("overwrite").parquet(arguments.rows)
    report = drift_report(session.read.parquet(arguments.rows), persist=False, **options)
    emit(document_of(report), "json", arguments.report)
    session.stop()


def parsed() -> argparse.Namespace:
    """What to read, where to write, and what to compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("logs")
    parser.add_argument("rows")
    parser.add_argument("report", type=Path)
    parser.add_argument("--from", dest="from_")
    parser.add_argument("--to", action="append", default=[])
    parser.add_argument("--by", action="append", default=[])
    return parser.parse_args()


if __name__ == "__main__":
    main()
