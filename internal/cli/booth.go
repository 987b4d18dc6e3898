package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gpcs/internal/conf"
	"gpcs/internal/durable"
	"gpcs/internal/report"
)

func newBooth() *cobra.Command {
	files := []string{"--booth-conf", "--booth-key", "--name"}
	service := func(action, help string) *cobra.Command {
		return verb(action, help, withoutArgs(func(ctx context.Context, c *Call) error { return c.boothService(ctx, action) }), "--name")
	}
	return noun("booth", "Manage booth, the ticket manager of clusters in several sites.", nil, nil,
		verb("setup sites <address> <address> [<address>...] [arbitrators <address> ...] [--force]",
			"Write a new configuration of booth and a new key. Booth takes an odd number of sites and arbitrators.",
			boothSetup, append([]string{"--force"}, files...)...),
		verb("destroy", "Remove the configuration of booth from this node.", withoutArgs(boothDestroy), "--force", "--name"),
		newBoothTicket(files),
		verb("config [<node>]", "Show the configuration of booth of this node or of another one.", boothConfig, "--name", "--request-timeout"),
		verb("create ip <address>", "Let the cluster run booth with a floating address.", boothCreate, "--force", "-f", "--name"),
		verb("enable-authfile", "Add the option enable-authfile to the configuration of booth.",
			withoutArgs(func(ctx context.Context, c *Call) error { return c.boothAuthfile(true) }), files...),
		verb("clean-enable-authfile", "Take the option enable-authfile out of the configuration of booth.",
			withoutArgs(func(ctx context.Context, c *Call) error { return c.boothAuthfile(false) }), files...),
		verb("delete", "Delete the resources that booth create made.", withoutArgs(boothDelete), "--force", "-f", "--name", "--no-stop", "--future"),
		verb("remove", "Delete the resources that booth create made.", withoutArgs(boothDelete), "--force", "-f", "--name", "--no-stop", "--future"),
		verb("restart", "Restart the resources that booth create made.", withoutArgs(boothRestart), "--force", "--name"),
		verb("status", "Show tickets, peers and the state of booth on this node.", withoutArgs(boothStatus), "--name"),
		verb("pull <node>", "Fetch the configuration of booth from a node.", boothPull, "--name", "--request-timeout"),
		verb("sync [--skip-offline]", "Send the configuration of booth from this node to all nodes of the cluster.",
			withoutArgs(boothSync), append([]string{"--skip-offline", "--request-timeout"}, files...)...),
		service("enable", "Start booth at boot on this node, as an arbitrator does."),
		service("disable", "Do not start booth at boot on this node."),
		service("start", "Start booth on this node, as an arbitrator does."),
		service("stop", "Stop booth on this node."),
	)
}

// defaultBooth is the instance of booth where no --name is given.
const defaultBooth = "booth"

// boothFiles are the files of one instance of booth.
type boothFiles struct {
	instance  string
	conf, key string // where they lie
	onNode    string // the configuration's name as the cluster's nodes see it
	keyOnNode string
	mocked    bool // files of --booth-conf and --booth-key, of no node
}

// booth names the files of the instance that the command is about.
func (c *Call) booth() (boothFiles, error) {
	instance, named := c.Value("--name")
	if !named {
		instance = defaultBooth
	}
	b := boothFiles{instance: instance, onNode: "/etc/booth/" + instance + ".conf", keyOnNode: "/etc/booth/" + instance + ".key",
		conf: filepath.Join(c.Root.BoothDir(), instance+".conf"), key: filepath.Join(c.Root.BoothDir(), instance+".key")}
	if err := c.conclude(conf.ValidateBoothName(instance)); err != nil {
		return b, err
	}
	confFile, hasConf := c.Value("--booth-conf")
	keyFile, hasKey := c.Value("--booth-key")
	switch {
	case hasConf && !hasKey:
		return b, fail("When --booth-conf is specified, --booth-key must be specified as well")
	case hasKey && !hasConf:
		return b, fail("When --booth-key is specified, --booth-conf must be specified as well")
	case hasConf:
		b.conf, b.key, b.keyOnNode, b.mocked = confFile, keyFile, keyFile, true
	}
	return b, nil
}

// readBooth reads the configuration of booth.
func (c *Call) readBooth(b boothFiles) (*conf.Booth, error) {
	data, err := os.ReadFile(b.conf)
	if err != nil {
		return nil, fail("Unable to read Booth configuration '%s': %s", b.conf, pathReason(err))
	}
	parsed, err := conf.ParseBooth(data)
	var lines conf.BoothLinesError
	if errors.As(err, &lines) {
		return nil, c.conclude(report.List{report.NewError("BOOTH_CONFIG_UNEXPECTED_LINES", lines.In(b.conf))})
	}
	return parsed, err
}

// pathReason takes the reason out of an error of the file system.
func pathReason(err error) string {
	var p *os.PathError
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "No such file or directory"
	case errors.Is(err, os.ErrPermission):
		return "Permission denied"
	case errors.As(err, &p):
		return p.Err.Error()
	}
	return err.Error()
}

