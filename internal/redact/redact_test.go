package redact

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gpcs/internal/cib"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{"passwd": true, "password": true, "snmp_priv_passwd": true, "api_key": true, "secret_key": true, "token": true,
		"Token-Value": true, "community": true, "TOKEN_FILE": false, "passwd_script": false, "ip": false, "login": false, "key": false, "email_password": true,
		"token_coefficient": false} {
		if IsName(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func TestNamedValuesAreHidden(t *testing.T) {
	var s Secrets
	for text, want := range map[string]string{
		"passwd=hunter2 ip=1.2.3.4":                   "passwd=****** ip=1.2.3.4",
		`{"auth_token": "abc", "x": "y"}`:             `{"auth_token": "******", "x": "y"}`,
		"password: a b":                               "password: ****** b",
		"SNMP_COMMUNITY='my own'":                     "SNMP_COMMUNITY='******'",
		"https://joe:pw@example.org/x":                "https://joe:******@example.org/x",
		"token: 3000\ntoken_coefficient: 650":         "token: 3000\ntoken_coefficient: 650",
		`"tokens": {"x": "y"}`:                        `"tokens": {"x": "y"}`,
		"the password is wrong":                       "the password is wrong",
		"time=2026-11-23T14:00:00Z msg=\"a\" node=n1": "time=2026-11-23T14:00:00Z msg=\"a\" node=n1",
	} {
		if got := string(s.Hide([]byte(text))); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestWhatOneTextNamesIsHiddenInAnother(t *testing.T) {
	var s Secrets
	s.Learn([]byte("COMMUNITY='open sesame'\npassword: required\nhttp://a:url-pw@b/\n"))
	got := string(s.Hide([]byte("open sesame, url-pw, required")))
	if want := "******, ******, required"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTheCIBIsCleanedAndItsSecretsAreKnown(t *testing.T) {
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0"><configuration><resources>` +
		`<primitive id="f" class="stonith" type="fence_x"><instance_attributes id="i"><nvpair id="i1" name="passwd" value="a&amp;b&quot;c"/>` +
		`<nvpair id="i2" name="ip" value="10.0.0.1"/></instance_attributes></primitive></resources></configuration></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	var s Secrets
	clean := s.CIB(doc)
	if !bytes.Contains(clean, []byte(`name="passwd" value="******"`)) || !bytes.Contains(clean, []byte("10.0.0.1")) {
		t.Errorf("%s", clean)
	}
	if !bytes.Contains(doc.Bytes(), []byte("a&amp;b")) {
		t.Error("the document itself was changed")
	}
	for _, text := range []string{`login a&b"c failed`, `value="a&amp;b&quot;c"`, `err="login a&b\"c"`, "a%26b%22c",
		base64.StdEncoding.EncodeToString([]byte(`a&b"c`))} {
		if got := string(s.Hide([]byte(text))); !strings.Contains(got, Mark) {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// Whatever the secret and the text round it are, the secret is not in what is left.
func TestASecretThatIsKnownIsGone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[a-zA-Z0-9&<>"'=:/+ %-]{6,20}`).Filter(func(s string) bool { return len(strings.TrimSpace(s)) >= shortest }).Draw(t, "secret")
		before, after := rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after")
		var s Secrets
		s.Add(secret, rapid.StringN(4, 8, -1).Draw(t, "another"))
		if got := string(s.Hide([]byte(before + secret + after))); strings.Contains(got, strings.TrimSpace(secret)) && !strings.Contains(Mark+before+after, strings.TrimSpace(secret)) {
			t.Fatalf("%q is in %q", secret, got)
		}
	})
}
