package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
)

// Bounds of request bodies in bytes. A CIB change carries XML inside JSON,
// where quotes take two bytes.
const (
	bodyLimit   = 4 << 20
	changeLimit = 2 * cib.MaxSize
)

func maxBody(path string) int64 {
	if path == api.PathChange {
		return changeLimit
	}
	return bodyLimit
}

// own wraps a handler of our API: permission first, errors as JSON.
func (s *Server) own(need auth.Level, h func(http.ResponseWriter, *http.Request, auth.User) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, ok := s.who(r)
		if !ok {
			s.notAuthorized(w)
			return
		}
		err := error(&api.Error{Code: api.CodeDenied, Message: "user " + user.Name + " has no permission for this"})
		if s.allowed(user, need) {
			err = h(w, r, user)
		}
		if err != nil {
			s.answerError(w, r, err)
		}
	}
}

func (s *Server) answerError(w http.ResponseWriter, r *http.Request, err error) {
	var e *api.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &e):
	case api.FaultCode(err) != "":
		e = &api.Error{Code: api.FaultCode(err), Message: err.Error()}
	case errors.As(err, &tooLarge):
		e = &api.Error{Code: api.CodeInvalid, Message: err.Error()}
	case errors.Is(err, context.DeadlineExceeded):
		e = &api.Error{Code: api.CodeTimeout, Message: "not done in the time given"}
	default:
		e = &api.Error{Code: api.CodeInternal, Message: err.Error()}
		s.Log.Error("request failed", "path", r.URL.Path, "err", err)
	}
	answerJSON(w, statusOf(e.Code), e)
}

func statusOf(code string) int {
	switch code {
	case api.CodeConflict, api.CodeExists, api.CodeOlder:
		return http.StatusConflict
	case api.CodeNotFound:
		return http.StatusNotFound
	case api.CodeNoQuorum, api.CodeNotRunning:
		return http.StatusServiceUnavailable
	case api.CodeInvalid:
		return http.StatusBadRequest
	case api.CodeDenied:
		return http.StatusForbidden
	case api.CodeTimeout:
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data) // a client that went away needs no answer
}

func decode(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	if err := d.Decode(v); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return &api.Error{Code: api.CodeInvalid, Message: "the request is not the JSON that is expected: " + err.Error()}
	}
	return nil
}

func (s *Server) getCIB(w http.ResponseWriter, r *http.Request, user auth.User) error {
	doc, err := s.Cluster.Document(r.Context(), r.URL.Query().Get("local") == "1")
	if err != nil {
		return err
	}
	if doc, err = doc.Readable(caller(user)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = w.Write(doc.Bytes())
	return nil
}

// caller is a user as the document's access control lists see one.
func caller(u auth.User) cib.Caller { return cib.Caller{User: u.Name, Groups: u.Groups} }

func (s *Server) changeCIB(w http.ResponseWriter, r *http.Request, user auth.User) error {
	var request cib.Request
	if err := decode(r, &request); err != nil {
		return err
	}
	if request.User == "" || !user.Super() {
		request.User = user.Name
	}
	// Root and hacluster may act as somebody else (cibadmin --user).
	if !user.Super() {
		as := caller(user)
		request.As = &as
	}
	if request.Origin == "" {
		request.Origin = s.Cluster.State().Node
	}
	version, err := s.Cluster.Submit(r.Context(), request)
	if err != nil {
		return err
	}
	s.Log.Info("CIB changed", "user", request.User, "client", request.Client, "version", version.String())
	answerJSON(w, http.StatusOK, api.ChangeResult{Version: version.String()})
	return nil
}

func (s *Server) getState(w http.ResponseWriter, _ *http.Request, _ auth.User) error {
	answerJSON(w, http.StatusOK, s.Cluster.State())
	return nil
}

func (s *Server) clusterCommand(w http.ResponseWriter, r *http.Request, user auth.User) error {
	var c api.ClusterCommand
	if err := decode(r, &c); err != nil {
		return err
	}
	if c.Do == "destroy" && !s.allowed(user, auth.Full) {
		return &api.Error{Code: api.CodeDenied, Message: "user " + user.Name + " has no permission to destroy the cluster"}
	}
	s.Log.Info("cluster command", "do", c.Do, "component", c.Component, "user", user.Name, "from", r.RemoteAddr)
	if err := s.Cluster.Do(r.Context(), c); err != nil {
		return err
	}
	answerJSON(w, http.StatusOK, struct{}{})
	return nil
}

func (s *Server) refresh(w http.ResponseWriter, r *http.Request, _ auth.User) error {
	var request api.RefreshRequest
	if err := decode(r, &request); err != nil {
		return err
	}
	if err := s.Cluster.Refresh(r.Context(), request); err != nil {
		return err
	}
	answerJSON(w, http.StatusOK, struct{}{})
	return nil
}

func (s *Server) fence(w http.ResponseWriter, r *http.Request, user auth.User) error {
	var request api.FenceRequest
	if err := decode(r, &request); err != nil {
		return err
	}
	switch request.Do {
	case api.FenceReboot, api.FenceOff, api.FenceConfirm, api.FenceForget:
	default:
		return &api.Error{Code: api.CodeInvalid, Message: "unknown fencing command " + strconv.Quote(request.Do)}
	}
	request.User = user.Name
	if err := s.Cluster.Fence(r.Context(), request); err != nil {
		return err
	}
	answerJSON(w, http.StatusOK, struct{}{})
	return nil
}

// longestIdle bounds how long one request may wait for the cluster.
const longestIdle = 24 * time.Hour

func (s *Server) idle(w http.ResponseWriter, r *http.Request, _ auth.User) error {
	limit := longestIdle
	if v := r.URL.Query().Get("timeout"); v != "" {
		seconds, err := strconv.Atoi(v)
		if err != nil || seconds < 0 {
			return &api.Error{Code: api.CodeInvalid, Message: "timeout must be a number of seconds"}
		}
		limit = min(limit, time.Duration(seconds)*time.Second)
	}
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	err := s.Cluster.Idle(ctx)
	if err != nil && ctx.Err() == nil {
		return err
	}
	answerJSON(w, http.StatusOK, api.Idle{Idle: err == nil})
	return nil
}
