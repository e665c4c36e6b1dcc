#!/usr/bin/env bash
# Proves that the wheel is all there is to install: an empty environment far from the checkout, the tested versions, the demonstration.
# Downloads PyTorch and needs about 2 GB in the temporary folder, which it empties again.
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

cd "$place"
"$python" -m venv environment
environment/bin/python -m pip wheel -q --no-deps -w wheels "$checkout"
environment/bin/python -m pip install -q -c "$checkout/constraints.txt" wheels/wavized-*.whl
cp -r "$checkout/tests/data" "$checkout/tests/demo.py" .
environment/bin/python -P -c 'import wavized; print("Installed:", wavized.__file__)' | grep -F "$place/environment/"
du -sh environment
TMPDIR=$place environment/bin/python demo.py --program environment/bin/wavized
environment/bin/python -P -m wavized --version
