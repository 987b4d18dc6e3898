package quorum

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// scripts is how many configurations are compared; VQSIM_SCRIPTS sets another
// number, VQSIM_SEED runs a single one.
const scripts = 60

// peer is a running corosync-vqsim, the simulator of corosync's own votequorum.
type peer struct {
	t     *testing.T
	in    io.WriteCloser
	lines chan string
}

func startPeer(t *testing.T, conf string) *peer {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("corosync-vqsim", "-c", "conf") // it refuses long paths
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, in: in, lines: make(chan string, 10000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		_, _ = io.WriteString(in, "exit\n")
		_ = in.Close()
		stop := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		<-done
		stop.Stop()
		_ = cmd.Wait()
	})
	return p
}

func (p *peer) say(line string) {
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		var said []string
		for line := range p.lines {
			said = append(said, line)
		}
		p.t.Fatalf("corosync-vqsim ended: %s: %q", err, said)
	}
}

var nodeLine = regexp.MustCompile(`^(\d+):(\d+): q=(\d) ring=\[[^]]*\] nodes=\[([\d ]*)\]`)

// show returns, for each node, "quorate members" as the peer sees it.
func (p *peer) show() map[uint32]string {
	p.say("show")
	for line := range p.lines {
		if strings.HasSuffix(line, "show") {
			break
		}
	}
	out := map[uint32]string{}
	for line := range p.lines {
		if strings.HasPrefix(line, "#autofence") {
			break
		}
		if m := nodeLine.FindStringSubmatch(line); m != nil {
			id, _ := strconv.ParseUint(m[2], 10, 32)
			out[uint32(id)] = describe(m[3] == "1", parseIDs(m[4]))
		}
	}
	return out
}

func parseIDs(s string) []uint32 {
	var out []uint32
	for _, f := range strings.Fields(s) {
		n, _ := strconv.ParseUint(f, 10, 32)
		out = append(out, uint32(n))
	}
	slices.Sort(out)
	return out
}

func describe(quorate bool, members []uint32) string {
	return fmt.Sprintf("quorate=%v %v", quorate, members)
}

// expect waits until the peer says the same twice in a row.
func (p *peer) expect(want map[uint32]string) (got map[uint32]string, same bool) {
	equal := 0
	for deadline := time.Now().Add(4 * time.Second); time.Now().Before(deadline); time.Sleep(15 * time.Millisecond) {
		got = p.show()
		if !mapsEqual(got, want) {
			equal = 0
			continue
		}
		if equal++; equal == 2 {
			return got, true
		}
	}
	return got, false
}

// contradicts tells whether nodes that are in one partition differ about it.
func contradicts(got map[uint32]string) bool {
	says := map[string]string{}
	for _, v := range got {
		_, members, _ := strings.Cut(v, " ")
		if was, ok := says[members]; ok && was != v {
			return true
		}
		says[members] = v
	}
	return false
}

func mapsEqual(a, b map[uint32]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v && b[k] != "" {
			return false
		}
	}
	return true
}

// model is what our arithmetic says of the same nodes.
type model struct {
	cfg    Config
	part   map[uint32]int // of the nodes that are up
	memory map[uint32]Memory
	device map[uint32]bool
	// quorate are the nodes whose last partition was.
	quorate map[uint32]bool
	// late are fresh nodes with what they joined. Under wait_for_all votequorum
	// tells such a node only at the next change that it need not wait.
	late map[uint32]string
	// stricter: our rules were not votequorum's at the last change.
	stricter bool
}

// stricterThanPeer tells whether votequorum may come to another result than o:
// it counts votes that ours does not count where fewer are expected than
// configured; and under wait_for_all, nodes that lost their quorum wait for
// all again or not, as its messages happen to come.
func (m *model) stricterThanPeer(ids []uint32, o Outcome, merged Memory) bool {
	if lowered := merged.Expected > 0 && merged.Expected < m.cfg.configured(); lowered && !o.Quorate && o.Total >= o.Needed {
		return true
	}
	if b := m.cfg.TieBreaker; b != nil && len(b.Nodes) > 0 && merged.Round == 0 && !o.Quorate {
		return true // it lets a half of nodes win that have just booted
	}
	if m.cfg.waits() && o.Quorate && o.Total < o.Expected && !slices.ContainsFunc(ids, func(id uint32) bool { return m.quorate[id] }) {
		return true
	}
	return o.Quorate && o.Total < o.Expected && slices.ContainsFunc(ids, func(id uint32) bool {
		was := m.memory[id]
		return was.Round > 0 && (was.Expected != merged.Expected || (m.cfg.waits() && !m.quorate[id]))
	})
}

