# make demo   see a failover on three nodes made of namespaces (root)
# make test   all tests; at its end it says which did not run, and why
# Everything else is for people who work on gpcs.

GO ?= go

SEEDS ?= 1000
FROM ?= 0
MINUTES ?= 5
NODES ?= 5

SCRIPTS ?= 660
INPUTS ?= 300
FUZZTIME ?= 1m

.PHONY: build setup demo test sim sim-fencing sim-mutants vqsim nemesis fuzz lint parity bench bench-engine bench-failover bench-fencing clean install man packages lint-packages lab beside parity-cli bench-cli salads grammar variants

build:
	$(GO) build -trimpath -o bin/ ./cmd/...

setup:
	scripts/setup

demo: setup build
	$(GO) run ./test/demo

# The whole-node tests come last and alone, so that nothing else wants the processors.
test: setup build
	@status=0; \
	$(GO) run ./test/all $$($(GO) list ./... | grep -v '/test/e2e$$') || status=1; \
	$(GO) test -v -count=1 -timeout 20m ./test/e2e || status=1; \
	exit $$status

# Histories of several nodes with faults, on a virtual clock; each of SEEDS seeds, FROM one on, is one. One
# in fifty has resources, agents and fence devices too.
sim:
	$(GO) run ./test/sim -seeds $(SEEDS) -from $(FROM)

# The same with small clusters whose trouble is about fencing: devices that refuse, lie, are slow or out of reach, lost
# answers, a DC that dies meanwhile, halves of two nodes.
sim-fencing:
	$(GO) run ./test/sim -fencing -seeds $(SEEDS)

# Both with one safety rule after the other switched off: how many seeds until it is
# noticed.
sim-mutants:
	$(GO) run ./test/sim -mutants -seeds 5000

# Real faults on real nodes while clients write and a sampler asks the kernels
# who holds the address, for MINUTES on NODES; the history of a bad run is kept.
nemesis: build
	scripts/setup nft tc
	$(GO) run ./test/nemesis -minutes $(MINUTES) -nodes $(NODES)

# Generated configurations, joins and losses, given to our quorum arithmetic and to
# corosync-vqsim, corosync's own simulator; it says how many steps agree, and which cannot.
vqsim:
	cd internal/cluster/quorum && VQSIM_SCRIPTS=$(SCRIPTS) $(GO) test -count=1 -parallel 6 -timeout 1h -run '^TestAgainstVotequorum$$'

# Each reader of the network and of files is given garbage for FUZZTIME; an input
# that breaks one is kept in its package's testdata.
fuzz:
	@for f in $$(grep -rl --include='*_test.go' '^func Fuzz' internal); do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z]*\).*/\1/p' $$f); do \
			echo "$$name ($$(dirname $$f))"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$f) || exit 1; \
		done; \
	done

# How many of Pacemaker's recorded decisions ours equal, per level and tier, and
# where not; the recordings lie beside the repository.
parity:
	$(GO) test -count=1 -v -run '^TestParity$$' ./test/parity -args -list

# Our crm_simulate beside an installed one on INPUTS that nobody has recorded: recorded
# cases with changes made to them, and clusters made from nothing.
beside:
	$(GO) run ./test/beside -n $(INPUTS) -seed $(FROM)
	$(GO) run ./test/beside -n $(INPUTS) -seed $(FROM) -made

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# deb and rpm for amd64 and arm64, in dist/; ARCH=amd64 for one of them only.
VERSION ?= 0.1.0
ARCH ?= amd64 arm64
packages:
	packaging/build $(VERSION) $(ARCH)

man: build
	$(GO) run ./packaging/man bin/man

# The other names of gpcs lie in a directory of their own, which the agents' PATH
# has and administrators may add to theirs; packages put them into /usr/sbin, too.
install: build man
	packaging/stage "$(or $(DESTDIR),/)" bin

# What Debian's lintian and rpmlint say of the packages, and systemd of the units:
# errors fail. The score of a unit is 0 (sheltered) to 10.
lint-packages:
	lintian --allow-root --fail-on error dist/gpcs_$(VERSION)-1_*.deb
	for p in dist/gpcs-$(VERSION)-1.*.rpm; do rpmlint -r packaging/rpm/rpmlintrc $$p || exit 1; done
	packaging/verify-units

# The deb on nodes with a systemd of their own, which the lab beside the repository
# makes (root, Debian): the tutorial, reboots, units, upgrades.
lab:
	packaging/build $(VERSION) $(shell $(GO) env GOARCH)
	$(GO) test -v -count=1 -timeout 1h ./test/lab -args -lab

# How many recorded calls of pcs and of the helper programs ours equal, by verb;
# the recordings lie beside the repository.
parity-cli:
	$(GO) test -count=1 -v -run '^TestRecordedCalls$$' ./test/pcscorpus ./test/clicorpus

# The installed pcs beside ours on the same calls: how much faster, and whether
# jumbled words end with the same exit status.
PCS ?= /usr/sbin/pcs
bench-cli:
	$(GO) test -count=1 -v -timeout 1h -run '^TestSpeedBeside$$' ./test/pcscorpus -args -beside $(PCS)

salads:
	$(GO) test -count=1 -v -timeout 1h -run '^TestSaladsBeside$$' ./test/pcscorpus -args -beside $(PCS) -python '$(PYTHON)' -calls $(CALLS) -seed $(SEED)

# Calls made from a grammar, CALLS of them: exit status, both streams and the CIB
# of each are compared, and what differs is shown in full.
CALLS ?= 500
SEED ?= 1
PYTHON ?= /usr/bin/python3
grammar:
	$(GO) test -count=1 -v -timeout 1h -run '^TestGrammarBeside$$' ./test/pcscorpus -args -beside $(PCS) -python '$(PYTHON)' -calls $(CALLS) -seed $(SEED)

# Recorded calls with a word or two changed, where both carry out the recorded one alike.
variants:
	$(GO) test -count=1 -v -timeout 1h -run '^TestVariantsBeside$$' ./test/pcscorpus -args -beside $(PCS) -python '$(PYTHON)' -calls $(CALLS) -seed $(SEED)

bench: setup build
	$(GO) run ./test/bench
	$(GO) test -run '^$$' -bench . -benchtime 200ms ./internal/...

# CPU seconds of our engine and of the real crm_simulate, where it is installed, on the same generated clusters.
bench-engine: build
	$(GO) run ./test/bench engine

# Median and maximum of the gap that a client sees when the active node dies.
bench-failover: setup build
	$(GO) run ./test/bench failover

# Two nodes with BMCs that are cut apart, and what fencing over IPMI takes; the last two need ipmitool, openipmi and
# fence-agents.
bench-fencing: setup build
	$(GO) run ./test/bench fencing agent ipmi

clean:
	rm -rf bin dist
