# setup   .venv with the locked packages          demo         a small office with letters, served
# test    check, then every test that is quick    test-long    the tests that take minutes
# check   style, types, lock                      bench        ratios against named references
# lock    make the locks anew from pyproject      screenshots  pictures of the main pages

.PHONY: setup setup-test demo test test-long check bench lock lock-check screenshots
.DEFAULT_GOAL := setup
PYTEST = .venv/bin/python -m pytest

setup: .venv/has-run
setup-test: .venv/has-test

# The stamps say which lock .venv holds; the test lock contains the run lock.
.venv/has-run: requirements/run.txt pyproject.toml
	sh requirements/install.sh run
	@touch $@

.venv/has-test: requirements/test.txt pyproject.toml
	sh requirements/install.sh test
	@touch .venv/has-run $@

demo: setup
	.venv/bin/eoffice demo

test: check
	$(PYTEST) -n 2

test-long: setup-test
	$(PYTEST) -n 2 -m long

check: setup-test
	.venv/bin/python requirements/lock.py check
	.venv/bin/ruff check .
	.venv/bin/ruff format --check --quiet .
	.venv/bin/mypy

bench: setup-test
	.venv/bin/python -m benchmarks

screenshots: setup-test
	.venv/bin/python -m tests.browser.screenshots

# Needs uv: the one on the PATH, else one in an environment of its own.
lock:
	@if command -v uv >/dev/null; then python3 requirements/lock.py make uv; else \
	  test -x build/uv/bin/uv || { python3 -m venv build/uv && build/uv/bin/pip install -q uv; }; \
	  python3 requirements/lock.py make build/uv/bin/uv; fi

lock-check:
	python3 requirements/lock.py check
