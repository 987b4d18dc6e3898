package server

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/metrics"
)

// getMetrics answers Prometheus. A cluster that is stopped is no error: the
// metrics say so.
func (s *Server) getMetrics(w http.ResponseWriter, r *http.Request, _ auth.User) error {
	s.writeMetrics(w, r)
	return nil
}

func (s *Server) writeMetrics(w http.ResponseWriter, r *http.Request) {
	facts := metrics.Facts{State: s.Cluster.State(), Now: s.Now(), CertificateEnds: certificateEnds(s.Certificate.Certificate),
		Process: s.process(), Clock: s.Now}
	if doc, err := s.Cluster.Document(r.Context(), true); err == nil {
		facts.Doc = doc
	} else if api.FaultCode(err) == "" && !notRunning(err) {
		s.Log.Warn("the CIB cannot be read for metrics", "err", err)
	}
	facts.DRBD, facts.SplitBrains = s.drbd(r.Context())
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(metrics.Print(metrics.Families(facts))) // a client that went away needs no answer
}

func notRunning(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Code == api.CodeNotRunning
}

// ServeMetrics answers GET /metrics, and nothing else, on a listener without
// TLS and without asking who it is, until ctx is done.
func (s *Server) ServeMetrics(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+api.PathMetrics, s.writeMetrics)
	h := s.httpServer(false)
	h.Handler, h.ReadTimeout, h.WriteTimeout = mux, headerTimeout, headerTimeout
	return s.serve(ctx, h, l)
}

func certificateEnds(chain [][]byte) time.Time {
	if len(chain) == 0 {
		return time.Time{}
	}
	c, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return time.Time{}
	}
	return c.NotAfter
}

// process is what this daemon uses, as far as /proc tells.
func (s *Server) process() metrics.Process {
	p := metrics.Process{StartedSeconds: float64(s.started.UnixMilli()) / 1000}
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) == nil {
		p.CPUSeconds = time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
	}
	if data, err := os.ReadFile("/proc/self/statm"); err == nil {
		if words := strings.Fields(string(data)); len(words) > 1 {
			pages, _ := strconv.ParseFloat(words[1], 64) // what is no number is left out
			p.ResidentBytes = pages * float64(os.Getpagesize())
		}
	}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		p.OpenFiles = float64(len(files))
	}
	return p
}

// drbdPatience bounds how long drbdsetup may take; it asks the kernel only.
const drbdPatience = 2 * time.Second

// drbd asks DRBD for its state, where it is installed.
func (s *Server) drbd(ctx context.Context) (state []byte, splitBrains []string) {
	program := s.Root.Join("/usr/sbin/drbdsetup")
	if _, err := os.Stat(program); err != nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, drbdPatience)
	defer cancel()
	state, err := exec.CommandContext(ctx, program, "status", "--json").Output()
	if err != nil {
		s.Log.Warn("drbdsetup cannot be asked for metrics", "err", err)
		return []byte{}, nil
	}
	files, _ := filepath.Glob(s.Root.Join("/run/drbd/splitbrain/" + metrics.SplitBrainPrefix + "*")) // the pattern is a good one
	for _, f := range files {
		splitBrains = append(splitBrains, filepath.Base(f))
	}
	return state, splitBrains
}
