package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"gpcs/internal/auth"
)

// call is one request of a /remote command.
type call struct {
	*http.Request
	user auth.User
}

// answer is what a /remote command says: a text, or a value as JSON.
type answer struct {
	status int // 0 = 200
	text   string
	json   any
}

// data reads the parameter data_json; it returns what is wrong, in pcsd's words.
func (c call) data(into any) string {
	switch {
	case !c.Form.Has("data_json"):
		return "Missing required parameter 'data_json'"
	case json.Unmarshal([]byte(c.Form.Get("data_json")), into) != nil:
		return "Invalid input data format"
	}
	return ""
}

func said(text string) answer   { return answer{text: text} }
func failed(text string) answer { return answer{status: http.StatusBadRequest, text: text} }

// remoteCommand is one of pcsd's endpoints: who may and what it does.
type remoteCommand struct {
	need auth.Level
	run  func(*Server, call) answer
}

// remoteCommands are pcsd's endpoints that we serve, with the permission that
// pcsd asks for. All take GET and POST, as pcsd does.
func remoteCommands() map[string]remoteCommand {
	return map[string]remoteCommand{
		"booth_get_config":                     {auth.Read, (*Server).boothGetConfig},
		"booth_save_files":                     {auth.Write, (*Server).boothSaveFiles},
		"booth_set_config":                     {auth.Write, (*Server).boothSetConfig},
		"capabilities":                         {auth.None, (*Server).capabilities},
		"check_auth":                           {auth.None, func(*Server, call) answer { return answer{json: map[string]bool{"success": true}} }},
		"check_host":                           {auth.Read, (*Server).checkHost},
		"check_sbd":                            {auth.Read, (*Server).checkSBD},
		"cluster_add_nodes":                    {auth.Full, legacyV1("cluster.add_nodes")},
		"cluster_destroy":                      {auth.Full, (*Server).clusterDestroy},
		"cluster_disable":                      {auth.Write, clusterSwitch("disable", "Cluster Disabled")},
		"cluster_enable":                       {auth.Write, clusterSwitch("enable", "Cluster Enabled")},
		"cluster_start":                        {auth.Write, (*Server).clusterStart},
		"cluster_status_plaintext":             {auth.Read, legacyV1("status.full_cluster_status_plaintext")},
		"cluster_stop":                         {auth.Write, (*Server).clusterStop},
		"config_restore":                       {auth.Full, (*Server).configRestore},
		"get_cluster_known_hosts":              {auth.Full, (*Server).clusterKnownHosts},
		"get_configs":                          {auth.Full, (*Server).getConfigs},
		"get_corosync_conf":                    {auth.Read, (*Server).getCorosyncConf},
		"get_sbd_config":                       {auth.Read, (*Server).getSBDConfig},
		"get_quorum_info":                      {auth.Read, (*Server).quorumInfo},
		"get_permissions":                      {auth.Grant, (*Server).getPermissions},
		"known_hosts_change":                   {auth.Full, (*Server).knownHostsChange},
		"manage_services":                      {auth.Write, (*Server).manageServices},
		"pacemaker_node_status":                {auth.Read, (*Server).nodeStatus},
		"put_file":                             {auth.Full, (*Server).putFile},
		"reload_corosync_conf":                 {auth.Write, (*Server).reloadCorosyncConf},
		"remove_file":                          {auth.Write, (*Server).removeFile},
		"remove_nodes_from_cib":                {auth.Write, (*Server).removeNodesFromCIB},
		"remove_stonith_watchdog_timeout":      {auth.Write, watchdogTimeout("")},
		"set_stonith_watchdog_timeout_to_zero": {auth.Write, watchdogTimeout("0")},
		"sbd_disable":                          {auth.Write, sbdSwitch(false, "SBD disabled")},
		"sbd_enable":                           {auth.Write, sbdSwitch(true, "SBD enabled")},
		"set_certs":                            {auth.Full, (*Server).setCerts},
		"set_configs":                          {auth.Full, (*Server).setConfigs},
		"set_corosync_conf":                    {auth.Full, (*Server).setCorosyncConf},
		"set_permissions":                      {auth.Grant, (*Server).setPermissions},
		"set_sbd_config":                       {auth.Write, (*Server).setSBDConfig},
		"set_sync_options":                     {auth.Full, (*Server).setSyncOptions},
		"status":                               {auth.Read, (*Server).nodeServices},
	}
}

func (s *Server) remote(w http.ResponseWriter, r *http.Request) {
	user, ok := s.who(r)
	if !ok {
		s.notAuthorized(w)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		page(w, http.StatusMethodNotAllowed)
		return
	}
	name := chi.URLParam(r, "command")
	command, known := remoteCommands()[name]
	if !known {
		text(w, http.StatusNotFound, "Unknown Request")
		return
	}
	if !s.allowed(user, command.need) {
		text(w, http.StatusForbidden, "Permission denied")
		return
	}
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		text(w, status, "the request cannot be read: "+err.Error())
		return
	}
	a := command.run(s, call{r, user})
	if a.status >= 400 {
		s.Log.Warn("remote command failed", "command", name, "user", user.Name, "from", r.RemoteAddr, "err", a.text)
	}
	s.send(w, a)
}

func (s *Server) send(w http.ResponseWriter, a answer) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.json != nil {
		data, err := json.Marshal(a.json)
		if err != nil {
			s.Log.Error("an answer cannot be written", "err", err)
			a.status = http.StatusInternalServerError
		}
		a.text = string(data)
	}
	text(w, a.status, a.text)
}

// text answers as pcsd does: whatever it is, it is called HTML.
func text(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // a client that went away needs no answer
}

// page answers with a status alone, as the HTTP server below pcsd does.
func page(w http.ResponseWriter, status int) {
	line := strconv.Itoa(status) + ": " + http.StatusText(status)
	text(w, status, "<html><title>"+line+"</title><body>"+line+"</body></html>")
}

// notFound says so to who is known; others learn nothing of what is there.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.who(r); !ok {
		s.notAuthorized(w)
		return
	}
	text(w, http.StatusNotFound, "Unknown Request")
}

func (s *Server) notAuthorized(w http.ResponseWriter) {
	text(w, http.StatusUnauthorized, `{"notauthorized":"true"}`)
}

// login gives a token to a member of haclient whose password is right, and
// nothing to anybody else: pcsd answers 200 with an empty body.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if r.Method != http.MethodPost || r.ParseForm() != nil || !r.PostForm.Has("username") || !r.PostForm.Has("password") {
		page(w, http.StatusBadRequest)
		return
	}
	user := r.PostForm.Get("username")
	if err := s.Passwords.Check(r.Context(), user, r.PostForm.Get("password"), r.RemoteAddr); err != nil {
		s.Log.Warn("authentication failed", "user", user, "from", r.RemoteAddr, "err", err)
		text(w, http.StatusOK, "")
		return
	}
	token, err := s.tokens.Create(user, s.Now())
	if err != nil {
		s.Log.Error("a token cannot be saved", "err", err)
		text(w, http.StatusInternalServerError, "the token cannot be saved on this node: see the log of gpcsd")
		return
	}
	s.Log.Info("authenticated", "user", user, "from", r.RemoteAddr)
	text(w, http.StatusOK, token)
}
