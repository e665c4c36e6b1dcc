"""`python -m wavized.training.contest`: hold a contest and write its table."""

import sys

from wavized.training.contest.command import main

if __name__ == "__main__":
    sys.exit(main())
