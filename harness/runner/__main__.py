"""How does `python3 -m harness.runner` start?"""

import sys

from harness.runner.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
