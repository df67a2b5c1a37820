# SPDX-License-Identifier: GPL-2.0
#
# Every entry point. The module itself is built by Kbuild, the tools and the
# self-tests by their own Makefiles.

# Headers of the kernel to build the module for
KDIR ?= /lib/modules/$(shell uname -r)/build
# The kernel that "make demo" boots
DEMO_KERNEL ?= $(shell selftests/vm/kernels-for default)
# The kernels of "make check-debug", see selftests/vm/kernels, and for how long
# stress_all and hostile go on there, seconds
DEBUG_KERNELS ?= $(shell selftests/vm/kernels-for debug)
STRESS_SECONDS ?= 60
HOSTILE_SECONDS ?= 60

all: ## The module for the running kernel, and the tools (the default)
	@failed=0; \
	$(MAKE) --no-print-directory tools || failed=1; \
	$(MAKE) --no-print-directory module || failed=1; \
	exit $$failed

module: ## The module, for the running kernel or the one of KDIR=
	@scripts/can-build-module "$(KDIR)" "$(origin KDIR)"
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" modules

tools: ## closestat and closelab, for this machine
	@$(MAKE) --no-print-directory -C tools || { \
		echo "The tools do not build; 'scripts/setup.sh tools' installs what they need." >&2; \
		exit 1; }

install: tools ## The tools, their manuals, completion and systemd units (DESTDIR=, PREFIX=)
	@$(MAKE) --no-print-directory -C tools install

uninstall: ## Remove what install installed (DESTDIR=, PREFIX=)
	@$(MAKE) --no-print-directory -C tools uninstall

dkms-install: ## The module by DKMS, for this kernel and those to come
	@scripts/dkms install

dkms-remove: ## Remove what dkms-install installed
	@scripts/dkms remove

deb: ## The Debian packages, into build/
	@scripts/build-deb build

demo: ## Boot a guest, load the module there, show what it does
	@scripts/setup.sh rig
	@selftests/vm/run --kernel "$(DEMO_KERNEL)" -- selftests/demo.sh

check: ## Everything that can be tested, on all kernels (KERNELS=6.1: on that)
	@scripts/check.sh

check-debug: ## The self-tests on kernels built to look for mistakes (hours, by hand)
	@scripts/setup.sh rig
	@failed=0; \
	KERNELS="$(DEBUG_KERNELS)" DEADLINE=14400 selftests/vm/suite \
		env STRESS_SECONDS=$(STRESS_SECONDS) HOSTILE_SECONDS=$(HOSTILE_SECONDS) \
		STRESS_CONNECTIONS=4000 RELOAD_CYCLES=10 \
		make -C selftests run_tests TRIAL=1 KSFT=/ksft/tools/testing/selftests || \
		failed=1; \
	for kernel in $(DEBUG_KERNELS); do \
		scripts/tap-run "fault injection $$kernel" selftests/debug/fault-inject-test "$$kernel" || \
			failed=1; \
	done; \
	exit $$failed

coverage: ## How much of the module the self-tests run (an hour, by hand)
	@scripts/setup.sh rig
	@selftests/debug/coverage

mutants: ## Whether the tests notice a module that is broken, place by place (an hour, by hand)
	@scripts/setup.sh rig
	@$(MAKE) --no-print-directory -C selftests/unit mutants
	@scripts/tap-run mutants selftests/debug/mutants

bench: ## What it costs, in instructions of a guest (two hours, by hand)
	@scripts/setup.sh rig bench
	@bench/run

style: ## Style and static checks alone (part of check)
	@scripts/setup.sh rig style
	@scripts/tap-run style scripts/style.sh

clean: ## Remove what was built here
	@[ ! -e "$(KDIR)/Makefile" ] || $(MAKE) -s -C "$(KDIR)" M="$(CURDIR)" clean
	@[ ! -e tools/Makefile ] || $(MAKE) -s --no-print-directory -C tools clean
	@rm -rf build

clean-cache: ## Remove guest roots, builds and logs of all checkouts
	@selftests/vm/clean-cache

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: all module tools install uninstall dkms-install dkms-remove deb demo check check-debug coverage mutants bench style clean clean-cache help
