# Everything runs in an environment of its own, made at the first call and again when pyproject.toml changes.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
POSTGRES15 := /usr/lib/postgresql/15/bin/postgres
PYTEST := $(BIN)/python -m pytest -n 2

.PHONY: help demo demo-pdf test test-18 test-15 lint format bench bench-pdf test-pdf clean

help:
	@echo "make demo    ingest the samples into an embedded PostgreSQL and show what was decided"
	@echo "make demo-pdf  read a vessel list in a PDF with Docling in Triton (installs both, about 2 GB)"
	@echo "make test    the test suite on PostgreSQL 18 (embedded) and 15 (where it is installed)"
	@echo "make lint    ruff, mypy --strict, SQL"
	@echo "make format  ruff format"
	@echo "make bench   every figure of the README"
	@echo "make bench-pdf   tables of PDFs beside other readers (PDFS=folder with truths), and the pipeline"

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,web,raw-store,lint,bench]'
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/oceanid demo

# An environment of its own: Triton's Python backend needs numpy below 2. PyTorch for the CPU.
VENV_PDF ?= .venv-pdf
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

$(VENV_PDF)/.installed: pyproject.toml
	test -x $(VENV_PDF)/bin/python || $(PYTHON) -m venv $(VENV_PDF)
	$(VENV_PDF)/bin/python -m pip install --quiet --disable-pip-version-check --extra-index-url $(TORCH_INDEX) \
		--editable '.[test,triton,raw-store]'
	@touch $@

demo-pdf: $(VENV_PDF)/.installed
	$(VENV_PDF)/bin/oceanid demo-pdf

# Docling in Triton, for real: skipped by `make test`, whose environment has no Triton.
test-pdf: $(VENV_PDF)/.installed
	$(VENV_PDF)/bin/python -m pytest -n 0 tests/triton tests/workers/test_extract.py

test: test-18 test-15

test-18: $(VENV)/.installed
	$(PYTEST)

test-15: $(VENV)/.installed
	@if [ -x $(POSTGRES15) ]; then \
		OCEANID_TEST_POSTGRES=15 $(PYTEST); \
	else \
		echo "Skipped: the suite on PostgreSQL 15, because $(POSTGRES15) is not there (Debian 12: apt-get install postgresql)."; \
	fi

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.sql_lint

format: $(VENV)/.installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

PDFS ?= ../shared/data/pdf/icdar2013-eu
bench-pdf: $(VENV)/.installed $(VENV_PDF)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench-pdf]'
	$(BIN)/python -m benchmarks.pdf_tables $(PDFS)
	$(VENV_PDF)/bin/python -m benchmarks.pdf_pipeline

clean:
	rm -rf $(VENV) $(VENV_PDF) dist build .pytest_cache .mypy_cache .ruff_cache
