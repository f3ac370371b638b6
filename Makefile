# SPDX-License-Identifier: Apache-2.0
# GNU make 4.3. `make help` is the table of contents.

VERSION := 0.1.0
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DATADIR := $(PREFIX)/share/ordito

# As many jobs as processors; a -j on the command line wins.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:

# Several goals at once, such as `make clean test`, come one after the other.
ifneq ($(and $(word 2,$(MAKECMDGOALS)),$(filter-out build/%,$(MAKECMDGOALS))),)
.NOTPARALLEL:
endif

# --- flavours: release, and with sanitizers (SAN=1: address, undefined; SAN=thread) -------------
ifeq ($(filter-out 0,$(SAN)),)
override SAN :=
B      := build
CFLAGS ?= -O3 -g
else ifeq ($(SAN),thread)
B      := build/tsan
CFLAGS := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
LDFLAGS += -fsanitize=thread
else
B      := build/san
CFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
endif
OBJ := $(B)/obj

CC       := gcc
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Werror
ifneq ($(SAN),)
# What UBSan adds to shifts makes gcc 12 warn of conversions that are not in the source.
WARNINGS := $(filter-out -Wconversion,$(WARNINGS))
endif
PACKAGES := yaml-0.1 jansson popt libarchive expat zlib
LIBS     := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm -ldl -lpthread
CRITERION := $(shell pkg-config --libs criterion 2>/dev/null)
# Code of the library hides all but its interface, and goes wherever it is loaded; so does all else.
SHARED   := -fPIC -fvisibility=hidden
CPPFLAGS += -D_GNU_SOURCE -I. -DORDITO_DATADIR='"$(DATADIR)"' \
            $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)

comma := ,

# A recipe in one word and its target, or, with V=1, as it is.
say = $(if $(V),,@echo "  $1	$@";)

# Scripts that may call make themselves: they are not part of this make's jobs.
ALONE := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL

