package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/cib/store"
)

// forget removes what the CIB says of nodes that have left the cluster for
// good: as crm_node(8) --remove, where the cluster is stopped from the file.
func (d *Daemon) forget(ctx context.Context, nodes []string) error {
	var r cib.Request
	for _, name := range nodes {
		if name == "" || strings.ContainsRune(name, '\'') {
			return &api.Error{Code: api.CodeInvalid, Message: fmt.Sprintf("%q is no name of a node", name)}
		}
		for _, path := range []string{"/cib/configuration/nodes/node[@uname='%s']", "/cib/status/node_state[@uname='%s']"} {
			r.Ops = append(r.Ops, cib.Op{Kind: cib.Delete, Path: fmt.Sprintf(path, name)})
		}
	}
	r.Origin, r.Client, r.User = d.name, "crm_node", "hacluster"
	if i := d.current(); i != nil {
		_, err := i.cluster.Submit(ctx, r)
		return err
	}
	return d.alone(func() error { return d.forgetInFile(r) })
}

func (d *Daemon) forgetInFile(r cib.Request) error {
	if d.current() != nil {
		return errors.New("cluster services were started in the meantime, try again")
	}
	disk, err := store.Open(d.opts.Root.CIBDir(), cibOwner(d.opts.Root))
	if err != nil {
		return err
	}
	loaded, err := disk.Load()
	if err != nil || loaded.Doc == nil {
		return err
	}
	if loaded.Trouble != "" {
		return errors.New(loaded.Trouble)
	}
	changed, err := cib.Apply(loaded.Doc, r, time.Now().Format(time.ANSIC))
	if err != nil {
		return err
	}
	if err := disk.Save(changed, loaded.Lineage); err != nil {
		return err
	}
	return disk.Settle()
}
