"""Where an error was raised: what a log may have of it."""


def place_of(error: BaseException) -> str:
    """File and line: enough to find it, nothing of what it was about."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
