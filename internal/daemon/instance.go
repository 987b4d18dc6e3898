package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"gpcs/internal/admin"
	"gpcs/internal/agents"
	"gpcs/internal/api"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/cib/store"
	"gpcs/internal/client"
	"gpcs/internal/cluster"
	"gpcs/internal/conf"
	"gpcs/internal/engine/agent"
	"gpcs/internal/engine/controller"
	"gpcs/internal/engine/executor"
	"gpcs/internal/engine/history"
	"gpcs/internal/engine/sched"
	"gpcs/internal/fence"
	"gpcs/internal/fence/ledger"
	"gpcs/internal/journal"
	"gpcs/internal/paths"
	"gpcs/internal/queue"
)

// Schema is the CIB schema of a new cluster.
const Schema = "pacemaker-3.9"

// dcVersion is what the cluster says of the engine's version (dc-version):
// that of the Pacemaker whose behaviour is ours.
const dcVersion = "2.1.5-gpcs"

// instance is the cluster services of one node from start to stop.
type instance struct {
	name string // of this node in corosync.conf
	self uint32
	uuid string       // of this start; names transitions and requests
	base *slog.Logger // the daemon's
	log  *slog.Logger // signed by the instance
	root paths.Root

	clusterName string

	used        usedConfig // under Daemon.commands
	reloadAsked func()     // takes what another node says has changed into use

	cluster   *cluster.Cluster
	executor  *executor.Executor
	runner    *agent.Runner
	facts     *agent.Facts
	engine    *engine
	results   *queue.Queue[history.Result]
	dampened  *queue.Queue[cib.Request]
	questions questions
	taken     recent // commands of DCs
	fencer    *fencer
	matrix    *matrix
	ledger    *ledger.Ledger
	dog       *dog
	alerts    *alerts
	anew      func(leave bool) // starts cluster services again

	ctx    context.Context
	cancel context.CancelFunc
	group  *errgroup.Group
	done   chan struct{} // closed when everything has ended

	lateAt     <-chan time.Time // gives when this node must be in a view, see awaitedBack; nil = at no time
	evacuated  atomic.Bool      // all resources were stopped for a stop of the services
	mu         sync.Mutex       // guards the following
	released   chan struct{}    // closed when the DC says that nothing runs here any more
	evacuation *evacuation      // that runs or has succeeded, or nil
	shutdown   int64            // when this node asked to stop last, in s since 1970
	troubles   []string         // for State
}

// newInstance reads this node's cluster configuration and puts the parts
// together; nothing runs yet.
func newInstance(d *Daemon) (*instance, error) {
	cfg, self, name, err := clusterConfig(d.opts.Root, d.name)
	if err != nil {
		return nil, err
	}
	key, err := clusterKey(d.opts.Root)
	if err != nil {
		return nil, err
	}
	disk, loaded, err := d.loadCIB()
	if err != nil {
		return nil, err
	}
	i := &instance{name: name, self: self, uuid: auth.NewUUID(), base: d.log, log: part(d.log, journal.Pacemakerd), root: d.opts.Root, clusterName: cfg.Name,
		results: queue.New[history.Result](), dampened: queue.New[cib.Request](),
		done: make(chan struct{}), released: make(chan struct{})}
	if loaded.Trouble != "" {
		i.trouble(loaded.Trouble)
	}
	if i.ledger, err = ledger.Open(d.opts.Root); err != nil {
		return nil, err
	}
	i.fencer = newFencer(i)
	i.matrix = newMatrix(i)
	i.alerts = newAlerts(i)
	i.anew = func(leave bool) { d.anew(i, leave) }
	if i.runner, err = agent.New(agent.Options{Root: d.opts.Root, Node: name, Log: part(d.log, journal.Execd), Devices: i.fencer.devices,
		NoCgroups: d.noCgroups}); err != nil {
		return nil, err
	}
	i.facts = i.runner.NewFacts(agents.Finder{Root: d.opts.Root}.Metadata)
	i.executor = executor.New(executor.Options{Runner: i.runner, Log: part(d.log, journal.Execd), Results: i.result,
		LastCallID: history.LastCallID(loaded.Doc, i.node().ID)})
	i.cluster, err = cluster.New(cluster.Options{Root: d.opts.Root, Log: part(d.log, journal.Corosync), Self: self, Config: cfg, Key: key,
		Document: loaded.Doc, Lineage: loaded.Lineage, Store: disk, Schema: Schema, FeatureSet: history.FeatureSet,
		Dial: d.dial, Receive: i.receive, Differs: d.reloadAsked})
	if errors.Is(err, cluster.ErrLineage) {
		err = fmt.Errorf("%w; remove %s and start again: the other nodes' configuration then counts for more than this node's",
			err, disk.LineageFile())
	}
	if err != nil {
		i.runner.Close()
		return nil, err
	}
	if i.dog, err = newDog(i, cfg); err != nil {
		i.runner.Close()
		return nil, fmt.Errorf("%w; SBD is enabled, so that the other nodes count on it: mend it, or run 'pcs stonith sbd disable'", err)
	}
	i.used, i.reloadAsked = usedConfig{cfg, key}, d.reloadAsked
	i.engine = i.newEngine(cfg)
	i.lateAt = i.awaitedBack(cfg.Token)
	return i, nil
}

