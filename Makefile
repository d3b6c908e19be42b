# make run      installs what is missing, builds, runs the main job
# make build    leaves .build/release/astrolua
# make check    builds what has changed, then lint and the specs of engine and Lua: while working
# make test     builds, then runs every test there is
# make faults   ends runs, fills disks, takes away memory, at random moments: FAULT_ROUNDS=200 (Docs/reliability.md)
# make fuzz     looks for a minute for input that brings the program down
# make soak     a network in a loop of simulate, set, save and load (HOURS=8)
# make bench    the benchmark suite: tables and plots in bench/ (Docs/performance.md)
# make site     these pages with search, in .build/site: needs Python, and PyPI the first time
# make packages wheel, tarball, .deb and recipes for containers with checksums and an SBOM in packages/ (Docs/notebooks.md)
# make test-packages  installs the wheel into an empty virtual environment and runs the notebooks there; the .deb into an empty Debian
# make install  PREFIX=/usr/local: binary, stdlib, tour, man page, definitions for editors (Docs/editors.md)

PREFIX ?= /usr/local
PACKAGES = liblua5.4-dev libedit-dev libhdf5-dev pkg-config gnuplot-nox lua-busted lua-check
# Debug information would double the time of a build, and nothing reads it: symbols are there without.
SWIFT_FLAGS = -c release -debug-info-format none
# Program and tests are compiled once, so the program is open to @testable import, too: that makes it 8 % larger and no slower.
TESTABLE = $(SWIFT_FLAGS) -Xswiftc -enable-testing
SWIFT_TEST = swift test --skip-build --disable-xctest $(TESTABLE)
PROGRAM = .build/release/astrolua

# Where a Lua of Debian's is put if the system's is too old (Sources/CLua/patched.sh); swift looks for lua5.4.pc there first.
LUA = $(CURDIR)/.build/lua
export PKG_CONFIG_PATH := $(LUA)$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))

.PHONY: run build build-tests check check-swift check-lua test test-swift test-lua test-elephant test-scripts test-docs test-formats test-widths test-faults test-mpi faults fuzz soak bench lint format site packages package-program test-packages install uninstall clean deps

run: build
	$(PROGRAM) scripts/brunel.lua

build: deps
	swift build $(TESTABLE) --product astrolua

# By product: without one, SwiftPM compiles tools of the packages, too.
build-tests: build
	swift build $(TESTABLE) --product SandboxProbe
	swift build $(TESTABLE) --disable-xctest --product astroluaPackageTests

deps:
	@missing=""; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo "installing:$$missing"; \
	  $$sudo apt-get update -q && $$sudo apt-get install -y -q --no-install-recommends $$missing; fi
	@command -v swift >/dev/null || { echo "a Swift toolchain of version 6.2 or later is needed: https://swift.org/install"; exit 1; }
	@Sources/CLua/patched.sh $(LUA)

# Several ranks are tested, too; the program itself needs no MPI. The programs that test-widths compares are built meanwhile: the compiler
# has one core busy for the engine, which is one module. Packages are fetched once before. Parts that need one core go side by side.
ONE_CORE = lint test-lua test-docs test-scripts test-faults test-formats test-elephant
test: PACKAGES += openmpi-bin
test: deps
	@swift package resolve
	@rm -f .build/parts.txt
	@nice -n 10 Tests/widths.sh --build >.build/widths.log 2>&1 & widths=$$!; trap "kill $$widths 2>/dev/null" EXIT; \
	$(MAKE) --no-print-directory build-tests && $(MAKE) --no-print-directory part-test-swift && \
	$(MAKE) --no-print-directory -j2 --output-sync=recurse $(ONE_CORE:%=part-%) && \
	$(MAKE) --no-print-directory part-test-widths part-test-mpi
	@printf "\nmake test:\n"; cat .build/parts.txt; passed=$$(grep -c passed .build/parts.txt); failed=$$(grep -c FAILED .build/parts.txt); \
	echo "$$passed passed, $$failed failed"; [ $$failed = 0 ]

