package daemon

import (
	"os"

	"gpcs/internal/api"
	"gpcs/internal/cluster/lost"
	"gpcs/internal/conf"
)

// Version of gpcsd, set at build time.
var Version = "0.12.3"

// State tells what this node knows of itself and of the cluster.
func (d *Daemon) State() api.State {
	s := api.State{Node: d.name, Daemon: Version, Enabled: d.enabled()}
	if data, err := os.ReadFile(d.opts.Root.CorosyncConf()); err == nil {
		if c, err := conf.ParseCorosync(data); err == nil {
			s.ClusterName = c.ClusterName()
		} else {
			s.Troubles = append(s.Troubles, d.opts.Root.CorosyncConf()+" cannot be read: "+err.Error())
		}
	}
	d.mu.Lock()
	i := d.instance
	if d.unstart != "" {
		s.Troubles = append(s.Troubles, d.unstart)
	}
	d.mu.Unlock()
	if i != nil {
		s.Running = !i.evacuated.Load()
		i.cluster.State().Fill(&s)
		s.Fencing = i.matrix.report()
		i.mu.Lock()
		s.Troubles = append(s.Troubles, i.troubles...)
		i.mu.Unlock()
		if i.dog != nil {
			s.Watchdog = i.dog.settings.Device
		}
	}
	if names, err := lost.Names(d.opts.Root); err == nil && len(names) > 0 {
		s.Troubles = append(s.Troubles, "Changes of the configuration that were made on this node apart from the other nodes are not in "+
			"force: see 'pcs cluster lost-changes', then apply or clear them")
	}
	return s
}
