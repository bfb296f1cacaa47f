"""How does a histogram become a file that plotters of HdrHistogram read?

The text is HdrHistogram's percentile distribution; lengths are in nanoseconds. Its last line has
no 1 / (1 - percentile), which would be infinite.
"""

import math

from reports.histogram import Histogram, middle

HEAD = f"{'Value':>14} {'Percentile':>14} {'TotalCount':>12} {'1/(1-Percentile)':>18}\n"


def to_hgrm(histogram: Histogram) -> str:
    """Returns one line for every bucket that holds samples, and the footer."""
    lines = [HEAD, "\n"]
    for value, reached in histogram.steps():
        share = reached / histogram.samples
        beyond = histogram.samples - reached
        inverse = f"{histogram.samples / beyond:>18.2f}" if beyond else ""
        lines.append(f"{value:>14.3f} {share:>14.12f} {reached:>12d} {inverse}".rstrip() + "\n")
    return "".join(lines) + _footer(histogram)


def file_name(stem: str, operation: str) -> str:
    """Returns the file's name; `stem` is a case's as it stands in names of files."""
    return f"{stem}.{operation}.hgrm"


def _footer(histogram: Histogram) -> str:
    mean, most = histogram.mean_ns or 0.0, histogram.max_ns or 0
    rows = (max(histogram.counts, default=0) >> 6) + 1
    return (
        f"#[Mean    = {mean:>12.3f}, StdDeviation   = {_deviation(histogram):>12.3f}]\n"
        f"#[Max     = {most:>12.3f}, Total count    = {histogram.samples:>12d}]\n"
        f"#[Buckets = {rows:>12d}, SubBuckets     = {64:>12d}]\n"
        "#[Values in nanoseconds]\n"
    )


def _deviation(histogram: Histogram) -> float:
    """Returns the standard deviation, from the buckets' middles."""
    if not histogram.samples:
        return 0.0
    mean = histogram.sum_ns / histogram.samples
    squares = sum(count * (middle(bucket) - mean) ** 2
                  for bucket, count in histogram.counts.items())
    return math.sqrt(squares / histogram.samples)