# Any part of `make test`, by itself; how it ends is for the summary.
part-%:
	@if $(MAKE) --no-print-directory $*; then how=passed; else how=FAILED; fi; echo "  $$how  $*" >>.build/parts.txt

# Tests that fork run one after the other: a child may inherit a lock that another test's thread holds. Tests of the program have limits
# of time: they do not run beside those that keep all cores busy.
FORKING = 'DamagedFileTests|ChildProcessTests|EventFileTests|ConnectionFileTests'

# What needs one core goes side by side. Tests that try everything there is, one after the other, are left to make test.
EXHAUSTIVE = 'Statistic|refusedMemory|BetweenRunsTests|DamagedCheckpointTests'
check: deps
	@$(MAKE) --no-print-directory -j2 --output-sync lint build-tests
	@$(MAKE) --no-print-directory -j2 --output-sync check-swift check-lua

check-swift:
	ASTROLUA=$(CURDIR)/$(PROGRAM) $(SWIFT_TEST) --skip $(FORKING) --skip ProgramTests --skip $(EXHAUSTIVE)

check-lua:
	$(PROGRAM) --trust --quiet Tests/lua/run.lua Tests/lua

test-swift: build-tests
	ASTROLUA=$(CURDIR)/$(PROGRAM) $(SWIFT_TEST) --skip $(FORKING) --skip ProgramTests
	ASTROLUA=$(CURDIR)/$(PROGRAM) $(SWIFT_TEST) --no-parallel --filter $(FORKING)
	ASTROLUA=$(CURDIR)/$(PROGRAM) $(SWIFT_TEST) --filter ProgramTests

test-lua: build
	$(PROGRAM) --trust --quiet Tests/lua/run.lua Tests/lua
	Tests/escapes.sh $(PROGRAM)

test-docs: build
	Tests/docs.sh $(PROGRAM)

# Analysis against Elephant, where ASTROLUA_PYTHON names a Python that has it.
test-elephant: build
	Tests/elephant.sh $(PROGRAM)

# What we write, read by numpy, h5py, libsonata and Neo, and what they write, read here, if the Python that ASTROLUA_PYTHON names has them.
test-formats: build
	@python=$${ASTROLUA_PYTHON:-python3}; \
	command -v $$python >/dev/null || { echo "skipped: there is no $$python (ASTROLUA_PYTHON names a Python)"; exit 0; }; \
	directory=$$(mktemp -d); \
	(cd $$directory && $(CURDIR)/$(PROGRAM) --quiet $(CURDIR)/Tests/formats/write.lua) && \
	  $$python Tests/formats/check.py $$directory && $$python Tests/formats/foreign.py $$directory && \
	  (cd $$directory && $(CURDIR)/$(PROGRAM) --quiet $(CURDIR)/Tests/formats/read.lua); \
	status=$$?; rm -rf $$directory; exit $$status

