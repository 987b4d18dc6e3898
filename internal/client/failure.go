package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// Layer is where the way to a daemon ended.
type Layer int

// The layers, from the bottom up.
const (
	LayerName       Layer = iota // the host name has no address
	LayerRoute                   // no way to the address
	LayerPort                    // the port is closed
	LayerTimeout                 // no answer in time
	LayerTLS                     // no TLS on that port
	LayerPin                     // another certificate than at `host auth`
	LayerToken                   // the token is not accepted
	LayerPermission              // the user may not do this
	LayerRequest                 // the daemon refused or failed
)

// Failure is a request that did not succeed.
type Failure struct {
	Node   string
	Layer  Layer
	Reason string // one line: what failed and what to type
	Status int    // of HTTP, 0 without an answer
	Body   string // the daemon's own words, for LayerRequest
	Code   string // of our API, "" else
	Err    error

	sent bool // the connection stood
}

// Error words the failure as pcs's library commands do.
func (f *Failure) Error() string {
	switch f.Layer {
	case LayerToken:
		return fmt.Sprintf("Unable to authenticate to %s (HTTP error: 401), try running 'pcs host auth %s'", f.Node, f.Node)
	case LayerPermission:
		return fmt.Sprintf("%s: Permission denied (HTTP error: 403)", f.Node)
	case LayerTimeout:
		return fmt.Sprintf("%s: Connection timeout (%s)", f.Node, f.Reason)
	case LayerRequest:
		return fmt.Sprintf("%s: %s", f.Node, f.Reason)
	}
	return fmt.Sprintf("Unable to connect to %s (%s)", f.Node, f.Reason)
}

// Legacy words the failure as pcs's older commands do (cluster start, stop,
// enable, sync ...), which name the node in front.
func (f *Failure) Legacy() string {
	switch f.Layer {
	case LayerToken:
		return fmt.Sprintf("Unable to authenticate to %s - (HTTP error: 401), try running 'pcs host auth %s'", f.Node, f.Node)
	case LayerPermission:
		return fmt.Sprintf("%s: Permission denied - (HTTP error: 403)", f.Node)
	case LayerRequest:
		if f.Reason == "" {
			return fmt.Sprintf("Error connecting to %s - (HTTP error: %d)", f.Node, f.Status)
		}
		return fmt.Sprintf("Error connecting to %s - (HTTP error: %d): %s", f.Node, f.Status, f.Reason)
	}
	return fmt.Sprintf("Unable to connect to %s, check if pcsd is running there or try setting higher timeout with "+
		"--request-timeout option (%s)", f.Node, f.Reason)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// errPin is returned by the TLS handshake where the certificate is another one.
var errPin = errors.New("certificate differs from the pinned one")

// firewallHint is what to type where packets are dropped.
const firewallHint = "'firewall-cmd --permanent --add-service=high-availability && firewall-cmd --reload'"

// diagnose turns an error of the way to a daemon into a failure.
func diagnose(node, addr string, port int, limit time.Duration, err error) *Failure {
	f := &Failure{Node: node, Err: err}
	set := func(l Layer, format string, args ...any) *Failure {
		f.Layer, f.Reason = l, fmt.Sprintf(format, args...)
		return f
	}
	where := fmt.Sprintf("%s port %d", addr, port)
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.Is(err, errPin):
		return set(LayerPin, "the certificate of %s is not the one that was saved by 'pcs host auth': either the node was "+
			"re-installed, or somebody stands between the nodes (man in the middle). Nothing was sent. If the node was "+
			"re-installed, run 'pcs host auth %s' again", node, node)
	case errors.As(err, &dns):
		return set(LayerName, "Could not resolve host: %s", addr)
	case errors.Is(err, syscall.ECONNREFUSED):
		return set(LayerPort, "connection to %s refused: nothing listens there; on %s run 'systemctl start gpcsd'", where, node)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return set(LayerRoute, "no route to %s: check that %s is powered on and in the same network, and that its firewall "+
			"lets the cluster in: %s", addr, node, firewallHint)
	case isTimeout(err) && errors.As(err, &op) && op.Op == "dial":
		return set(LayerTimeout, "Operation timed out: no answer from %s; the node is down, the network is cut, or a "+
			"firewall drops packets: on %s run %s", where, node, firewallHint)
	case isTimeout(err):
		f.sent = true
		return set(LayerTimeout, "Operation timed out after %d s: %s accepted the connection but did not answer",
			int(limit.Seconds()), where)
	case errors.As(err, &record):
		return set(LayerTLS, "TLS failed: what answers at %s is neither gpcsd nor pcsd", where)
	case errors.Is(err, context.Canceled):
		return set(LayerTimeout, "interrupted")
	}
	f.sent = true
	return set(LayerTLS, "the connection to %s broke: %v", where, err)
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// diagnoseLocal is diagnose for the local socket.
func diagnoseLocal(socket string, limit time.Duration, err error) *Failure {
	f := &Failure{Node: "localhost", Layer: LayerPort, Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		f.Reason = "gpcsd is not running on this node: run 'systemctl start gpcsd'"
	case errors.Is(err, os.ErrPermission):
		f.Reason = "you may not use " + socket + ": become root"
	case isTimeout(err):
		f.Layer, f.Reason = LayerTimeout, fmt.Sprintf("gpcsd on this node did not answer within %d s", int(limit.Seconds()))
	default:
		f.Reason = fmt.Sprintf("the connection to gpcsd on this node broke: %v", err)
	}
	return f
}

// refused turns an answer with an error status into a failure.
func refused(node string, status int, body string) *Failure {
	f := &Failure{Node: node, Layer: LayerRequest, Status: status, Body: body, Reason: firstLine(body)}
	switch status {
	case http.StatusUnauthorized:
		f.Layer = LayerToken
	case http.StatusForbidden:
		f.Layer = LayerPermission
	case http.StatusNotFound:
		f.Reason = "Unsupported command (HTTP error: 404), try upgrading pcsd"
	}
	return f
}

// Sent tells whether the request may have reached the daemon: it was told off,
// or no answer came to it.
func (f *Failure) Sent() bool { return f.Status != 0 || f.sent }