// loadCIB opens the files of the CIB and reads what they hold. What a cluster of
// old left there is brought to a schema in use.
func (d *Daemon) loadCIB() (*store.Store, store.Loaded, error) {
	disk, err := store.Open(d.opts.Root.CIBDir(), cibOwner(d.opts.Root))
	if err != nil {
		return nil, store.Loaded{}, err
	}
	loaded, err := disk.Load()
	if err != nil {
		return nil, store.Loaded{}, err
	}
	if loaded.Doc != nil && loaded.Lineage == nil {
		// A cluster of old left it here: all nodes that find it make the same of it.
		if taken := loaded.Doc.Copy(); admin.TakeOver(taken) {
			d.log.Info("the CIB of an old cluster was brought to a schema in use", "was", loaded.Doc.Root().SelectAttrValue("validate-with", ""))
			loaded.Doc = taken
		}
	}
	return disk, loaded, nil
}

// cibOwner is who the files of the CIB belong to: hacluster, where we may give
// them away and it exists.
func cibOwner(root paths.Root) store.Owner {
	if uid, gid, ok := auth.IDs(root); ok && os.Geteuid() == 0 {
		return store.Owner{UID: uid, GID: gid}
	}
	return store.Anybody
}

func (i *instance) newEngine(cfg cluster.Config) *engine {
	token, controld := cfg.Token, part(i.base, journal.Controld)
	e := newEngine(controller.Config{UUID: i.uuid, Version: dcVersion, FeatureSet: history.FeatureSet, ClusterName: cfg.Name,
		Token: token, Guard: guardTime(token), HaveWatchdog: i.dog != nil, LastRecord: fence.LastHash(i.ledger.Records()), Schedule: guarded(controld, sched.Decide)}, controld)
	e.submit, e.execute, e.latest, e.fencer = i.cluster.Submit, i.execute, i.cluster.Document, i.fencer
	return e
}

// part is a logger that signs with the name of the daemon that a part of this
// one stands for.
func part(log *slog.Logger, name string) *slog.Logger { return log.With(journal.Key, name) }

// fenced is the logger of what has to do with fencing.
func (i *instance) fenced() *slog.Logger { return part(i.base, journal.Fenced) }

// clusterKey reads authkey.
func clusterKey(root paths.Root) ([]byte, error) {
	const hint = "copy it from another node, or set the cluster up again"
	key, err := os.ReadFile(root.CorosyncAuthkey())
	switch {
	case err != nil:
		return nil, fmt.Errorf("the cluster key cannot be read: %w; %s", err, hint)
	case len(key) < conf.MinKey, len(key) > conf.MaxKey:
		return nil, fmt.Errorf("the cluster key %s has %d bytes, it should have %d to %d; %s",
			root.CorosyncAuthkey(), len(key), conf.MinKey, conf.MaxKey, hint)
	}
	return key, nil
}

