"""Waiting in the browser; the library's own way needs eval, which the policy refuses."""

import time

PATIENCE = 20
STEP = 50


def until(page, condition):
    """Ask `page` until a JavaScript expression is true."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"never came true: {condition}"
        page.wait_for_timeout(STEP)