# Every script runs with its smallest sizes; a script that takes options says so in its usage.
test-scripts: build
	@status=0; directory=$$(mktemp -d); for script in scripts/*.lua scripts/tour/*.lua scripts/paper/*.lua scripts/nest/*.lua scripts/glia/*.lua; do \
	  grep -q "^-- test: " "$$script" || continue; \
	  options=$$(sed -n 's/^-- test: //p' $$script | head -n 1); \
	  if (cd $$directory && $(CURDIR)/$(PROGRAM) --quiet $(CURDIR)/$$script $$options >out.txt 2>&1); then \
	    echo "passed  $$script $$options"; \
	  else echo "FAILED  $$script $$options"; cat $$directory/out.txt; status=1; fi; done; \
	suite="scripts/bench/suite.py --groups calls --threads 1 --runs 1"; \
	if python3 $$suite --out $$directory/bench >$$directory/out.txt 2>&1; then echo "passed  $$suite"; \
	else echo "FAILED  $$suite"; cat $$directory/out.txt; status=1; fi; \
	rm -rf $$directory; exit $$status

# The same results with vectors of any width, for any processor, with any number of threads; builds the program for two others.
test-widths: build
	Tests/widths.sh $(PROGRAM)

# The same results on 1 to 4 ranks, and the end of a job of which one rank fails.
test-mpi: build
	Tests/ranks.sh $(PROGRAM)

# Hours of a network's time in a loop of simulate, set, save and load; HOURS=8 takes two and a half hours on one thread.
HOURS ?= 0.05
soak: build
	cd $$(mktemp -d) && $(CURDIR)/$(PROGRAM) --trust --quiet $(CURDIR)/Tests/soak.lua --hours $(HOURS)

# A round of each kind, always the same.
test-faults: build
	Tests/faults.sh $(PROGRAM) 12 1

FAULT_ROUNDS ?= 200
faults: build
	Tests/faults.sh $(PROGRAM) $(FAULT_ROUNDS)

# libFuzzer comes with the Swift toolchain. FUZZ_SECONDS=600 for longer.
FUZZ_SECONDS ?= 60
fuzz: build
	Tests/fuzz.sh $(FUZZ_SECONDS)

lint:
	luacheck -q --config .luacheckrc Sources/AstroLua $(wildcard stdlib scripts) Tests/lua Tests/formats Tests/faults Tests/Fixtures/records
	@if command -v swift-format >/dev/null || swift format --version >/dev/null 2>&1; then \
	  swift format lint --strict --recursive Sources Tests Package.swift; fi

# Kernels by themselves, then whole processes; pairs with NEST where ASTROLUA_NEST_PYTHON names a Python that has it.
bench: build
	cd Tests/Benchmarks && swift package --allow-writing-to-package-directory benchmark --no-progress
	python3 scripts/bench/suite.py

format:
	swift format --in-place --recursive Sources Tests Package.swift

# Pages, search and equations in .build/site; opened from the disk or put on any server of files.
site:
	@Docs/site/build.sh

# For x86-64 processors with AVX2 and FMA (v3), and once more, with wider vectors, for those with AVX-512 (v4): the program chooses when it
# starts (Sources/Program/Processor.swift), and the results are the same. PACKAGE_CPUS=native is for this machine alone.
PACKAGE_CPUS ?= x86-64-v3 x86-64-v4
WIDTH_x86-64-v2 = 2
WIDTH_x86-64-v3 = 4
packages: deps
	for cpu in $(PACKAGE_CPUS); do $(MAKE) --no-print-directory package-program CPU=$$cpu || exit 1; done
	rm -rf packages
	Sources/Python/packages.py packages $(PACKAGE_CPUS:%=.build/packages-%/release/astrolua)

package-program:
	ASTROLUA_CPU=$(CPU) ASTROLUA_VECTOR_WIDTH=$(or $(WIDTH_$(CPU)),8) \
	  swift build $(SWIFT_FLAGS) --product astrolua --scratch-path .build/packages-$(CPU)

test-packages: packages
	Tests/packages.sh packages
	Tests/deb.sh packages

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/astrolua $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/astrolua
	$(PROGRAM) --trust --quiet Docs/luals.lua $(DESTDIR)$(PREFIX)/share/astrolua/luals
	install -d $(DESTDIR)$(PREFIX)/share/astrolua/python/astrolua
	cp -R stdlib scripts/tour Docs/notebooks $(DESTDIR)$(PREFIX)/share/astrolua/
	install -m 644 Sources/Python/astrolua/*.py Sources/Python/astrolua/*.svg $(DESTDIR)$(PREFIX)/share/astrolua/python/astrolua/
	install -m 644 Docs/astrolua.1 $(DESTDIR)$(PREFIX)/share/man/man1/astrolua.1

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/astrolua $(DESTDIR)$(PREFIX)/share/astrolua \
	  $(DESTDIR)$(PREFIX)/share/man/man1/astrolua.1

clean:
	swift package clean
