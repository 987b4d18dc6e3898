// Package completion tries the completion scripts in the shells themselves.
package completion

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gpcs/test/filetest"
)

const document = `<cib validate-with="pacemaker-3.8"><configuration><crm_config/><nodes><node id="1" uname="alpha"/></nodes><resources>
<primitive id="web" class="ocf" provider="heartbeat" type="nginx"/><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/>
</resources><constraints/></configuration></cib>`

// lines are what is typed before the tab, and what the shell offers.
var lines = []struct {
	typed string
	want  []string
}{
	{"gpcs resour", []string{"resource"}},
	{"gpcs node st", []string{"standby"}},
	{"gpcs -f cib.xml resource delete w", []string{"web"}},
	{"gpcs -f cib.xml resource delete ", []string{"vip", "web"}},
	{"gpcs -f cib.xml node standby ", []string{"alpha"}},
	{"gpcs -f cib.xml resource create new ocf:test:Du", []string{"ocf:test:Dummy"}},
}

// TestShells types each line into bash, zsh and fish and presses tab.
func TestShells(t *testing.T) {
	scripts, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin+"/gpcs", "gpcs/cmd/gpcs").CombinedOutput(); err != nil {
		t.Fatalf("cannot build gpcs: %v\n%s", err, out)
	}
	for shell, offers := range map[string]func(*shellTest, string) []string{"bash": bashOffers, "zsh": zshOffers, "fish": fishOffers} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("NOT RUN: %s is not installed", shell)
			}
			s := &shellTest{t, t.TempDir(), bin, scripts}
			s.prepare()
			for _, l := range lines {
				if got := offers(s, l.typed); !slices.Equal(got, l.want) {
					t.Errorf("%q: %q, want %q", l.typed, got, l.want)
				}
			}
		})
	}
}

type shellTest struct {
	*testing.T
	dir, bin, scripts string
}

// prepare lays out a document and a machine with one agent.
func (s *shellTest) prepare() {
	agent := filepath.Join(s.dir, "usr/lib/ocf/resource.d/test/Dummy")
	filetest.Write(s, agent, "#!/bin/sh\nexit 3\n", 0o755)
	if err := os.WriteFile(filepath.Join(s.dir, "cib.xml"), []byte(document), 0o644); err != nil {
		s.Fatal(err)
	}
}

// run runs a script of a shell, with the line that was typed as its argument,
// and returns the lines it printed, sorted.
func (s *shellTest) run(argv []string, script, typed string) []string {
	s.Helper()
	cmd := exec.Command(argv[0], append(argv[1:], script, typed)...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PATH="+s.bin+":"+os.Getenv("PATH"), "GPCS_ROOT="+s.dir, "SCRIPTS="+s.scripts, "TYPED="+typed,
		"HOME="+s.dir, "XDG_CONFIG_HOME="+s.dir, "TERM=dumb", "LC_ALL=C.UTF-8")
	out, err := cmd.Output()
	if err != nil {
		s.Logf("%q: %v", typed, err)
	}
	var offered []string
	for _, l := range strings.Split(string(out), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			offered = append(offered, l)
		}
	}
	slices.Sort(offered)
	return slices.Compact(offered)
}

// bashOffers calls what bash calls at a tab. What was typed up to the last
// word break stays, so it is put before what is offered.
func bashOffers(s *shellTest, typed string) []string {
	return s.run([]string{"bash", "--norc", "-c"}, `
		source "$SCRIPTS/pcs.bash"
		complete -p gpcs >/dev/null || exit
		COMP_LINE=$TYPED COMP_POINT=${#TYPED}
		_gpcs 2>/dev/null
		word=${TYPED##* }
		kept=${word%"${word##*[:=]}"}
		for name in "${COMPREPLY[@]}"; do echo "$kept$name"; done`, typed)
}

// zshOffers asks a shell of its own in which compadd notes what it is given.
func zshOffers(s *shellTest, typed string) []string {
	return s.run([]string{"zsh", "-f", "-c"}, `
		zmodload zsh/zpty
		zpty shell zsh -f -i
		zpty -w shell 'fpath=($SCRIPTS $fpath); autoload -U compinit; compinit -u -D; PS1=; unsetopt zle_bracketed_paste beep'
		zpty -w shell 'compadd() { local -a found; builtin compadd -O found "$@"; print -l -- $found >$HOME/offered; builtin compadd "$@" }'
		zpty -w shell 'print ready >$HOME/ready'
		for i in {1..100}; do [[ -e ready ]] && break; sleep 0.1; done
		rm -f ready offered
		zpty -w -n shell "$TYPED"$'\t'
		for i in {1..100}; do [[ -e offered ]] && break; sleep 0.1; done
		sleep 0.1
		cat offered
		zpty -d shell`, typed)
}

// fishOffers uses fish's own command for that.
func fishOffers(s *shellTest, typed string) []string {
	return s.run([]string{"fish", "--no-config", "-c"}, `
		source $SCRIPTS/gpcs.fish
		complete -C $TYPED | string replace -r '\t.*' ''; true`, typed)
}
