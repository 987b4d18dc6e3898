package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/conf"
	"gpcs/internal/durable"
	"gpcs/internal/paths"
	"gpcs/internal/server"
)

func TestMain(m *testing.M) {
	env := Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Root: paths.FromEnv()}
	programs := map[string]func(){"pcs": func() { os.Exit(Main(context.Background(), env, os.Args[1:])) }}
	for name := range tools() {
		programs[name] = func() {
			status, _ := RunTool(context.Background(), env, name, os.Args[1:])
			os.Exit(status)
		}
	}
	testscript.Main(m, programs)
}

// TestNetwork runs scripts against real servers on loopback addresses whose
// clusters are faked. Commands of the scripts:
//
//	node NAME IP        start a node under $WORK/NAME, its port in $NAME_port
//	on NAME             make it the node that pcs runs on
//	die NAME            take a node away
//	break NAME COMMAND  let a node die when it is sent that command
//	recert NAME         restart a node with another certificate
//	quorum NAME ONLINE.. let a node see these members online, of three
//	asked NAME dc|own   see whose copy of the CIB a node was asked for last
//	rival NAME N        let somebody else be faster N times when a node's CIB is changed
func TestNetwork(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/network",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"node": func(ts *testscript.TestScript, _ bool, args []string) {
				n := &testNode{name: args[0], ip: args[1], root: paths.Root(ts.MkAbs(args[0]))}
				ts.Check(n.prepare())
				ts.Check(n.start(0))
				nodesOf(ts)[n.name] = n
				ts.Setenv(n.name+"_port", strconv.Itoa(n.port))
				ts.Setenv(n.name+"_addr", fmt.Sprintf("%s:%d", n.ip, n.port))
			},
			"on":    func(ts *testscript.TestScript, _ bool, args []string) { ts.Setenv(paths.Env, ts.MkAbs(args[0])) },
			"die":   func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(nodesOf(ts)[args[0]].stop()) },
			"break": func(ts *testscript.TestScript, _ bool, args []string) { nodesOf(ts)[args[0]].dieAt(args[1]) },
			"recert": func(ts *testscript.TestScript, _ bool, args []string) {
				n := nodesOf(ts)[args[0]]
				ts.Check(errors.Join(n.stop(), n.newCertificate(), n.start(n.port)))
			},
			"asked": func(ts *testscript.TestScript, _ bool, args []string) {
				if own := nodesOf(ts)[args[0]].askedOwn(); own != (args[1] == "own") {
					ts.Fatalf("the node was asked for its own copy: %v", own)
				}
			},
			"rival": func(ts *testscript.TestScript, _ bool, args []string) {
				count, err := strconv.Atoi(args[1])
				ts.Check(err)
				nodesOf(ts)[args[0]].beatenBy(count)
			},
			"quorum": func(ts *testscript.TestScript, _ bool, args []string) { nodesOf(ts)[args[0]].see(args[1:]) },
		},
		Setup: func(env *testscript.Env) error {
			nodes := map[string]*testNode{}
			env.Values[nodesKey{}] = nodes
			env.Defer(func() {
				for _, n := range nodes {
					if err := n.stop(); err != nil {
						t.Errorf("stop %s: %v", n.name, err)
					}
				}
			})
			return nil
		},
	})
}

type nodesKey struct{}

func nodesOf(ts *testscript.TestScript) map[string]*testNode {
	return ts.Value(nodesKey{}).(map[string]*testNode)
}

// testNode is a daemon's server with a cluster that only remembers.
type testNode struct {
	name, ip string
	port     int
	root     paths.Root

	mu       sync.Mutex
	state    api.State
	doc      *cib.Document
	breakAt  string
	own      bool // its own copy was read last, not the DC's
	rivals   int  // changes of somebody else that come first
	shutdown context.CancelFunc
	ended    chan error
}

// prepare writes the account files; the password of hacluster is "Secret.123".
func (n *testNode) prepare() error {
	me := fmt.Sprintf("me:x:%d:1::/:/bin/sh\n", os.Getuid())
	n.doc = cib.New("pacemaker-3.9", "3.19.0")
	n.state = api.State{Node: n.name, NodeID: 1}
	for name, content := range map[string]string{
		"passwd": "hacluster:x:189:189::/:/bin/false\n" + me,
		"group":  "haclient:x:189:me\n",
		"shadow": "hacluster:$2b$04$abcdefghijklmnopqrstuugwE7.NekbUcus59gKRGpyrQTuc0QTZS:20000::::::\n",
	} {
		file := n.root.Join("/etc/" + name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(content), 0o600)); err != nil {
			return err
		}
	}
	return errors.Join(os.MkdirAll(filepath.Dir(n.root.Socket()), 0o755), n.newCertificate())
}

