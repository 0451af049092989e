"""An echo bot: `python3 bot.py --server URL --app-key pk_… --name echo`. See README.md."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from getpass import getpass
from pathlib import Path

sys.dont_write_bytecode = True

from seal_bot.bot import Bot  # noqa: E402
from seal_bot.errors import SealError  # noqa: E402
from seal_bot.state import Store  # noqa: E402


PREFIX = "You said: "


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Answers every message with the same text.")
    parser.add_argument("--server", required=True, help="address of the server")
    parser.add_argument("--app-key", required=True, help="publishable key of the tenant")
    parser.add_argument("--name", required=True, help="user name of the account that is opened at the first start")
    parser.add_argument("--state", type=Path, help="file of the bot's state, by default NAME.state.json")
    parser.add_argument("--greet", metavar="USERNAME", help="opens the DM with this person and says hello")
    parser.add_argument(
        "--recover", action="store_true", help="joins the account with the recovery code in SEAL_RECOVERY_CODE"
    )
    return parser.parse_args()


def echo(text: str) -> str | None:
    """The answer to a text; none to an answer of another bot, or the two would never end."""
    return None if text.startswith(PREFIX) else PREFIX + text


def show_code(code: str) -> None:
    print(f"recovery code, shown once: {code}", flush=True)


def main() -> int:
    given = read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        bot = Bot(
            Store(given.state or Path(f"{given.name}.state.json"), given.server, given.app_key),
            reply=echo,
        )
        if given.recover:
            bot.recover(given.name, os.environ.get("SEAL_RECOVERY_CODE") or getpass("Recovery code: "))
        else:
            bot.begin(given.name, show_code)
        if given.greet is not None:
            bot.greet(given.greet, f"Hello, I am {given.name}. I answer with what you say.")
        bot.run()
    except SealError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
