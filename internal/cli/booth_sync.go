package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/durable"
	"gpcs/internal/report"
)

// boothFile is a file of booth as pcsd's endpoints carry it: the
// configuration as it is, the key in base64.
type boothFile struct {
	Name *string `json:"name"`
	Data *string `json:"data"`
}

// boothParcel is the configuration of an instance of booth with its key.
type boothParcel struct {
	Config   boothFile  `json:"config"`
	Authfile *boothFile `json:"authfile,omitempty"`
}

// boothConfig carries out "booth config".
func boothConfig(ctx context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	b, err := c.booth()
	if err != nil {
		return err
	}
	var text string
	if len(c.Args) == 1 {
		parcel, err := c.fetchBooth(ctx, c.Args[0], b.instance)
		if err != nil {
			return err
		}
		text = *parcel.Config.Data
	} else {
		data, err := os.ReadFile(b.conf)
		if err != nil {
			return c.conclude(report.List{report.NewError("FILE_IO_ERROR",
				fmt.Sprintf("Unable to read Booth configuration '%s': %s", b.conf, pathReason(err)))})
		}
		text = string(data)
	}
	_, err = fmt.Fprintln(c.Stdout, strings.TrimRight(text, " \t\r\n"))
	return err
}

// fetchBooth asks a node for its configuration of booth.
func (c *Call) fetchBooth(ctx context.Context, node, instance string) (boothParcel, error) {
	c.say(report.NewInfo("BOOTH_FETCHING_CONFIG_FROM_NODE", "Fetching booth config"+boothNamed(instance)+" from node '"+node+"'..."))
	var parcel boothParcel
	targets, err := c.targets([]string{node})
	if err != nil {
		return parcel, err
	}
	if err := targets[0].RemoteJSON(ctx, "booth_get_config", url.Values{"name": {instance}}, &parcel); err != nil {
		return parcel, fail("%s", legacy(err))
	}
	if parcel.Config.Data == nil {
		return parcel, fail("%s: response is not in the expected format", node)
	}
	return parcel, nil
}

// boothNamed adds an instance's name to a message unless it is the usual one.
func boothNamed(instance string) string {
	if instance == defaultBooth {
		return ""
	}
	return " '" + instance + "'"
}

// boothPull carries out "booth pull".
func boothPull(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	b, err := c.booth()
	if err != nil {
		return err
	}
	parcel, err := c.fetchBooth(ctx, c.Args[0], b.instance)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Dir(b.conf)); err != nil {
		return fail("Configuration directory for booth '%s' is missing. Is booth installed?", filepath.Dir(b.conf))
	}
	if key := parcel.Authfile; key != nil && key.Name != nil && key.Data != nil {
		data, err := base64.StdEncoding.DecodeString(*key.Data)
		if err != nil {
			return fail("%s: response is not in the expected format", c.Args[0])
		}
		file := filepath.Join(filepath.Dir(b.conf), filepath.Base(*key.Name))
		if err := durable.Write(file, data, 0o600); err != nil {
			return fail("Unable to write Booth key '%s': %s", file, pathReason(err))
		}
	}
	if err := durable.Write(b.conf, []byte(*parcel.Config.Data), 0o644); err != nil {
		return fail("Unable to write Booth configuration '%s': %s", b.conf, pathReason(err))
	}
	c.say(report.NewInfo("BOOTH_CONFIG_ACCEPTED_BY_NODE", "Booth config"+boothNamed(b.instance)+" saved"))
	return nil
}

// boothSync carries out "booth sync".
func boothSync(ctx context.Context, c *Call) error {
	b, err := c.booth()
	if err != nil {
		return err
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	booth, err := c.readBooth(b)
	if err != nil {
		return err
	}
	parcel, reports, err := c.boothParcel(b, booth)
	if err != nil {
		return err
	}
	targets, more, err := c.memberTargets(cluster.NodeNames(), c.Has("--skip-offline"))
	if err != nil {
		return err
	}
	if err := c.conclude(append(reports, more...)); err != nil {
		return err
	}
	return c.conclude(c.sendBooth(ctx, b, parcel, targets))
}

// boothParcel packs the configuration with the key that it names.
func (c *Call) boothParcel(b boothFiles, booth *conf.Booth) (boothParcel, report.List, error) {
	name, text := b.instance+".conf", string(booth.Bytes())
	parcel := boothParcel{Config: boothFile{&name, &text}}
	key := booth.Authfile()
	if key == "" {
		return parcel, nil, nil
	}
	file := b.key
	if !b.mocked {
		if filepath.Dir(key) != "/etc/booth" {
			return parcel, report.List{outsideBoothDir(key)}, nil
		}
		file = filepath.Join(c.Root.BoothDir(), filepath.Base(key))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return parcel, nil, fail("Unable to read Booth key '%s': %s", file, pathReason(err))
	}
	keyName, coded := filepath.Base(key), base64.StdEncoding.EncodeToString(data)
	parcel.Authfile = &boothFile{&keyName, &coded}
	return parcel, nil, nil
}

// sendBooth gives all nodes a configuration of booth.
func (c *Call) sendBooth(ctx context.Context, b boothFiles, parcel boothParcel, targets []*client.Target) report.List {
	c.say(report.NewInfo("BOOTH_CONFIG_DISTRIBUTION_STARTED", "Sending booth configuration to cluster nodes..."))
	data, err := json.Marshal(parcel)
	if err != nil {
		return report.List{report.NewError("BOOTH_CONFIG", err.Error())}
	}
	var out report.List
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, "booth_set_config", url.Values{"data_json": {string(data)}})
	}, func(t *client.Target, _ string, err error) {
		if err == nil {
			r := report.NewInfo("BOOTH_CONFIG_ACCEPTED_BY_NODE", "Booth config"+boothNamed(b.instance)+" saved")
			r.Node = t.Name
			c.say(r)
			return
		}
		out = append(out, report.Passed("BOOTH_CONFIG_DISTRIBUTION_NODE_ERROR", fmt.Sprintf(
			"Unable to save booth config%s on node '%s': %s", boothNamed(b.instance), t.Name, why(err)),
			report.SkipOffline, c.Has("--skip-offline")))
	})
	return out
}
