package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/paths"
)

// FuzzCommandLine runs jumbled words on a file under an empty root: whatever
// they are, the program ends with a status of its own.
func FuzzCommandLine(f *testing.F) {
	for _, line := range []string{
		"resource create a ocf:heartbeat:Dummy op monitor interval=1s --force", "resource config --output-format=cmd",
		"constraint location a prefers b=5", "constraint order set a b set c sequential=false setoptions kind=Optional",
		"constraint colocation add a with promoted b INFINITY", "constraint location a rule #uname eq x and date gt 2020-01-01",
		"property set stonith-enabled=false --force", "resource group add g a b --before c", "stonith level add 1 n1 f",
		"acl role create r read xpath /cib", "alert create path=/x id=a options b=c meta d=e", "tag create t a b",
		"resource bundle create b container docker image=i network control-port=1 port-map port=80 storage-map source-dir=/a target-dir=/b",
		"resource defaults set create id=x meta a=b rule resource ::Dummy", "node attribute n a=b", "resource relocate dry-run",
		"cluster verify --full", "status --full", "resource move a n lifetime=PT1H", "stonith create f fence_x ip=1 --force",
		"resource utilization a cpu=1", "config checkpoint diff 1 live", "quorum update wait_for_all=1", "-h resource", "plan -- node standby n",
	} {
		f.Add(strings.ReplaceAll(line, " ", "\n"))
	}
	const doc = `<cib validate-with="pacemaker-3.7" epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/><nodes>` +
		`<node id="1" uname="n"/></nodes><resources><primitive id="a" class="ocf" provider="heartbeat" type="Dummy"/>` +
		`<group id="g"><primitive id="b" class="ocf" provider="heartbeat" type="Dummy"/></group></resources><constraints/></configuration><status/></cib>`
	dir := f.TempDir()
	f.Chdir(dir)
	f.Fuzz(func(t *testing.T, text string) {
		words := strings.Split(text, "\n")
		for i, w := range words {
			// Files of the machine are nobody's toy.
			words[i] = filepath.Base(strings.ReplaceAll(w, "..", "."))
			if len(words) > 60 || words[i] == "sandbox" || strings.HasPrefix(w, "-f") {
				t.Skip()
			}
		}
		file := filepath.Join(dir, "cib.xml")
		if err := os.WriteFile(file, []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		env := Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Root: paths.Root(filepath.Join(dir, "root"))}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if status := Main(ctx, env, append([]string{"-f", file}, words...)); status < 0 || status > 255 {
			t.Errorf("%q ends with %d", words, status)
		}
	})
}

// FuzzToolWords does the same with the words of the helper programs.
func FuzzToolWords(f *testing.F) {
	for _, line := range []string{
		"crm_resource -r a --meta -p b -v c", "cibadmin -Q --xpath //node", "crm_attribute -n a -N n -G", "iso8601 -d 2020-W01-1 -D P1M",
		"crm_mon -1 --output-as=xml", "crm_rule -c -r x", "crm_ticket -t a -g --force", "crm_verify -L -V", "crm_diff -O <cib/> -N <cib/>",
		"crm_error -X 1", "crm_standby -N n -v on", "crm_failcount -r a -G -N n", "crmadmin -N", "stonith_admin -L", "crm_shadow -w",
		"corosync-cmapctl totem", "crm_simulate -S", "crm_node -l", "attrd_updater -n a -Q",
	} {
		f.Add(strings.ReplaceAll(line, " ", "\n"))
	}
	dir := f.TempDir()
	f.Chdir(dir)
	f.Setenv("CIB_file", filepath.Join(dir, "cib.xml"))
	f.Setenv("CIB_shadow_dir", dir)
	f.Fuzz(func(t *testing.T, text string) {
		words := strings.Split(text, "\n")
		for i := range words[1:] {
			words[i+1] = strings.ReplaceAll(words[i+1], "/", "")
		}
		env := Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Root: paths.Root(filepath.Join(dir, "root"))}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if status, _ := RunTool(ctx, env, words[0], words[1:]); status < 0 || status > 255 {
			t.Errorf("%q ends with %d", words, status)
		}
	})
}
