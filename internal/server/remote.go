package server

import (
	"encoding/json"
	"errors"
	"net/http"

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
		"booth_set_config":                     {auth.Write, (*Server).boothSetConfig},
		"check_auth":                           {auth.None, func(*Server, call) answer { return answer{json: map[string]bool{"success": true}} }},
		"check_host":                           {auth.Read, (*Server).checkHost},
		"check_sbd":                            {auth.Read, (*Server).checkSBD},
		"cluster_destroy":                      {auth.Full, (*Server).clusterDestroy},
		"cluster_disable":                      {auth.Write, clusterSwitch("disable", "Cluster Disabled")},
		"cluster_enable":                       {auth.Write, clusterSwitch("enable", "Cluster Enabled")},
		"cluster_start":                        {auth.Write, (*Server).clusterStart},
		"cluster_stop":                         {auth.Write, (*Server).clusterStop},
		"config_restore":                       {auth.Full, (*Server).configRestore},
		"get_cluster_known_hosts":              {auth.Full, (*Server).clusterKnownHosts},
		"get_configs":                          {auth.Full, (*Server).getConfigs},
		"get_corosync_conf":                    {auth.Read, (*Server).getCorosyncConf},
		"get_sbd_config":                       {auth.Read, (*Server).getSBDConfig},
		"get_quorum_info":                      {auth.Read, (*Server).quorumInfo},
		"known_hosts_change":                   {auth.Full, (*Server).knownHostsChange},
		"pacemaker_node_status":                {auth.Read, (*Server).nodeStatus},
		"put_file":                             {auth.Full, (*Server).putFile},
		"reload_corosync_conf":                 {auth.Write, (*Server).reloadCorosyncConf},
		"remove_file":                          {auth.Write, (*Server).removeFile},
		"remove_nodes_from_cib":                {auth.Write, (*Server).removeNodesFromCIB},
		"remove_stonith_watchdog_timeout":      {auth.Write, watchdogTimeout("")},
		"set_stonith_watchdog_timeout_to_zero": {auth.Write, watchdogTimeout("0")},
		"sbd_disable":                          {auth.Write, sbdSwitch(false, "SBD disabled")},
		"sbd_enable":                           {auth.Write, sbdSwitch(true, "SBD enabled")},
		"set_configs":                          {auth.Full, (*Server).setConfigs},
		"set_corosync_conf":                    {auth.Full, (*Server).setCorosyncConf},
		"set_sbd_config":                       {auth.Write, (*Server).setSBDConfig},
		"status":                               {auth.Read, (*Server).nodeServices},
	}
}

func (s *Server) remote(w http.ResponseWriter, r *http.Request) {
	user, ok := s.who(r)
	if !ok {
		s.notAuthorized(w)
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

func (s *Server) notAuthorized(w http.ResponseWriter) {
	text(w, http.StatusUnauthorized, `{"notauthorized":"true"}`)
}

// login gives a token to a member of haclient whose password is right, and
// nothing to anybody else: pcsd answers 200 with an empty body.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		text(w, http.StatusBadRequest, "")
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
