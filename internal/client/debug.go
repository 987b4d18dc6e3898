package client

import (
	"net/url"
	"slices"
	"strings"

	"gpcs/internal/api"
)

// harmless are the form fields whose values --debug may show. Every other
// value could be a password, a token or a key.
var harmless = []string{"username", "check_auth_only", "component", "force", "cluster_name", "version", "corosync_conf"}

// secretAnswers are the requests whose answers hold tokens or passwords; the
// CIB holds those of fence devices.
var secretAnswers = []string{"/remote/auth", "/remote/get_configs", "/remote/get_cluster_known_hosts", api.PathCIB, api.PathReport}

const hidden = "(not shown: may hold secrets)"

func (c *Client) debugRequest(to string, r request) {
	if c.Debug == nil {
		return
	}
	if r.body == "" {
		c.debugf("Sending HTTP Request to: %s\nData: None\n", to)
		return
	}
	c.debugf("Sending HTTP Request to: %s\n--Debug Input Start--\n%s\n--Debug Input End--\n", to, redacted(r))
}

func redacted(r request) string {
	if !strings.HasPrefix(r.kind, formType) {
		return hidden
	}
	form, err := url.ParseQuery(r.body)
	if err != nil {
		return hidden
	}
	var shown []string
	for name, values := range form {
		for _, v := range values {
			if !slices.Contains(harmless, name) {
				v = hidden
			}
			shown = append(shown, name+"="+v)
		}
	}
	slices.Sort(shown)
	return strings.Join(shown, "&")
}

func (c *Client) debugAnswer(to, path string, status int, body string) {
	if c.Debug == nil {
		return
	}
	path, _, _ = strings.Cut(path, "?")
	if slices.Contains(secretAnswers, path) {
		body = hidden
	}
	c.debugf("Finished calling: %s\nResponse Code: %d\n--Debug Response Start--\n%s\n--Debug Response End--\n", to, status, body)
}
