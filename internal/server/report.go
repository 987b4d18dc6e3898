package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/collect"
	"gpcs/internal/status"
)

// getReport answers with this node's part of a report.
func (s *Server) getReport(w http.ResponseWriter, r *http.Request, _ auth.User) error {
	var bounds [2]time.Time
	for i, name := range []string{"from", "to"} {
		seconds, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
		if err != nil {
			return &api.Error{Code: api.CodeInvalid, Message: name + " must be a number of seconds since 1970"}
		}
		bounds[i] = time.Unix(seconds, 0)
	}
	o := collect.Options{Root: s.Root, From: bounds[0], To: bounds[1], More: map[string][]byte{}}
	state := s.Cluster.State()
	if text, err := json.MarshalIndent(state, "", "  "); err == nil {
		o.More["state.json"] = append(text, '\n')
	}
	o.More["versions.txt"] = []byte("gpcsd " + state.Daemon + "\n")
	if doc, err := s.Cluster.Document(r.Context(), true); err == nil {
		o.Doc = doc
		if view, err := status.New(doc, s.Now()); err == nil {
			o.More["status.txt"] = []byte(view.Text(status.Show{Sections: status.All, Inactive: true, Detail: true}))
		}
	}
	files := collect.Node(r.Context(), o)
	if len(files.Lacks) > 0 {
		files.Text[collect.LacksFile] = []byte(strings.Join(files.Lacks, "\n") + "\n")
	}
	data, err := collect.Pack("", files.Text, s.Now())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-tar")
	_, _ = w.Write(data) // a client that went away needs no answer
	return nil
}
