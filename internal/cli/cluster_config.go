package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"gpcs/internal/api"
	"gpcs/internal/conf"
	"gpcs/internal/report"
)

// libCorosyncConf reads corosync.conf, or the file of --corosync_conf, with
// the messages of pcs's newer commands.
func (c *Call) libCorosyncConf() (*conf.Corosync, error) {
	name, data, err := c.corosyncConfFile()
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fail("Unable to read Corosync configuration '%s': No such file or directory: '%s'", name, name)
	case err != nil:
		return nil, fail("Unable to read Corosync configuration '%s': %v", name, err)
	}
	parsed, err := conf.ParseCorosync(data)
	if err != nil {
		return nil, c.conclude(report.List{report.NewError("PARSE_ERROR_COROSYNC_CONF", "Unable to parse corosync config: "+err.Error())})
	}
	c.base = data
	return parsed, nil
}

// clusterConfigShow carries out "cluster config [show]".
func clusterConfigShow(_ context.Context, c *Call) error {
	format, err := c.outputFormat()
	if err != nil {
		return err
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	switch format {
	case "cmd":
		if cluster.Device() != nil {
			fmt.Fprintln(c.Stderr, "Warning: Quorum device configuration detected but not yet supported by this command.")
		}
		fmt.Fprint(c.Stdout, cluster.Command())
	case "json":
		fmt.Fprint(c.Stdout, cluster.JSON())
	default:
		fmt.Fprint(c.Stdout, cluster.Text())
	}
	return nil
}

// clusterConfigUpdate carries out "cluster config update".
func clusterConfigUpdate(ctx context.Context, c *Call) error {
	g := splitKeywords(c.Args, "transport", "compression", "crypto", "totem")
	if len(g.first) > 0 {
		return errUsage
	}
	var u conf.Update
	for _, o := range []struct {
		word string
		into *map[string]string
	}{{"transport", &u.Transport}, {"compression", &u.Compression}, {"crypto", &u.Crypto}, {"totem", &u.Totem}} {
		var err error
		if *o.into, err = optionMap(g.groups[o.word]); err != nil {
			return err
		}
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if err := c.conclude(u.Validate(cluster)); err != nil {
		return err
	}
	stopped := u.NeedsStop(cluster)
	u.Apply(cluster)
	return c.storeCorosyncConf(ctx, cluster, stopped)
}

// clusterUUIDGenerate carries out "cluster config uuid generate".
func clusterUUIDGenerate(ctx context.Context, c *Call) error {
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if uuid, _ := cluster.UUID(); uuid != "" {
		already := report.Passed("CLUSTER_UUID_ALREADY_SET", "Cluster UUID has already been set", report.Force, c.Has("--force"))
		if err := c.conclude(report.List{already}); err != nil {
			return err
		}
	}
	uuid, err := conf.NewUUID(rand.Reader)
	if err != nil {
		return err
	}
	cluster.SetUUID(uuid)
	return c.storeCorosyncConf(ctx, cluster, false)
}

// clusterSync carries out "cluster sync [corosync]".
func clusterSync(ctx context.Context, c *Call) error {
	nodes, err := c.clusterNodes()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(c.Root.CorosyncConf())
	if err != nil {
		return fail("Unable to read %s: %v", c.Root.CorosyncConf(), err)
	}
	failed, err := c.onNodes(ctx, nodes, remote("set_corosync_conf", 0, url.Values{"corosync_conf": {string(data)}}))
	if err != nil {
		return err
	}
	if len(failed) > 0 {
		return fail("Unable to set corosync config\n%s", lines(failed, nodes))
	}
	fmt.Fprintln(c.Stderr, "Warning: Corosync configuration has been synchronized, please reload corosync daemon using "+
		"'pcs cluster reload corosync' command.")
	return nil
}

// clusterCorosync carries out "cluster corosync [NODE]".
func clusterCorosync(ctx context.Context, c *Call) error {
	switch len(c.Args) {
	case 0:
		data, err := os.ReadFile(c.Root.CorosyncConf())
		if errors.Is(err, os.ErrNotExist) {
			return fail("Unable to read %s: No such file or directory", c.Root.CorosyncConf())
		}
		if err != nil {
			return fail("Unable to read %s: %v", c.Root.CorosyncConf(), err)
		}
		fmt.Fprintln(c.Stdout, strings.TrimRight(string(data), " \n"))
		return nil
	case 1:
		targets, err := c.targets(c.Args)
		if err != nil {
			return err
		}
		text, err := targets[0].Remote(ctx, "get_corosync_conf", nil)
		if err != nil {
			return fail("%s", legacy(err))
		}
		fmt.Fprintln(c.Stdout, strings.TrimRight(text, " \n"))
		return nil
	}
	return errUsage
}

// clusterReload carries out "cluster reload corosync".
func clusterReload(ctx context.Context, c *Call) error {
	if err := c.doHere(ctx, api.ClusterCommand{Do: "reload"}, "Could not reload corosync configuration"); err != nil {
		return err
	}
	fmt.Fprintln(c.Stderr, "Corosync reloaded")
	return nil
}
