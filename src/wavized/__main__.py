"""`python -m wavized` is the same program as the `wavized` command."""

import sys

from wavized.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
