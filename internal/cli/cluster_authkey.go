package cli

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"gpcs/internal/conf"
	"gpcs/internal/report"
)

// clusterAuthkeyCorosync carries out "cluster authkey corosync".
func clusterAuthkeyCorosync(ctx context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	key, reports, err := c.newAuthkey()
	if err != nil {
		return err
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	members, unknown, err := c.memberTargets(cluster.NodeNames(), false)
	if err != nil {
		return err
	}
	reports = append(append(cluster.MissingNames(), unknown...), reports...)
	if err := c.conclude(reports); err != nil {
		return err
	}
	online, reports := c.online(ctx, members)
	if len(online) == 0 {
		reports = append(reports, errNoNodeLeft)
	}
	if err := c.conclude(reports); err != nil {
		return err
	}
	run := setupRun{Call: c, targets: online, names: targetNames(online), written: map[string][]string{}}
	if !run.put(ctx, []setupFile{{"corosync authkey", "corosync authkey", "corosync_authkey", base64.StdEncoding.EncodeToString(key), true}}) {
		c.say(run.halfKeyed())
		return errUnable
	}
	return c.reload(ctx, online)
}

// newAuthkey reads the key of the file that was named, or makes one.
func (c *Call) newAuthkey() ([]byte, report.List, error) {
	if len(c.Args) == 0 {
		key, err := conf.NewKey(rand.Reader)
		return key, nil, err
	}
	key, err := os.ReadFile(c.Args[0])
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil, fail("Unable to read file '%[1]s': No such file or directory: '%[1]s'", c.Args[0])
	case err != nil:
		return nil, nil, fail("Unable to read file '%s': %v", c.Args[0], err)
	}
	if len(key) == conf.KeySize {
		return key, nil, nil
	}
	bytes := "bytes"
	if len(key) == 1 {
		bytes = "byte"
	}
	return key, report.List{report.Passed("COROSYNC_AUTHKEY_WRONG_LENGTH", fmt.Sprintf("%d bytes key must be provided for a corosync "+
		"authkey, %d %s key provided", conf.KeySize, len(key), bytes), report.Force, c.Has("--force"))}, nil
}

// halfKeyed says which nodes have a new key that is not in use yet. An older
// key is nowhere kept: a second run makes all nodes equal.
func (r *setupRun) halfKeyed() report.Report {
	var have []string
	for _, n := range r.names {
		if len(r.written[n]) > 0 {
			have = append(have, n)
		}
	}
	where := "No node has the new key."
	if len(have) > 0 {
		where = "The new key is stored on " + report.Quote(have) + " and not in use."
	}
	return report.NewError("", where+" The running cluster is unharmed and goes on with the old key; run the command again before "+
		"cluster services of "+strings.Join(r.names, ", ")+" are restarted")
}