# --- sources -------------------------------------------------------------------------------------
SRCS      := $(wildcard sim/*.c sim/workbench/*.c model/net/*.c model/node/*.c traces/*.c nic/*.c)
TEST_SRCS := $(wildcard tests/*.c)
PLANTED   := $(patsubst tests/planted/%.c,$(B)/planted/%,$(wildcard tests/planted/*.c))
ifeq ($(SAN),thread) # tests of threads alone, without Criterion (tests/plain)
TEST_SRCS := tests/test_threads.c tests/test_library_threads.c tests/library.c tests/kinds.c tests/rig.c tests/scratch.c tests/plain/main.c
PLANTED   := $(B)/planted/race $(B)/planted/none
CRITERION := tests/plain/main.c
CPPFLAGS  += -isystem tests/plain
endif
OBJS      := $(SRCS:%.c=$(OBJ)/%.o)
TEST_OBJS := $(TEST_SRCS:%.c=$(OBJ)/%.o)
PLAIN_TESTS := $(B)/ordito $(B)/tests $(if $(SAN),$(PLANTED),$(B)/libordito.a $(B)/libordito.so systemc-tests)

.PHONY: all
all: $(B)/ordito ## build the program, build/ordito (the default)

$(B)/ordito: $(OBJS) $(OBJ)/list
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJS) $(LIBS)

# --- the library ---------------------------------------------------------------------------------
# One object of all that sim/ordito.h needs, in which every other name is local.
ABI      := 0
LIB_OBJS := $(filter $(OBJ)/sim/ordito%.o,$(OBJS))
LIBRARY  := $(B)/libordito.a $(B)/libordito.so
LIB_PACKAGES := $(filter-out popt,$(PACKAGES))
LIB_LIBS := $(shell pkg-config --libs $(LIB_PACKAGES) 2>/dev/null) -lm -ldl -lpthread

.PHONY: library
library: $(LIBRARY) ## build the library for other simulators, build/libordito.a and .so.0

$(B)/parts.a: $(filter-out $(OBJ)/sim/main.o $(OBJ)/sim/cmd%.o $(LIB_OBJS),$(OBJS)) $(OBJ)/list
	@rm -f $@
	$(call say,AR) ar rcs $@ $(filter %.o,$^)

$(B)/libordito.o: $(LIB_OBJS) $(B)/parts.a
	$(call say,LD) ld -r -o $@ $^
	@objcopy --localize-hidden $@

$(B)/libordito.a: $(B)/libordito.o
	@rm -f $@
	$(call say,AR) ar rcs $@ $<

$(B)/libordito.so.$(ABI): $(B)/libordito.o
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,--as-needed \
	    $(if $(SAN),,-Wl$(comma)-z$(comma)defs) -o $@ $< $(LIB_LIBS)

$(B)/libordito.so: $(B)/libordito.so.$(ABI)
	@ln -sf $(<F) $@

# --- the SystemC module ---------------------------------------------------------------------------
CXX         := g++
HAS_SYSTEMC := $(shell pkg-config --exists systemc && echo yes)
SC_OBJS     := $(patsubst %.cpp,$(OBJ)/%.o,$(wildcard sim/systemc/*.cpp))
SC_TEST_OBJS := $(patsubst %.cpp,$(OBJ)/%.o,$(wildcard tests/systemc/*.cpp))
SC_LIBRARY  := $(B)/libordito-systemc.a $(B)/libordito-systemc.so
SC_LIBS     := -L$(B) -lordito-systemc -lordito -lsystemc -Wl,-rpath,'$$ORIGIN'

.PHONY: systemc systemc-tests
systemc: $(if $(HAS_SYSTEMC),$(SC_LIBRARY) $(B)/platform,no-systemc) ## build the SystemC module, build/libordito-systemc.so, and its example
systemc-tests: $(if $(HAS_SYSTEMC),$(SC_LIBRARY) $(B)/platform $(B)/systemc-traffic)

.PHONY: no-systemc
no-systemc:
	@echo "make: SystemC is missing; scripts/install-deps systemc installs it" >&2; exit 1

$(B)/libordito-systemc.a: $(SC_OBJS)
	@rm -f $@
	$(call say,AR) ar rcs $@ $^

$(B)/libordito-systemc.so.$(ABI): $(SC_OBJS) $(B)/libordito.so
	$(call say,LINK) $(CXX) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -o $@ $(SC_OBJS) \
	    -L$(B) -lordito -lsystemc -Wl,-rpath,'$$ORIGIN'

$(B)/libordito-systemc.so: $(B)/libordito-systemc.so.$(ABI)
	@ln -sf $(<F) $@

$(B)/platform: $(OBJ)/sim/systemc/examples/platform.o $(SC_LIBRARY)
	$(call say,LINK) $(CXX) $(CFLAGS) $(LDFLAGS) -o $@ $< $(SC_LIBS)

$(B)/systemc-traffic: $(SC_TEST_OBJS) $(SC_LIBRARY)
	$(call say,LINK) $(CXX) $(CFLAGS) $(LDFLAGS) -o $@ $(SC_TEST_OBJS) $(SC_LIBS)

$(OBJ)/%.o: %.cpp $(OBJ)/flags
	@mkdir -p $(@D)
	$(call say,CXX) $(CXX) -std=c++17 -I. -Isim/systemc $(filter-out %-prototypes,$(WARNINGS)) \
	    $(CFLAGS) -fPIC -MMD -MP -c -o $@ $<

-include $(SC_OBJS:.o=.d) $(SC_TEST_OBJS:.o=.d) $(OBJ)/sim/systemc/examples/platform.d

$(B)/tests: $(TEST_OBJS) $(filter-out $(OBJ)/sim/main.o,$(OBJS)) $(OBJ)/list
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter -%,$(CRITERION)) $(LIBS)

$(PLANTED): $(B)/planted/%: tests/planted/%.c $(OBJ)/flags | packages
	@mkdir -p $(@D)
	$(call say,CC) $(CC) -std=c17 $(CPPFLAGS) $(WARNINGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(CRITERION) -lpthread

$(OBJ)/%.o: %.c $(OBJ)/flags | packages
	@mkdir -p $(@D)
	$(call say,CC) $(CC) -std=c17 $(CPPFLAGS) $(WARNINGS) $(CFLAGS) $(SHARED) -MMD -MP -c -o $@ $<

# Objects follow changes of the flags; those that name paths follow these too; programs follow files
# that come or go.
$(shell grep -l ORDITO_DATADIR $(SRCS) /dev/null | sed 's,^,$(OBJ)/,; s,c$$,o,'): \
    $(OBJ)/paths
$(OBJ)/flags: TEXT = $(CC) $(WARNINGS) $(CFLAGS) $(SHARED)
$(OBJ)/paths: TEXT = $(DATADIR)
$(OBJ)/list: TEXT = $(SRCS) $(TEST_SRCS)
$(OBJ)/version: TEXT = $(VERSION)+$(shell cat $(SOURCES) | sha256sum | cut -c 1-12)
$(OBJ)/flags $(OBJ)/paths $(OBJ)/list $(OBJ)/version: always
	@mkdir -p $(@D)
	@echo '$(TEXT)' | cmp -s - $@ || echo '$(TEXT)' > $@

# The version tells programs of different sources apart, wherever and however often they are built.
SOURCES := $(sort $(SRCS) $(wildcard $(addsuffix *.h,$(sort $(dir $(SRCS))) model/)) $(wildcard rtl/*.*))
$(OBJ)/sim/version.o: CPPFLAGS += -DORDITO_VERSION='"$(shell cat $(OBJ)/version)"'
$(OBJ)/sim/version.o: $(OBJ)/version

.PHONY: always packages
packages:
	@pkg-config --exists --print-errors $(PACKAGES) || \
	    { echo "make: libraries are missing; scripts/install-deps run installs them" >&2; exit 1; }

-include $(OBJS:.o=.d) $(TEST_OBJS:.o=.d)

# --- using it ------------------------------------------------------------------------------------
.PHONY: run
run: ## the main job: install what is missing, build, simulate a real program, compare RTL and C
	@scripts/install-deps run
	@$(MAKE) build/ordito
	@$(ALONE) scripts/main-job

.PHONY: test
test: ## all tests; FILTER='fabric/*' some, LIST=1 names, XML=dir JUnit files, SAN=1 sanitizers, SAN=thread races
	@scripts/install-deps test
	@$(MAKE) $(PLAIN_TESTS)
	@$(ALONE) ORDITO_CROSS='$(ORDITO_CROSS)' ORDITO='$(CURDIR)/$(B)/ordito' SAN='$(SAN)' FILTER='$(FILTER)' LIST='$(LIST)' \
	    XML='$(XML)' scripts/run-tests $(B)/tests $(wildcard tests/*.sh)

.PHONY: lint
lint: ## style, layers, static analysis of C, RTL and scripts
	@scripts/install-deps all
	@scripts/lint

.PHONY: synth
synth: ## cell counts of the router by yosys
	@scripts/install-deps test
	@$(ALONE) scripts/synth

.PHONY: cross
cross: ## lockstep of every topology x switching x routing x allocator (20 minutes of a processor)
	@$(MAKE) test FILTER='routing/rtl*' ORDITO_CROSS=all
	@$(MAKE) test FILTER='exact_rtl/*' ORDITO_CROSS=all

.PHONY: soak
soak: ## 200 million router-cycles of lockstep over random machines
	@scripts/install-deps run
	@$(MAKE) $(B)/ordito
	@$(ALONE) scripts/soak

.PHONY: mutation
mutation: ## faults planted in the router RTL, netlist and source, that the workbench must find
	@scripts/install-deps test
	@$(MAKE) $(B)/ordito
	@$(ALONE) scripts/mutation

.PHONY: formal
formal: ## proofs of the RTL by yosys, z3 and ABC, and faults that they must find; FILTER='arbiter*' some
	@scripts/install-deps formal
	@$(ALONE) scripts/formal $(if $(FILTER),--filter '$(FILTER)')

.PHONY: peers
peers: ## latency, saturation and speed beside BookSim 2, written to sim/PEERS.md
	@scripts/install-deps run
	@$(MAKE) $(B)/ordito
	@$(ALONE) scripts/peers --program $(B)/ordito

.PHONY: bench
bench: ## speed and memory beside what they should be; FILTER='ref-*' some, LARGE=1 gigabytes too
	@scripts/install-deps run
	@$(MAKE) $(B)/ordito
	@$(B)/ordito bench $(if $(FILTER),--filter '$(FILTER)') $(if $(LARGE),--large) --json $(B)/bench.json

.PHONY: bench-instructions
bench-instructions: ## instructions a flit-hop, counted by callgrind; FILTER='hop-*' some
	@scripts/install-deps bench
	@$(MAKE) $(B)/ordito
	@$(ALONE) scripts/count-instructions --program $(B)/ordito $(if $(FILTER),--filter '$(FILTER)')

.PHONY: cost
cost: ## what flit-hops, packets and messages cost, written to sim/COST.md (6 GB of memory)
	@scripts/install-deps bench
	@$(MAKE) $(B)/ordito
	@$(ALONE) scripts/cost --program $(B)/ordito

.PHONY: plots
plots: ## the pictures of scripts/PLOTS.md, by the commands in it
	@scripts/install-deps plot
	@$(MAKE) build/ordito
	@mkdir -p scripts/pictures
	@sed -n '/^```/,/^```/{/^```/d;p}' scripts/PLOTS.md | $(ALONE) bash -e

.PHONY: lessons
lessons: ## tables and pictures of the lessons for a course, sim/lessons
	@scripts/install-deps plot
	@$(MAKE) $(B)/ordito
	@$(ALONE) scripts/lessons --program $(B)/ordito

.PHONY: sweep
sweep: ## a small sweep: its table and a picture of its curves, in build/sweeps/small
	@scripts/install-deps run
	@scripts/install-deps plot
	@scripts/install-deps sweep
	@$(MAKE) $(B)/ordito
	@$(ALONE) scripts/sweep sim/sweeps/small.yaml --program $(B)/ordito
	@$(ALONE) scripts/plot latency-load build/sweeps/small -o build/sweeps/small/latency-load.png
	@echo 'a picture of it: build/sweeps/small/latency-load.png'

.PHONY: profile
WORK ?= ref-8x8
profile: ## where the instructions of WORK=ref-8x8 go, by function and line (callgrind)
	@scripts/install-deps bench
	@$(MAKE) $(B)/ordito
	@$(ALONE) scripts/count-instructions --program $(B)/ordito --profile '$(WORK)'

# --- installing ----------------------------------------------------------------------------------
TREE := PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' LIBDIR='$(LIBDIR)' DATADIR='$(DATADIR)' BUILD='$(B)' \
    VERSION='$(VERSION)' ABI='$(ABI)' REQUIRES='$(LIB_PACKAGES)' SYSTEMC='$(HAS_SYSTEMC)' scripts/install-tree

.PHONY: install
install: $(B)/ordito $(LIBRARY) $(if $(HAS_SYSTEMC),$(SC_LIBRARY)) ## install under PREFIX (/usr/local), staged under DESTDIR
	@$(TREE) install

.PHONY: uninstall
uninstall: ## remove what install put there
	@$(TREE) uninstall

.PHONY: clean
clean: ## remove everything built
	rm -rf build

.PHONY: help
help: ## this table
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 26
