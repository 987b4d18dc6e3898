package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"gpcs/internal/auth"
)

// runnable are the commands that pcs hands to its daemon where the user is not
// root, with what the user needs; "..." stands for any further words. What
// asks other nodes needs nothing here: they judge for themselves.
var runnable = []struct {
	words string
	need  auth.Level
}{
	{"cluster auth ...", auth.None}, {"cluster corosync", auth.Read}, {"cluster corosync ...", auth.None}, {"cluster destroy ...", auth.Full},
	{"cluster disable", auth.Write}, {"cluster disable ...", auth.None}, {"cluster enable", auth.Write}, {"cluster enable ...", auth.None},
	{"cluster node ...", auth.Full}, {"cluster pcsd-status ...", auth.None}, {"cluster start", auth.Write}, {"cluster start ...", auth.None},
	{"cluster stop", auth.Write}, {"cluster stop ...", auth.None}, {"cluster sync ...", auth.Full}, {"config restore ...", auth.Full},
	{"host auth ...", auth.None}, {"host deauth ...", auth.None}, {"pcsd deauth ...", auth.None}, {"pcsd status ...", auth.None},
	{"pcsd sync-certificates ...", auth.Full}, {"quorum device status ...", auth.Read}, {"quorum status ...", auth.Read}, {"status", auth.Read},
	{"status corosync ...", auth.Read}, {"status pcsd ...", auth.None}, {"status quorum ...", auth.Read}, {"status status ...", auth.Read},
}

// The options that may come with them. Those that name files, which root would
// read or write, and --debug, which shows tokens, may not.
var (
	plainOptions = []string{"--all", "--brief", "--enable", "--force", "--full", "--hide-inactive", "--no-watchdog-validation", "--skip-offline",
		"--start", "--wait", "--yes"}
	valueOptions = []string{"-u", "-p", "--name", "--request-timeout", "--wait"}
)

// safeOptions leaves out what may not come with a command. A value may stand
// behind its option, or be a word of its own.
func safeOptions(options []string) []string {
	var kept []string
	for i := 0; i < len(options); i++ {
		name, _, hasValue := strings.Cut(options[i], "=")
		switch {
		case hasValue && slices.Contains(valueOptions, name), slices.Contains(plainOptions, options[i]):
			kept = append(kept, options[i])
		case slices.Contains(valueOptions, options[i]) && i+1 < len(options):
			kept = append(kept, options[i], options[i+1])
			i++
		}
	}
	return kept
}

func mayRun(command []string) (need auth.Level, ok bool) {
	for _, r := range runnable {
		words := strings.Fields(r.words)
		if n := len(words) - 1; words[n] == "..." {
			if len(command) >= n && slices.Equal(command[:n], words[:n]) {
				return r.need, true
			}
			continue
		}
		if slices.Equal(command, words) {
			return r.need, true
		}
	}
	return "", false
}

// runPCS runs the command line for a user who is not root.
func (s *Server) runPCS(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		s.notFound(w, r)
		return
	}
	user, ok := s.who(r)
	if !ok {
		s.notAuthorized(w)
		return
	}
	status, data := "error", map[string]any{}
	var command, options []string
	if r.ParseForm() == nil && json.Unmarshal([]byte(orList(r.Form.Get("command"))), &command) == nil &&
		json.Unmarshal([]byte(orList(r.Form.Get("options"))), &options) == nil {
		status, data = s.runAllowed(r, user, command, options)
	}
	jsonText(w, http.StatusOK, false, map[string]any{"status": status, "data": data})
}

func orList(text string) string {
	if text == "" {
		return "[]"
	}
	return text
}

func (s *Server) runAllowed(r *http.Request, user auth.User, command, options []string) (status string, data map[string]any) {
	need, ok := mayRun(command)
	switch {
	case !ok:
		return "bad_command", map[string]any{}
	case !s.allowed(user, need):
		return "access_denied", map[string]any{}
	}
	options = safeOptions(options)
	s.Log.Info("command line", "command", strings.Join(command[:min(2, len(command))], " "), "user", user.Name, "from", r.RemoteAddr)
	out, err := s.Program(r.Context(), Invocation{User: user, Args: slices.Concat(options, []string{"--"}, command), Stdin: r.Form.Get("stdin")})
	if err != nil {
		s.Log.Error("the command line cannot be run", "err", err)
		return "error", map[string]any{}
	}
	return "ok", map[string]any{"stdout": out.Stdout, "stderr": out.Stderr, "code": out.Code}
}
