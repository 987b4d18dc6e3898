package server

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"gpcs/internal/auth"
	"gpcs/internal/client"
)

// choice is a value that pcsd's web interface offers.
type choice struct {
	Code        string `json:"code"`
	Label       string `json:"label"`
	Description string `json:"description"`
}

func permissionChoices() []choice {
	return []choice{
		{"read", "Read", "Allows to view cluster settings"},
		{"write", "Write", "Allows to modify cluster settings except permissions and ACLs"},
		{"grant", "Grant", "Allows to modify cluster permissions and ACLs"},
		{"full", "Full", "Allows unrestricted access to a cluster except for adding nodes"},
	}
}

func (s *Server) getPermissions(call) answer {
	list, err := auth.Permissions(s.Root)
	if err != nil {
		return failed("Unable to read permissions: " + reasonOf(err))
	}
	return answer{json: map[string]any{
		"user_types":               []choice{{"user", "User", ""}, {"group", "Group", ""}},
		"permission_types":         permissionChoices(),
		"permissions_dependencies": map[string]any{"also_allows": map[string][]string{"write": {"read"}, "full": {"read", "write", "grant"}}},
		"users_permissions":        list,
	}}
}

// setPermissions replaces all permissions. Who may do everything is no one but
// who has that already: a user cannot raise itself by it.
func (s *Server) setPermissions(c call) answer {
	var request struct {
		Permissions map[string]struct {
			Name  string            `json:"name"`
			Type  string            `json:"type"`
			Allow map[string]string `json:"allow"`
		} `json:"permissions"`
	}
	if json.Unmarshal([]byte(c.Form.Get("json_data")), &request) != nil {
		return answer{status: 400, json: map[string]string{"status": "bad_json"}}
	}
	list := []auth.Permission{}
	for _, key := range slices.Sorted(maps.Keys(request.Permissions)) {
		r := request.Permissions[key]
		p := auth.Permission{Type: r.Type, Name: strings.TrimSpace(r.Name), Allow: []string{}}
		for _, kind := range slices.Sorted(maps.Keys(r.Allow)) {
			if r.Allow[kind] == "1" {
				p.Allow = append(p.Allow, kind)
			}
		}
		if fault := faultOf(p, list); fault != "" {
			return failed(fault)
		}
		list = append(list, p)
	}
	if !s.allowed(c.user, auth.Full) && s.changesFull(list) {
		return answer{status: 403, text: "Permission denied\nOnly hacluster and users with Full permission can grant or revoke Full permission."}
	}
	return s.savePermissions(c, list)
}

// faultOf says what is wrong with a permission beside others.
func faultOf(p auth.Permission, others []auth.Permission) string {
	for _, kind := range p.Allow {
		if !slices.ContainsFunc(permissionChoices(), func(c choice) bool { return c.Code == kind }) {
			return "Unknown permission '" + kind + "'"
		}
	}
	switch {
	case p.Name == "":
		return "Missing user name"
	case p.Type != "user" && p.Type != "group":
		return "Unknown user type '" + p.Type + "'"
	case slices.ContainsFunc(others, func(o auth.Permission) bool { return o.Type == p.Type && o.Name == p.Name }):
		return "Duplicate permissions for " + p.Type + " " + p.Name
	}
	return ""
}

// changesFull tells whether others would have full permission than have it now.
func (s *Server) changesFull(list []auth.Permission) bool {
	now, err := auth.Permissions(s.Root)
	return err != nil || !slices.Equal(withFull(now), withFull(list))
}

func withFull(list []auth.Permission) []string {
	var names []string
	for _, p := range list {
		if slices.Contains(p.Allow, string(auth.Full)) {
			names = append(names, p.Type+" "+p.Name)
		}
	}
	slices.Sort(names)
	return names
}

func (s *Server) savePermissions(c call, list []auth.Permission) answer {
	s.files.Lock()
	settings, err := auth.LoadSettings(s.Root)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		settings = settings.WithPermissions(list)
		err = settings.Save(s.Root)
	}
	s.files.Unlock()
	if err != nil {
		return failed("Unable to save permissions: " + reasonOf(err))
	}
	s.Log.Info("permissions changed", "user", c.user.Name, "from", c.RemoteAddr)
	s.spreadSettings(c.Context(), settings)
	return said("Permissions saved")
}

// spreadTime bounds how long other nodes are waited for.
const spreadTime = 10 * time.Second