// newCertificate writes a certificate of a kind that is made faster than
// RSA, which the daemon makes.
func (n *testNode) newCertificate() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	write := func(name, kind string, data []byte) error {
		return durable.Write(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600)
	}
	return errors.Join(write(n.root.Certificate(), "CERTIFICATE", der), write(n.root.CertificateKey(), "PRIVATE KEY", private))
}

func (n *testNode) start(port int) error {
	pair, err := auth.LoadCertificate(n.root, n.name, time.Now())
	if err != nil {
		return err
	}
	noWait := func(context.Context, time.Duration) error { return nil }
	passwords, err := auth.NewPasswords(n.root, time.Now, noWait)
	if err != nil {
		return err
	}
	s := server.New(server.Options{Root: n.root, Cluster: n, Passwords: passwords, Certificate: pair,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now})
	tcp, err := net.Listen("tcp", net.JoinHostPort(n.ip, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	local, err := server.ListenLocal(n.root.Socket())
	if err != nil {
		return err
	}
	n.port = tcp.Addr().(*net.TCPAddr).Port
	ctx, cancel := context.WithCancel(context.Background())
	n.shutdown, n.ended = cancel, make(chan error, 1)
	breaking := &http.Server{Handler: n.breaking(s.Handler()), TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	served := make(chan error, 1)
	go func() { served <- breaking.ServeTLS(tcp, "", "") }()
	go func() {
		err := s.Serve(ctx, nil, local)
		_ = breaking.Close()
		<-served
		n.ended <- err
	}()
	return nil
}

// breaking lets the node die at the command that was named: the connection
// ends without an answer and nobody listens any more.
func (n *testNode) breaking(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		now := n.breakAt != "" && strings.HasSuffix(r.URL.Path, n.breakAt)
		n.mu.Unlock()
		if now {
			n.shutdown()
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}

func (n *testNode) dieAt(command string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.breakAt = command
}

func (n *testNode) beatenBy(count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rivals = count
}

func (n *testNode) askedOwn() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.own
}

func (n *testNode) stop() error {
	if n.ended == nil {
		return nil
	}
	n.shutdown()
	err := <-n.ended
	n.ended = nil
	return err
}

func (n *testNode) see(online []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.state.View = api.View{Quorate: len(online) >= 2}
	n.state.Quorum = api.Quorum{Needed: 2, Waits: len(online) == 1}
	for _, name := range online {
		n.state.View.Members = append(n.state.View.Members, api.Member{Name: name, Online: true, Votes: 1})
	}
}

// The fake cluster behind the server.

func (n *testNode) Document(_ context.Context, own bool) (*cib.Document, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.own = own
	return n.doc.Copy(), nil
}

func (n *testNode) Submit(_ context.Context, r cib.Request) (cib.Version, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.rivals > 0 {
		n.rivals--
		n.doc.Section("crm_config").CreateAttr("rival", strconv.Itoa(n.rivals))
		v := n.doc.Version()
		v.Epoch++
		n.doc.SetVersion(v)
	}
	next, err := cib.Apply(n.doc, r, "now")
	if err != nil {
		return cib.Version{}, err
	}
	n.doc = next
	return next.Version(), nil
}

func (n *testNode) State() api.State {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.state
	if data, err := os.ReadFile(n.root.CorosyncConf()); err == nil {
		if c, err := conf.ParseCorosync(data); err == nil {
			s.ClusterName = c.ClusterName()
		}
	}
	return s
}

func (n *testNode) Do(_ context.Context, c api.ClusterCommand) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch c.Do {
	case "start":
		if _, err := os.Stat(n.root.CorosyncConf()); err != nil {
			return errors.New("cluster is not currently configured on this node")
		}
		n.state.Running = true
		n.doc.Section("status").AddChild(cib.NewElement("node_state", "id", "1", "uname", n.name,
			"in_ccm", "true", "crmd", "online", "join", "member"))
	case "stop":
		n.state.Running = n.state.Running && c.Component == "pacemaker"
	case "enable", "disable":
		n.state.Enabled = c.Do == "enable"
	case "forget":
		for _, name := range c.Nodes {
			for _, section := range []string{"nodes", "status"} {
				for _, e := range n.doc.Section(section).ChildElements() {
					if e.SelectAttrValue("uname", "") == name {
						n.doc.Section(section).RemoveChild(e)
					}
				}
			}
		}
	case "expected-votes":
		n.state.Quorum.Expected = c.Votes
	case "unblock":
		n.state.Quorum.Waits = false
	case "destroy":
		n.state.Running, n.state.Enabled = false, false
		return server.RemoveClusterFiles(n.root)
	}
	return nil
}

func (n *testNode) Refresh(context.Context, api.RefreshRequest) error { return nil }
func (*testNode) Fence(context.Context, api.FenceRequest) error       { return nil }

func (n *testNode) Idle(context.Context) error { return nil }
