"""One live client as a process: ``python -m chat.traffic --url URL --form old --seconds 10``.

In: the arguments. Out: one line of JSON with the client's report; exit code 1 if an operation failed.
SIGTERM and SIGINT end the run early, with the report.
"""

import json
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from threading import Event, Timer

from chat.operations import Form
from chat.traffic.clients import Client


def main(arguments: Sequence[str]) -> int:
    """Run a client and print its report."""
    parser = ArgumentParser(prog="python -m chat.traffic", description="Use the chat application as a live client would.")
    parser.add_argument("--url", required=True, help="the database, as libpq takes it")
    parser.add_argument("--form", choices=[form.value for form in Form], required=True, help="which application it is")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to work")
    parser.add_argument("--seed", type=int, default=1, help="of the client's choices")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds to wait after each operation")
    options = parser.parse_args(arguments)
    client = Client(options.url, options.seed, Form(options.form), pause_s=options.pause)
    report = client.run(_stop_after(options.seconds))
    sys.stdout.write(json.dumps(report.as_json()) + "\n")
    return 1 if report.failures else 0


def _stop_after(seconds: float) -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    timer = Timer(seconds, stop.set)
    timer.daemon = True
    timer.start()
    return stop


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