// members returns the nodes of one partition in order.
func (m *model) members(part int) []uint32 {
	var out []uint32
	for id, p := range m.part {
		if p == part {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// judge evaluates all partitions: what the peer should say of each node, ""
// where it may say either.
func (m *model) judge() map[uint32]string {
	out := map[uint32]string{}
	for part := range 4 {
		ids := m.members(part)
		if len(ids) == 0 {
			continue
		}
		o := m.evaluate(ids, Order{})
		if o.Shrinks > 0 {
			o = m.evaluate(ids, Order{Expected: o.Shrinks})
		}
		for _, id := range ids {
			out[id] = describe(o.Quorate, ids)
			switch at, late := m.late[id]; {
			case late && o.Quorate && m.cfg.waits() && (at == "" || at == out[id]):
				m.late[id], out[id] = out[id], ""
			case o.Quorate:
				delete(m.late, id)
			}
		}
	}
	return out
}

func (m *model) evaluate(ids []uint32, order Order) Outcome {
	var list []Memory
	device := false
	for _, id := range ids {
		list = append(list, m.memory[id])
		device = device || m.device[id]
	}
	merged := Merge(list)
	o := m.cfg.Evaluate(ids, merged, device, order)
	m.stricter = m.stricter || m.stricterThanPeer(ids, o, merged)
	for _, id := range ids {
		m.memory[id], m.quorate[id] = o.Memory, o.Quorate
	}
	return o
}

// script draws a configuration and steps through it with both.
type script struct {
	rnd *rand.Rand
	n   int
	m   *model
	log []string
}

const window = 80 // ms, of last_man_standing

func newScript(seed uint64) (*script, string) {
	s := &script{rnd: rand.New(rand.NewPCG(seed, 3))}
	s.n = 2 + s.rnd.IntN(6)
	s.m = &model{part: map[uint32]int{}, memory: map[uint32]Memory{}, device: map[uint32]bool{}, quorate: map[uint32]bool{}, late: map[uint32]string{}}
	cfg := &s.m.cfg
	cfg.Votes = map[uint32]int{}
	var q []string
	set := func(format string, args ...any) { q = append(q, fmt.Sprintf(format, args...)) }
	uneven := s.rnd.IntN(4) == 0
	var nodes strings.Builder
	for id := uint32(1); id <= uint32(s.n); id++ {
		votes := 1
		if uneven {
			votes = s.rnd.IntN(4)
		}
		if id == 1 && votes == 0 {
			votes = 1
		}
		cfg.Votes[id] = votes
		fmt.Fprintf(&nodes, " node {\n  ring0_addr: 127.0.0.%d\n  nodeid: %d\n  name: n%d\n  quorum_votes: %d\n }\n", id, id, id, votes)
		s.m.part[id] = 0
	}
	if s.rnd.IntN(5) == 0 {
		cfg.Expected = cfg.sum() + s.rnd.IntN(3) // fewer than exist is a fault, and votequorum then contradicts itself
		set("expected_votes: %d", cfg.Expected)
	}
	if s.n == 2 && !uneven && s.rnd.IntN(2) == 0 {
		cfg.TwoNode = true
		set("two_node: 1")
	}
	if s.rnd.IntN(2) == 0 {
		on := s.rnd.IntN(4) > 0
		cfg.WaitForAll = &on
		set("wait_for_all: %d", map[bool]int{true: 1}[on])
	}
	s.special(cfg, set)
	conf := fmt.Sprintf("totem {\n version: 2\n cluster_name: t\n transport: knet\n}\nnodelist {\n%s}\nquorum {\n provider: corosync_votequorum\n %s\n}\n",
		nodes.String(), strings.Join(q, "\n "))
	return s, conf
}

// special draws the features that exclude each other in part.
func (s *script) special(cfg *Config, set func(string, ...any)) {
	if cfg.TwoNode {
		return
	}
	odd := cfg.configured()%2 == 1 || cfg.sum()%2 == 1 // where votequorum's tie breaker is off, or not safe
	if s.rnd.IntN(2) == 0 && !odd {
		cfg.TieBreaker = &TieBreaker{}
		set("auto_tie_breaker: 1")
		switch s.rnd.IntN(3) {
		case 0:
			cfg.TieBreaker.Highest = true
			set("auto_tie_breaker_node: highest")
		case 1:
			a, b := uint32(1+s.rnd.IntN(s.n)), uint32(1+s.rnd.IntN(s.n))
			cfg.TieBreaker.Nodes = []uint32{a, b}
			set("auto_tie_breaker_node: %d %d", a, b)
		}
	}
	if s.rnd.IntN(3) == 0 && !slices.Contains(slices.Collect(maps.Values(cfg.Votes)), 0) {
		cfg.LastManStanding = true
		set("last_man_standing: 1\n last_man_standing_window: %d", window)
	}
}

// step draws one change, makes it in the model and returns the peer's command.
func (s *script) step() string {
	id := uint32(1 + s.rnd.IntN(s.n))
	part, up := s.m.part[id]
	switch {
	case !up:
		p := s.rnd.IntN(2)
		s.m.part[id] = p
		s.m.memory[id], s.m.late[id] = Memory{}, ""
		return fmt.Sprintf("up %d:%d", p, id)
	case s.rnd.IntN(3) == 0:
		delete(s.m.part, id)
		delete(s.m.memory, id)
		return fmt.Sprintf("down %d", id)
	case s.rnd.IntN(2) == 0:
		from, to := s.rnd.IntN(2), s.rnd.IntN(2)
		if from == to || len(s.m.members(from)) == 0 || len(s.m.members(to)) == 0 {
			return ""
		}
		for _, id := range s.m.members(from) {
			s.m.part[id] = to
		}
		return fmt.Sprintf("join %d %d", to, from)
	default:
		s.m.part[id] = (part + 1) % 2
		return fmt.Sprintf("move %d:%d", s.m.part[id], id)
	}
}

// The peer's own simulator and our arithmetic agree, after each join and loss
// of generated scripts, on who is quorate.
func TestAgainstVotequorum(t *testing.T) {
	if _, err := exec.LookPath("corosync-vqsim"); err != nil {
		t.Skip("corosync-vqsim is not installed: votequorum's own simulator cannot be asked")
	}
	if testing.Short() {
		t.Skip("-short: corosync-vqsim takes a second for each script")
	}
	count := uint64(scripts)
	if n, err := strconv.ParseUint(os.Getenv("VQSIM_SCRIPTS"), 10, 64); err == nil {
		count = n
	}
	if seed, err := strconv.ParseUint(os.Getenv("VQSIM_SEED"), 10, 64); err == nil {
		compare(t, seed)
		return
	}
	for seed := range count {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			compare(t, seed)
		})
	}
}

// compare runs one script. Where corosync-vqsim answers otherwise it is asked
// again from the beginning: its processes race, and what it says then varies.
func compare(t *testing.T, seed uint64) {
	var differs string
	for range 3 {
		if differs = compareOnce(t, seed); differs == "" {
			return
		}
	}
	t.Error(differs)
}

func compareOnce(t *testing.T, seed uint64) string {
	s, conf := newScript(seed)
	p := startPeer(t, conf)
	want := s.m.judge()
	for len(s.log) < 8 {
		if s.m.stricter {
			t.Logf("votequorum's answer is not ours, or varies, after %q", s.log)
			return ""
		}
		got, same := p.expect(want)
		if !same && contradicts(got) {
			t.Logf("votequorum contradicts itself after %q: %v", s.log, got)
			return ""
		}
		if !same {
			return fmt.Sprintf("after %q:\n votequorum: %v\n we:         %v\nmemory %+v\n%s", s.log, got, want, s.m.memory, conf)
		}
		if s.m.cfg.LastManStanding {
			time.Sleep(2 * window * time.Millisecond)
		}
		if line := s.step(); line != "" {
			s.log = append(s.log, line)
			p.say(line)
			want = s.m.judge()
		}
	}
	return ""
}
