"""Where a municipality's document is parsed and marked: processes with nothing around them.

A document is a stranger's bytes until every check has passed. What one costs in time and memory,
it costs its own municipality: the process is ended, another one begins, and nobody else waits.
"""
