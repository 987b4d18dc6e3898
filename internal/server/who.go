package server

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/auth"
)

// peerKey finds the kernel's word on who holds the other end of the local socket.
type peerKey struct{}

// withPeer keeps the user id behind a connection on the local socket.
func withPeer(ctx context.Context, c net.Conn) context.Context {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return ctx
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return ctx
	}
	var cred *unix.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err != nil || credErr != nil {
		return ctx
	}
	return context.WithValue(ctx, peerKey{}, cred.Uid)
}

// who tells who sent a request: on the local socket root or a member of
// haclient, else the user of the token. ok is false for everybody else.
func (s *Server) who(r *http.Request) (user auth.User, ok bool) {
	if uid, local := r.Context().Value(peerKey{}).(uint32); local {
		if uid == 0 {
			return lowered(r, auth.User{Name: auth.Superuser, Groups: []string{auth.Group}}), true
		}
		name, groups, err := auth.UserByID(s.Root, uid)
		if err == nil && slices.Contains(groups, auth.Group) {
			return auth.User{Name: name, Groups: groups}, true
		}
	}
	name, ok := s.tokens.User(token(r))
	if !ok {
		return auth.User{}, false
	}
	user, err := auth.LookUp(s.Root, name)
	if err != nil {
		s.Log.Error("the groups of a user cannot be read", "user", name, "err", err)
		return auth.User{}, false
	}
	return lowered(r, user), true
}

// token is the one that a request brings: in pcs's cookie, or as a bearer token
// as monitoring systems send it.
func token(r *http.Request) string {
	if cookie, err := r.Cookie("token"); err == nil {
		return cookie.Value
	}
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return bearer
}

// lowered lets hacluster act as a lesser user, whom the cookies name.
func lowered(r *http.Request, u auth.User) auth.User {
	c, err := r.Cookie("CIB_user")
	if err != nil || !u.Super() || c.Value == "" || c.Value == auth.Superuser {
		return u
	}
	lesser := auth.User{Name: c.Value}
	if g, err := r.Cookie("CIB_user_groups"); err == nil {
		if words, err := base64.StdEncoding.DecodeString(g.Value); err == nil {
			lesser.Groups = strings.Fields(string(words))
		}
	}
	return lesser
}

// allowed tells whether a user may, and logs what stands in the way.
func (s *Server) allowed(u auth.User, need auth.Level) bool {
	ok, err := auth.Allowed(s.Root, u, need)
	if err != nil {
		s.Log.Error("the permissions cannot be read", "err", err)
	}
	return ok && err == nil
}

// guard sets pcsd's headers, bounds the body and logs the request: never its
// query, body or cookies, which hold secrets.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.Now()
		h := w.Header()
		h.Set("Strict-Transport-Security", "max-age=63072000")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		h.Set("Content-Security-Policy", "frame-ancestors 'self'; default-src 'self'")
		h.Set("X-Xss-Protection", "1; mode=block")
		h.Set("Cache-Control", "no-store, no-cache")
		h.Set("Pragma", "no-cache")
		h.Set("Referrer-Policy", "no-referrer")
		r.Body = http.MaxBytesReader(w, deadlined(w, r.Body), maxBody(r.URL.Path))
		seen := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		s.Log.Debug("request", "method", r.Method, "path", r.URL.Path, "from", r.RemoteAddr,
			"status", seen.status, "took", s.Now().Sub(start).Round(time.Millisecond))
	})
}

// deadlined bounds the time in which a body must arrive. The bound ends with
// the body: carrying the request out may take longer.
func deadlined(w http.ResponseWriter, body io.ReadCloser) io.ReadCloser {
	if body == nil || body == http.NoBody {
		return body
	}
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Now().Add(bodyTimeout)) // tests have no connection
	return &boundedBody{ReadCloser: body, controller: c}
}

type boundedBody struct {
	io.ReadCloser
	controller *http.ResponseController
}

// Read lifts the bound once the body has ended.
func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.controller.SetReadDeadline(time.Time{})
	}
	return n, err
}

// statusWriter remembers the status that was sent.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