func writeBooth(b boothFiles, booth *conf.Booth) error {
	if err := durable.Write(b.conf, booth.Bytes(), 0o644); err != nil {
		return fail("Unable to write Booth configuration '%s': %s", b.conf, pathReason(err))
	}
	return nil
}

// editBooth changes the configuration of booth.
func (c *Call) editBooth(edit func(*conf.Booth) report.List) error {
	b, err := c.booth()
	if err != nil {
		return err
	}
	booth, err := c.readBooth(b)
	if err != nil {
		return err
	}
	if err := c.conclude(edit(booth)); err != nil {
		return err
	}
	return writeBooth(b, booth)
}

// boothSetup carries out "booth setup".
func boothSetup(_ context.Context, c *Call) error {
	g := splitKeywords(c.Args, "sites", "arbitrators")
	for _, k := range []string{"sites", "arbitrators"} {
		if len(g.each[k]) > 1 {
			return fail("'%s' cannot be used more than once", k)
		}
	}
	sites, arbitrators := g.groups["sites"], g.groups["arbitrators"]
	if len(g.first) > 0 || len(sites) == 0 {
		return errUsage
	}
	if err := c.conclude(conf.ValidateBoothPeers(sites, arbitrators)); err != nil {
		return err
	}
	b, err := c.booth()
	if err != nil {
		return err
	}
	if !b.mocked {
		if err := c.boothMayWrite(b); err != nil {
			return err
		}
	}
	key := make([]byte, conf.BoothKeySize)
	if _, err := io.ReadFull(rand.Reader, key); err != nil {
		return fail("no random bytes for a key: %v", err)
	}
	if err := durable.Write(b.key, key, 0o600); err != nil {
		return fail("Unable to write Booth key '%s': %s", b.key, pathReason(err))
	}
	return writeBooth(b, conf.NewBooth(sites, arbitrators, b.keyOnNode))
}

// boothMayWrite keeps files that are there unless --force is given.
func (c *Call) boothMayWrite(b boothFiles) error {
	if _, err := os.Stat(filepath.Dir(b.conf)); err != nil {
		return c.conclude(report.List{report.NewError("BOOTH_PATH_NOT_EXISTS", fmt.Sprintf(
			"Configuration directory for booth '%s' is missing. Is booth installed?", filepath.Dir(b.conf)))})
	}
	var out report.List
	for _, f := range [][2]string{{"Booth key", b.key}, {"Booth configuration", b.conf}} {
		if _, err := os.Stat(f[1]); err == nil {
			out = append(out, report.Passed("FILE_ALREADY_EXISTS",
				fmt.Sprintf("%s file '%s' already exists", f[0], f[1]), report.Force, c.Has("--force")))
		}
	}
	return c.conclude(out)
}

// boothAuthfile carries out "booth enable-authfile" and "clean-enable-authfile".
func (c *Call) boothAuthfile(on bool) error {
	return c.editBooth(func(b *conf.Booth) report.List {
		b.EnableAuthfile(on)
		return nil
	})
}

// boothDestroy carries out "booth destroy".
func boothDestroy(ctx context.Context, c *Call) error {
	b, err := c.booth()
	if err != nil {
		return err
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	if err := c.conclude(c.boothUses(ctx, b, doc)); err != nil {
		return err
	}
	data, err := os.ReadFile(b.conf)
	var out report.List
	if err != nil {
		out = append(out, report.Passed("FILE_IO_ERROR", fmt.Sprintf("Unable to read Booth configuration '%s': %s",
			b.conf, pathReason(err)), report.Force, c.Has("--force")))
	}
	booth, err := conf.ParseBooth(data)
	var lines conf.BoothLinesError
	if errors.As(err, &lines) {
		booth = &conf.Booth{}
		out = append(out, report.Passed("BOOTH_CONFIG_UNEXPECTED_LINES", lines.In(b.conf), report.Force, c.Has("--force")))
	}
	if err := c.conclude(out); err != nil {
		return err
	}
	if key := booth.Authfile(); key != "" {
		if err := c.removeBoothKey(key); err != nil {
			return err
		}
	}
	if err := os.Remove(b.conf); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fail("Unable to remove Booth configuration '%s': %s", b.conf, pathReason(err))
	}
	return nil
}

// removeBoothKey removes an authfile, unless it lies outside booth's directory.
func (c *Call) removeBoothKey(key string) error {
	if filepath.Dir(key) != "/etc/booth" {
		c.say(outsideBoothDir(key))
		return nil
	}
	file := filepath.Join(c.Root.BoothDir(), filepath.Base(key))
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fail("Unable to remove Booth key '%s': %s", file, pathReason(err))
	}
	return nil
}

func outsideBoothDir(key string) report.Report {
	return report.NewWarning("BOOTH_UNSUPPORTED_FILE_LOCATION", fmt.Sprintf(
		"Booth key '%s' is outside of supported booth config directory '/etc/booth', ignoring the file", key))
}
