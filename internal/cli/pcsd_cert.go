package cli

import (
	"context"
	"crypto/tls"
	"os"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/auth"
	"gpcs/internal/durable"
	"gpcs/internal/report"
)

// pcsdCertVerbs are the verbs of "pcsd" for certificates and tokens.
func pcsdCertVerbs() []*cobra.Command {
	accept := verb("accept_token <file>", "Let who has the token in a file use this node as hacluster.", pcsdAcceptToken)
	accept.Hidden = true
	return []*cobra.Command{
		verb("certkey <certificate file> <key file>", "Put another certificate and key in the place of the daemon's. Nodes that know "+
			"this one have to be told with 'pcs host auth'.", pcsdCertkey, "--force"),
		verb("sync-certificates", "Give all nodes of the cluster one certificate. Nodes know each other by their own certificates here, "+
			"so nothing is done.", withoutArgs(pcsdSyncCertificates), "--skip-offline"),
		accept,
	}
}

// pcsdCertkey carries out "pcsd certkey".
func pcsdCertkey(_ context.Context, c *Call) error {
	if len(c.Args) != 2 {
		return errUsage
	}
	var files [2][]byte
	for i, name := range c.Args {
		data, err := os.ReadFile(name)
		if err != nil {
			return fail("%s: '%s'", pathReason(err), name)
		}
		files[i] = data
	}
	if _, err := tls.X509KeyPair(files[0], files[1]); err != nil {
		return fail("Certificate does not match the key: %v\nNothing was changed.", err)
	}
	if !c.Has("--force") {
		for _, name := range []string{c.Root.Certificate(), c.Root.CertificateKey()} {
			if _, err := os.Stat(name); err == nil {
				return fail("certificate and/or key already exists, use --force to overwrite")
			}
		}
	}
	// The key first: a certificate with another's key keeps the daemon from
	// starting, and says so, in both orders.
	if err := durable.Write(c.Root.CertificateKey(), files[1], 0o600); err != nil {
		return fail("Unable to write '%s': %s", c.Root.CertificateKey(), pathReason(err))
	}
	if err := durable.Write(c.Root.Certificate(), files[0], 0o600); err != nil {
		return fail("Unable to write '%s': %s", c.Root.Certificate(), pathReason(err))
	}
	c.say(report.NewInfo("CERTIFICATE_UPDATED", "Certificate and key updated, you may need to restart pcsd for new settings to take effect"),
		report.NewWarning("CERTIFICATE_PINNED", "other nodes know this one by its old certificate: run 'pcs host auth' for it on one of them"))
	return nil
}

// pcsdSyncCertificates carries out "pcsd sync-certificates".
func pcsdSyncCertificates(context.Context, *Call) error {
	return fail("each node of this cluster is known by a certificate of its own, and no web interface needs a common one; nothing was changed")
}

// pcsdAcceptToken carries out "pcsd accept_token".
func pcsdAcceptToken(_ context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return fail("1 argument required")
	}
	token, err := readToken(c.Args[0])
	if err != nil {
		return err
	}
	if err := auth.NewTokens(c.Root.PcsUsers()).Add(auth.Superuser, token, time.Now()); err != nil {
		return fail("Unable to save the tokens of this node: %v", err)
	}
	return nil
}
