package agents

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gpcs/internal/agentmeta"
)

// lsbMetadata makes metadata of an init script's INIT INFO comment (LSB 3.1,
// 20.2). Scripts take no parameters.
func (f Finder) lsbMetadata(name agentmeta.Name) (agentmeta.Agent, error) {
	path := filepath.Join(f.Root.Join(lsbDir), name.Type)
	text, err := os.ReadFile(path)
	if err != nil || strings.ContainsRune(name.Type, '/') {
		return agentmeta.Agent{}, fmt.Errorf("%w: %s", ErrNotInstalled, name)
	}
	a := agentmeta.Agent{Name: name, OCFVersion: "1.0"}
	a.ShortDesc, a.LongDesc = initInfo(text)
	for _, act := range []string{"start", "stop", "status", "restart", "force-reload"} {
		a.Actions = append(a.Actions, agentmeta.Action{Name: act, Timeout: "15"})
	}
	a.Actions = append([]agentmeta.Action{{Name: "meta-data", Timeout: "5"}}, a.Actions...)
	a.Actions = append(a.Actions, agentmeta.Action{Name: "monitor", Timeout: "15", Interval: "15"})
	return a, nil
}

// initInfo reads the short and the long description of an init script; the
// long one goes on over lines that start with two blanks or a tab.
func initInfo(text []byte) (short, long string) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	inside, inLong := false, false
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "### BEGIN INIT INFO"):
			inside = true
		case !inside:
		case strings.HasPrefix(line, "### END INIT INFO") || !strings.HasPrefix(line, "#"):
			return short, long
		case strings.HasPrefix(line, "# Short-Description:"):
			short, inLong = strings.TrimSpace(strings.TrimPrefix(line, "# Short-Description:")), false
		case strings.HasPrefix(line, "# Description:"):
			long, inLong = strings.TrimSpace(strings.TrimPrefix(line, "# Description:")), true
		case inLong && (strings.HasPrefix(line, "#  ") || strings.HasPrefix(line, "#\t")):
			long += "\n" + strings.TrimSpace(line[1:])
		default:
			inLong = false
		}
	}
	return short, long
}

// unitMetadata makes metadata of a systemd unit. Times are Pacemaker's: units
// have limits of their own.
func (f Finder) unitMetadata(name agentmeta.Name) (agentmeta.Agent, error) {
	text, err := f.unitFile(name.Type)
	if err != nil {
		return agentmeta.Agent{}, fmt.Errorf("%w: %s", ErrNotInstalled, name)
	}
	a := agentmeta.Agent{Name: name, OCFVersion: "1.1", ShortDesc: "systemd unit file for " + name.Type}
	for _, line := range strings.Split(string(text), "\n") {
		if d, ok := strings.CutPrefix(line, "Description="); ok {
			a.LongDesc = strings.TrimSpace(d)
			break
		}
	}
	for _, act := range []string{"start", "stop", "status"} {
		a.Actions = append(a.Actions, agentmeta.Action{Name: act, Timeout: "100s"})
	}
	a.Actions = append(a.Actions, agentmeta.Action{Name: "monitor", Timeout: "100s", Interval: "60s"},
		agentmeta.Action{Name: "meta-data", Timeout: "5s"})
	return a, nil
}

// unitFile reads the file of a service; an instance has that of its template.
func (f Finder) unitFile(unit string) ([]byte, error) {
	file := unit
	if at := strings.IndexByte(unit, '@'); at >= 0 {
		file = unit[:at+1]
	}
	var err error
	for _, dir := range f.Root.UnitDirs() {
		for _, n := range []string{unit, file} {
			var text []byte
			if text, err = os.ReadFile(filepath.Join(dir, filepath.Base(n)+".service")); err == nil {
				return text, nil
			}
		}
	}
	return nil, err
}
