# One word each. `make demo` and `make test` install what they need.
SHELL := /bin/bash
PY := .venv/bin/python
BIN := .venv/bin

AUTO ?=
OUT ?= out
UI_LANG ?= ja
CARD ?=

.PHONY: setup installed demo test test-ce check fast draw shots picture bench bench-issuing accept format mutants-issuing fault-plans mutants-devices byte-streams modem-figures hostile-pdfs mutants-uploads security-report axe interop-cctalk service-trial

setup:
	@scripts/setup

# Without the compiled loops, which only running programs need.
installed:
	@scripts/setup packages

demo: setup
ifneq ($(AUTO),)
	@$(BIN)/kiosk demo --auto --out $(OUT) --lang $(UI_LANG) $(if $(CARD),--card $(CARD))
else
	@$(BIN)/kiosk demo $(if $(CARD),--card $(CARD))
endif

# Half of the time is waiting, so there are more workers than cores; tests/lanes.py says which one
# runs what. All workers and the programs they start share compiled modules. What fails beside
# others is tried once more alone, and counts if it fails again: the stories run a whole terminal
# each, and two at once can starve one another of a second.
test: export PYTHONDONTWRITEBYTECODE =
test: setup
	@$(PY) -m pytest -n 4 --dist loadfile || $(PY) -m pytest --last-failed --last-failed-no-failures none -p no:randomly

check: installed
	@$(BIN)/ruff format --check kiosk drivers ui crypto center tests
	@$(BIN)/ruff check kiosk drivers ui crypto center tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/kiosk draw --check

fast: setup
	@$(BIN)/ruff check kiosk drivers ui crypto center tests
	@$(BIN)/mypy
	@$(PY) -m pytest -m 'not daemon and not slow' -x

format: setup
	@$(BIN)/ruff format kiosk drivers ui crypto center tests
	@$(BIN)/ruff check --fix kiosk drivers ui crypto center tests

draw: setup
	@$(BIN)/kiosk draw

shots: setup
	@$(BIN)/kiosk shots --out $(OUT)

# docs/picture.png anew, of a report that `make demo AUTO=1` made.
picture: setup
	@$(PY) scripts/picture $(OUT)

bench: setup
	@$(PY) -m kiosk.bench

# Checks of a delivery, and certificates a second with fifty terminals; figures as Markdown.
bench-issuing: setup
	@$(PY) -m tests.bench.issuing

accept: setup
	@$(PY) -m kiosk.accept

# The glass on the other pygame: installed beside, never into .venv.
test-ce: setup
	@$(PY) -m pip install -q --disable-pip-version-check --no-deps --upgrade --target build/pygame-ce pygame-ce
	@PYTHONPATH=build/pygame-ce $(PY) -c 'import pygame; assert pygame.IS_CE, pygame.__file__'
	@PYTHONPATH=build/pygame-ce $(PY) -m pytest -p no:cacheprovider tests/ui

# A long proof: resumable, thousands of answers mixed up; figures with commit and seed.
RUNS ?= 10000
SEED ?= 20261121
mutants-issuing: setup
	@$(PY) -m tests.mutants.issuing --runs $(RUNS) --seed $(SEED) --out build/mutants-issuing.jsonl

# Ten thousand visits under fault plans: yen and sheets conserved after each.
fault-plans: setup
	@$(PY) -m tests.fault_plans --runs $(RUNS) --seed $(SEED) --out build/fault-plans.jsonl

# Proof that the conformance kit can fail: wrong device x case, for every kind.
mutants-devices: setup
	@$(BIN)/kiosk-drivers conform proof

# A million byte streams, made by Hypothesis, into the codec and driver of ccTalk or MDB.
STREAMS ?= 1000000
PROTOCOL ?= cctalk
byte-streams: setup
	@$(PY) -m tests.byte_streams --protocol $(PROTOCOL) --streams $(STREAMS) --seed $(SEED) --out build/byte-streams.jsonl

# A long proof: hundreds of invented sheets through print, years and scanner; resumable.
# Memory that was freed is kept for the next page: to be given fresh pages by the kernel for every
# array takes as long as all arithmetic. One thread: it is one core's speed that is written down.
SEEDS ?= 300
modem-figures: export MALLOC_MMAP_THRESHOLD_ = 4000000000
modem-figures: export MALLOC_TRIM_THRESHOLD_ = 8000000000
modem-figures: export OPENBLAS_NUM_THREADS = 1
modem-figures: setup
	@$(PY) -m tests.modem.figures conditions --seeds $(SEEDS) --out build/modem-conditions.jsonl
	@$(PY) -m tests.modem.figures sweeps --out build/modem-sweeps.jsonl
	@$(PY) -m tests.modem.figures rivals --out build/modem-rivals.jsonl
	@$(PY) -m tests.modem.figures speed --out build/modem-speed.jsonl

# Every hostile document in the confined child process: what refuses it, and what it costs.
hostile-pdfs: setup
	@$(PY) -m tests.kiosk.document.hostile.corpus

# Ten thousand uploads bent out of shape, against the running inquiry site, and wounded scans of
# real backs; resumable.
BACKS ?= 500
mutants-uploads: setup
	@$(PY) -m tests.center.inquiry.mutated_uploads --runs $(RUNS) --seed $(SEED) --out build/mutants-uploads.jsonl
	@$(PY) -m tests.center.inquiry.mutated_uploads --backs --runs $(BACKS) --seed $(SEED) --out build/mutants-backs.jsonl

# One HTML page with the pictures, tables and plots of what was measured so far.
security-report: setup
	@$(PY) -m tests.security_report build $(OUT)/security-report.html

# The newest axe-core on every page of the inquiry site; needs npm and a registry.
axe: setup
	@$(PY) -m tests.center.inquiry.axe

# An independent parser (npm) reads the virtual machine's frames; needs npm and a registry.
interop-cctalk: setup
	@$(PY) -m tests.interop.cctalk_npm

# The service units under a real systemd, in a container over this machine's own files.
service-trial: setup
	@$(PY) -m tests.udev.service_trial
