"""Ends with 0 where the workbench of this container says that it is well, else with 1 and why.

No library is loaded and no proxy asked: `python .container/health.py [ADDRESS]`.
"""

import sys
import urllib.error
import urllib.request

ADDRESS = "http://127.0.0.1:7860/health"


def main(address: str) -> int:
    """The exit status."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=8) as answer:
            return 0 if answer.status == 200 else 1
    except urllib.error.HTTPError as error:
        print(f"{address}: {error.code} {error.read(200).decode(errors='replace')}")
    except OSError as error:
        print(f"{address}: {error}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ADDRESS))