// clusterConfig reads corosync.conf and finds this node in it.
func clusterConfig(root paths.Root, host string) (cfg cluster.Config, self uint32, name string, err error) {
	data, err := os.ReadFile(root.CorosyncConf())
	if errors.Is(err, fs.ErrNotExist) {
		return cfg, 0, "", &api.Error{Code: api.CodeInvalid, Message: "this node is in no cluster: " + root.CorosyncConf() +
			" does not exist; set a cluster up with 'pcs cluster setup'"}
	}
	if err != nil {
		return cfg, 0, "", err
	}
	c, err := conf.ParseCorosync(data)
	if err != nil {
		return cfg, 0, "", fmt.Errorf("%s: %w; mend it, or copy it from another node", root.CorosyncConf(), err)
	}
	cfg = cluster.Config{Name: c.ClusterName(), Token: c.Token()}
	votes := c.Votes()
	for _, n := range c.Nodes() {
		node := cluster.Node{ID: n.ID, Name: n.Name, Votes: votes[n.ID]}
		for _, a := range n.Addrs {
			for len(node.Addresses) <= a.Link {
				node.Addresses = append(node.Addresses, "")
			}
			node.Addresses[a.Link] = a.Addr
		}
		cfg.Nodes = append(cfg.Nodes, node)
		if n.Name == host || self == 0 && client.IsLocal(node.Addresses) {
			self, name = n.ID, n.Name
		}
	}
	if links := c.Links(); len(links) > 0 {
		for link := range slices.Max(links) + 1 {
			cfg.Ports = append(cfg.Ports, c.Port(link))
			cfg.Priorities = append(cfg.Priorities, c.LinkPriority(link))
		}
	}
	quorumConfig(&cfg, c)
	mode, _ := c.Option("totem", "link_mode")
	cfg.ActiveLinks = mode == "active"
	if self == 0 {
		return cfg, 0, "", fmt.Errorf("%s names no node with this host's name '%s' or one of its addresses: "+
			"give the host the name or an address of its node, or mend the nodelist on all nodes", root.CorosyncConf(), host)
	}
	return cfg, self, name, nil
}

// start sets everything going.
func (i *instance) start(ctx context.Context) {
	i.ctx, i.cancel = context.WithCancel(ctx)
	i.group = &errgroup.Group{}
	for name, run := range map[string]func(context.Context) error{
		"cluster": i.cluster.Run, "executor": i.executor.Run, "engine": i.engine.run,
		"watchdog": i.dog.run, "results": i.recordResults, "views": i.watchViews, "documents": i.watchDocuments,
		"heard": i.noteHeard, "attributes": i.releaseAttributes, "matrix": i.matrix.run, "alerts": i.alerts.runner.Run,
	} {
		i.group.Go(func() error {
			err := run(i.ctx)
			if err != nil && i.ctx.Err() == nil {
				i.trouble(fmt.Sprintf("Part '%s' of the cluster services on %s ended (%v): "+
					"run 'pcs cluster stop' and 'pcs cluster start' there", name, i.name, err))
			}
			return err
		})
	}
	go func() {
		_ = i.group.Wait() // each part's error was logged
		i.runner.Close()
		close(i.done)
	}()
	i.log.Info("cluster services started", "cluster", i.clusterName, "node", i.name)
}

// trouble notes a condition that an administrator must know of.
func (i *instance) trouble(text string) {
	i.log.Error(text)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.troubles = append(i.troubles, text)
}

// end stops everything and waits; resources are left as they are.
func (i *instance) end() {
	i.cancel()
	<-i.done
}

func (i *instance) node() history.Node {
	return history.Node{ID: strconv.FormatUint(uint64(i.self), 10), Name: i.name}
}
