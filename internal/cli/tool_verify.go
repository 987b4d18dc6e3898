package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

var crmVerifyOptions = []toolOption{
	{'L', "live-check", noValue}, {'x', "xml-file", needsValue}, {'p', "xml-pipe", noValue}, {'X', "xml-text", needsValue},
	{'S', "save-xml", needsValue},
}

// crmVerify says whether a configuration is valid: crm_verify(8).
func crmVerify(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(crmVerifyOptions)
	if done {
		return code
	}
	data, err := a.toVerify(ctx)
	if err != nil {
		return a.end(exitDataError, "Couldn't parse input: %v", why(err))
	}
	doc, err := cib.Parse(data)
	if err != nil {
		return a.end(exitConfig, "Couldn't parse input: %v", err)
	}
	if name, ok := a.value("save-xml"); ok {
		if err := os.WriteFile(name, doc.Bytes(), 0o600); err != nil {
			return a.end(exitCantCreate, "Could not save: %v", err)
		}
	}
	verbose := a.has("verbose")
	wrong := cib.Validate(data)
	if !a.has("quiet") {
		for _, f := range wrong {
			a.blame("%s", f)
		}
	}
	faults := admin.VerifyCIB(doc)
	switch {
	case len(faults) > 0:
		faults = withUnclean(doc, faults[:len(faults)-1]) // the verdict comes last, in words of its own
	case len(wrong) > 0:
		faults = []string{"error: CIB did not pass schema validation"}
	default:
		return a.end(exitOK, "")
	}
	if a.xml || verbose && !a.has("quiet") {
		for _, f := range faults {
			a.blame("%s", f)
		}
	}
	switch {
	case (a.xml || verbose) && !a.has("quiet"):
		a.blame("Configuration invalid")
	case !a.has("quiet"):
		a.blame("Configuration invalid (-V may provide more detail)")
	}
	return a.end(exitConfig, "")
}

// withUnclean adds the nodes whose state nobody knows, where they cannot be
// fenced, before the last fault.
func withUnclean(doc *cib.Document, faults []string) []string {
	cluster, err := sched.Unpack(doc, sched.Options{Now: time.Now().Unix()})
	if err != nil {
		return faults
	}
	last := len(faults) - 1
	out := append([]string{}, faults[:last]...)
	for _, n := range cluster.Nodes {
		if n.Unclean {
			out = append(out, "warning: Node "+n.Name+" is unclean but cannot be fenced")
		}
	}
	return append(out, faults[last])
}

// toVerify reads the configuration that is meant.
func (a *answer) toVerify(ctx context.Context) ([]byte, error) {
	if name, ok := a.value("xml-file"); ok {
		return os.ReadFile(name)
	}
	if text, ok := a.value("xml-text"); ok {
		return []byte(text), nil
	}
	if a.has("xml-pipe") {
		return io.ReadAll(io.LimitReader(a.Stdin, cib.MaxSize))
	}
	if !a.has("live-check") {
		return nil, fmt.Errorf("no configuration source specified, use %s", strings.Join([]string{"-L", "-x", "-X or -p"}, ", "))
	}
	doc, err := a.document(ctx)
	if err != nil {
		return nil, err
	}
	return doc.Bytes(), nil
}