// spreadSettings gives the other nodes of the cluster the settings. One that is
// away keeps its own until somebody changes them again.
func (s *Server) spreadSettings(ctx context.Context, settings auth.Settings) {
	conf, err := s.corosyncConf()
	if err != nil {
		return // in no cluster
	}
	known, err := auth.LoadKnownHosts(s.Root.KnownHosts())
	data, bad := settings.Bytes()
	if err = errors.Join(err, bad); err != nil {
		s.Log.Error("permissions are not sent to the other nodes", "err", err)
		return
	}
	text := string(data)
	body, _ := json.Marshal(map[string]any{"cluster_name": conf.ClusterName(), "force": false,
		"configs": map[string]configFile{"pcs_settings.conf": {"file", &text}}}) // strings always can be
	calls := client.New(client.Options{Root: s.Root, Timeout: spreadTime})
	defer calls.Close()
	var others []*client.Target
	for _, name := range conf.NodeNames() {
		if h, ok := known.Hosts[name]; ok && name != s.Cluster.State().Node {
			others = append(others, calls.Host(name, h))
		}
	}
	client.Each(ctx, others, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, "set_configs", url.Values{"configs": {string(body)}})
	}, func(t *client.Target, answer string, err error) {
		if err != nil {
			s.Log.Warn("a node did not take the permissions", "node", t.Name, "err", err)
		}
	})
}

// takeSettings takes another node's permissions, if they are newer.
func (s *Server) takeSettings(text string, force bool) string {
	theirs, err := auth.ParseSettings([]byte(text))
	if err != nil {
		return "error"
	}
	ours, err := auth.LoadSettings(s.Root)
	if err == nil && !force && theirs.Version <= ours.Version {
		return "rejected"
	}
	if err := theirs.Save(s.Root); err != nil {
		s.Log.Error("permissions cannot be saved", "err", err)
		return "error"
	}
	return "accepted"
}

// setSyncOptions answers what pcs asks of pcsd's thread that keeps files equal.
// There is none here: files are sent when they change.
func (s *Server) setSyncOptions(c call) answer {
	options := map[string]string{"sync_thread_pause": "paused", "sync_thread_resume": "resumed", "sync_thread_disable": "disabled",
		"sync_thread_enable": "enabled"}
	var said []string
	for name, done := range options {
		if c.Form.Has(name) {
			said = append(said, "sync thread "+done)
		}
	}
	if len(said) != 1 {
		return failed("Exactly one option has to be specified")
	}
	return answer{text: said[0]}
}

// setCerts refuses a common certificate: see "pcsd sync-certificates".
func (s *Server) setCerts(c call) answer {
	cert, key := c.Form.Get("ssl_cert"), c.Form.Get("ssl_key")
	switch {
	case cert == "" && key == "":
		return said("success")
	case key == "":
		return failed("cannot save ssl certificate without ssl key")
	case cert == "":
		return failed("cannot save ssl key without ssl certificate")
	}
	if _, err := tls.X509KeyPair([]byte(cert), []byte(key)); err != nil {
		return failed("Invalid certificate: " + err.Error())
	}
	return failed("each node of this cluster is known by a certificate of its own; nothing was changed")
}

// manageServices would handle pacemaker_remote, which does not run here.
func (s *Server) manageServices(c call) answer {
	var actions map[string]struct{ Type, Service, Command string }
	if fault := c.data(&actions); fault != "" {
		return failed(fault)
	}
	results := map[string]fileResult{}
	for _, key := range slices.Sorted(maps.Keys(actions)) {
		a := actions[key]
		at := "Invalid input data format: action (key: " + key + "): unsupported '"
		switch {
		case a.Type != "service_command":
			return failed(at + "type' ('" + a.Type + `') supported are ["service_command"]`)
		case a.Service != "pacemaker_remote":
			return failed(at + "service' ('" + a.Service + `') supported are ["pacemaker_remote"]`)
		}
		results[key] = fileResult{"fail", "the daemon of this cluster does not run pacemaker_remote"}
	}
	return answer{json: map[string]any{"actions": results}}
}

// legacyReport is a report of API v1's older form.
type legacyReport struct {
	Severity string         `json:"severity"`
	Code     string         `json:"code"`
	Info     map[string]any `json:"info"`
	Force    *string        `json:"forceable"`
	Text     string         `json:"report_text"`
}

// legacyV1 is a command of API v1 under a name of old.
func legacyV1(name string) func(*Server, call) answer {
	return func(s *Server, c call) answer {
		data := c.Form.Get("data_json")
		var params map[string]json.RawMessage
		if !json.Valid([]byte(data)) {
			return answer{json: faultV1("input_error", badJSON)}
		}
		_ = json.Unmarshal([]byte(data), &params) // what is no object has no parameters
		i := slices.IndexFunc(libraryCommands(), func(c libraryCommand) bool { return c.name == name })
		a, good := s.runV1(c.Context(), c.user, libraryCommands()[i], params)
		if !good {
			return answer{status: 403, text: "Permission denied"}
		}
		reports := []legacyReport{}
		for _, r := range a.Reports {
			reports = append(reports, legacyReport{r.Severity.Level, r.Message.Code, r.Message.Payload, r.Severity.ForceCode, r.Message.Message})
		}
		return answer{json: map[string]any{"status": a.Status, "status_msg": a.Message, "report_list": reports, "data": a.Data}}
	}
}
