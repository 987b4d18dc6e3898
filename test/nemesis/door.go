package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/test/nemesis/history"
)

// patience is how long a client waits for an answer.
const patience = 3 * time.Second

// door is a client's way to one node's daemon: its local socket.
type door struct {
	node   string
	client *http.Client
	mu     sync.Mutex
	socket string
}

func newDoor(node string) *door {
	d := &door{node: node}
	d.client = &http.Client{Timeout: patience, Transport: &http.Transport{
		MaxIdleConnsPerHost: 8,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			return new(net.Dialer).DialContext(ctx, "unix", d.socket)
		},
	}}
	return d
}

// moved takes the place of the socket after a boot.
func (d *door) moved(socket string) {
	d.mu.Lock()
	d.socket = socket
	d.mu.Unlock()
	d.client.CloseIdleConnections()
}

// change asks for a change and returns how that ended, and the version.
func (d *door) change(r cib.Request) (outcome, version string) {
	body, err := json.Marshal(r)
	if err != nil {
		return history.Refused, ""
	}
	said, err := d.client.Post("http://"+d.node+api.PathChange, "application/json", bytes.NewReader(body))
	if err != nil {
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return history.Refused, "" // it was not even asked
		}
		return history.Unknown, ""
	}
	defer said.Body.Close()
	text, err := io.ReadAll(said.Body)
	if err != nil {
		return history.Unknown, ""
	}
	if said.StatusCode == http.StatusOK {
		var result api.ChangeResult
		if err := json.Unmarshal(text, &result); err != nil {
			return history.Unknown, ""
		}
		return history.Acked, result.Version
	}
	var e api.Error
	if err := json.Unmarshal(text, &e); err != nil {
		return history.Unknown, ""
	}
	sure := !strings.Contains(e.Message, "may have carried it out")
	if sure && (e.Code == api.CodeConflict || e.Code == api.CodeNotRunning || strings.Contains(e.Message, "nothing was changed")) {
		return history.Refused, ""
	}
	return history.Unknown, ""
}

// document reads the configuration: the DC's, or what the node itself holds.
func (d *door) document(local bool) (*cib.Document, error) {
	path := api.PathCIB
	if local {
		path += "?local=1"
	}
	said, err := d.client.Get("http://" + d.node + path)
	if err != nil {
		return nil, err
	}
	defer said.Body.Close()
	text, err := io.ReadAll(said.Body)
	if err != nil {
		return nil, err
	}
	if said.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", d.node, said.Status, text)
	}
	return cib.Parse(text)
}

// state asks a node what it knows.
func (d *door) state() (api.State, error) {
	var state api.State
	said, err := d.client.Get("http://" + d.node + api.PathState)
	if err != nil {
		return state, err
	}
	defer said.Body.Close()
	return state, json.NewDecoder(said.Body).Decode(&state)
}
