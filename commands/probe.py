"""`python -m commands.probe database migrations`: ask /readyz about some checks; the health check of a container."""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request


def main(words: list[str]) -> int:
    """0 when every named check is well, 1 when one is not or nobody answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("checks", nargs="+")
    wanted = parser.parse_args(words)
    # The application answers to its public name and to this machine's; inside a network it is asked by another.
    request = urllib.request.Request(
        f"http://{wanted.host}:{os.environ.get('PORT', '8000')}/readyz", headers={"Host": "127.0.0.1"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            found = json.load(answer)["checks"]
    except urllib.error.HTTPError as error:
        print(f"not ready ({error.code})")  # noqa: T201
        return 1
    except (OSError, ValueError, KeyError) as error:
        print(f"no answer ({type(error).__name__})")  # noqa: T201
        return 1
    ill = {name: found.get(name) for name in wanted.checks if found.get(name, {}).get("status") != "ok"}
    print(json.dumps(ill) if ill else "ok")  # noqa: T201
    return 1 if ill else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
