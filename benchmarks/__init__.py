"""Every speed and memory figure of the README and of docs/benchmarks.md is produced here.

`python -m benchmarks`.
"""
