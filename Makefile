# Two commands do all set-up on a fresh machine: `make demo` and `make test`. `make help` lists the others.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: help demo test torture lint audit check bench model wheel wheel-check frozen frozen-check deb clean
.DELETE_ON_ERROR:

help:
	@echo 'demo          show what it does, on a temporary folder'
	@echo 'test          the whole test suite (ARGS=...)'
	@echo 'torture       faults, floods and hostile input in full: hours, with a table of what was tried (ARGS=...)'
	@echo 'lint          ruff, mypy and the import contracts;  check: lint and test'
	@echo 'audit         look for known holes in what is used (needs the network) and for unsafe code'
	@echo 'bench         measure the speed on this machine'
	@echo 'model         make the model anew (CORPUS=DIR, OUT=DIR)'
	@echo 'wheel         dist/*.whl and dist/*.tar.gz'
	@echo 'wheel-check   install the wheel into an empty environment elsewhere and run the demo there (2 GB, minutes)'
	@echo 'frozen        dist/wavized: the program as one folder that needs no Python'
	@echo 'frozen-check  run the demo with that'
	@echo 'deb           dist/*.deb of it, for Debian and Ubuntu'
	@echo 'clean         remove everything that was made'

# A stamp per set of extras: installing again happens only when the requirements change.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/python tests/demo.py

# Processes of tests at a time: one more than two cores, for most tests wait most of the time. Give more where there
# are more. Each of them calculates on one thread.
TESTERS ?= 3
test: $(VENV)/.installed-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TESTERS) --dist worksteal $(ARGS)

torture: $(VENV)/.installed-dev
	$(BIN)/python -m pytest tests/faults --torture $(ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check src tests packaging
	$(BIN)/ruff format --check src tests packaging
	$(BIN)/mypy
	$(BIN)/lint-imports

# --strict: what could not be asked about counts as a failure, so that a machine without network does not pass.
audit: $(VENV)/.installed-dev
	$(BIN)/bandit -q -c pyproject.toml -r src packaging
	$(BIN)/pip-audit --strict --no-deps --disable-pip -r constraints.txt

check: lint test

bench: $(VENV)/.installed-dev
	$(BIN)/python tests/benchmarks/run.py $(ARGS)

# Without CORPUS everything the model learns from is synthesized. It goes on where it was interrupted.
OUT ?= build/bass-v3
model: $(VENV)/.installed-dev
	$(BIN)/wavized train $(if $(CORPUS),--corpus '$(CORPUS)') --out '$(OUT)' --resume

$(VENV)/.installed-package: $(VENV)/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[package]'
	# The tray's menu on Linux. It is built here from source, which needs the system's headers; without it goes as well.
	-[ "$$(uname)" != Linux ] || $(BIN)/python -m pip install -q -c constraints.txt -e '.[linux-tray]'
	touch $@

wheel: $(VENV)/.installed-dev
	$(BIN)/python -m hatchling build -d dist

wheel-check:
	PYTHON='$(PYTHON)' packaging/check_wheel.sh

frozen: $(VENV)/.installed-package
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller packaging/pyinstaller/wavized.spec

frozen-check: $(VENV)/.installed
	$(BIN)/python tests/demo.py --program dist/wavized/wavized

deb: frozen
	packaging/linux/build_deb.sh dist/wavized dist

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
