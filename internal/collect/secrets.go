package collect

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"gpcs/internal/paths"
	"gpcs/internal/redact"
)

// secretFiles hold nothing but a secret each.
var secretFiles = []string{"/etc/corosync/authkey", "/etc/pacemaker/authkey", "/etc/booth/*.key", "/var/lib/pacemaker/lrm/secrets/*/*",
	"/etc/corosync/qdevice/net/nssdb/pwdfile.txt", "/var/lib/pcsd/pcsd.key", "/var/lib/pcsd/cfgsync_ctl"}

// tokenFiles are JSON with tokens in it.
var tokenFiles = []string{"/var/lib/pcsd/known-hosts", "/var/lib/pcsd/pcs_users.conf", "/var/lib/pcsd/tokens", "/var/lib/pcsd/pcs_settings.conf", "/root/.pcs/tokens", "/root/.pcs/known-hosts"}

// secretsOf reads what must not be told from the files of this node that hold
// nothing else. What cannot be read is in no file that is collected either.
func secretsOf(root paths.Root) redact.Secrets {
	var s redact.Secrets
	for _, pattern := range secretFiles {
		found, _ := filepath.Glob(root.Join(pattern)) // the patterns are good ones
		for _, name := range found {
			if strings.HasSuffix(name, ".sign") {
				continue // a digest of the secret beside it
			}
			data, err := os.ReadFile(name)
			if err != nil {
				continue
			}
			s.Add(string(data))
			for line := range strings.Lines(string(data)) { // of a PEM file
				if len(line) > 32 {
					s.Add(line)
				}
			}
		}
	}
	for _, name := range tokenFiles {
		data, err := os.ReadFile(root.Join(name))
		var value any
		if err == nil && json.Unmarshal(data, &value) == nil {
			addTokens(&s, value, false)
		}
	}
	if data, err := os.ReadFile(root.Join("/etc/shadow")); err == nil {
		for line := range strings.Lines(string(data)) {
			if f := strings.Split(line, ":"); len(f) > 1 && len(f[1]) > 8 {
				s.Add(f[1])
			}
		}
	}
	return s
}

// addTokens adds the strings that stand under a secret's name in a JSON value.
func addTokens(s *redact.Secrets, value any, secret bool) {
	switch v := value.(type) {
	case string:
		if secret {
			s.Add(v)
		}
	case []any:
		for _, one := range v {
			addTokens(s, one, secret)
		}
	case map[string]any:
		for name, one := range v {
			addTokens(s, one, secret || redact.IsName(name))
		}
	}
}
