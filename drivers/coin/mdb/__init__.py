"""MDB/ICP: a changer and a bill validator behind the coin vendor's contract."""
