package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"gpcs/internal/admin"
	"gpcs/internal/auth"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// Exit statuses of changes that were refused (crm_error(8)).
const (
	exitData     = 65
	exitSoftware = 70
	exitOlder    = 103
	exitExists   = 108
)

// What a document names that the helper programs make out of nothing: the
// newest schema and the features of Pacemaker 3.0.2, whose answers they give.
const (
	newestSchema     = "pacemaker-4.0"
	newestFeatureSet = "3.20.5"
)

const dangerous = "The supplied command is considered dangerous. To prevent accidental destruction of the cluster, " +
	"the --force flag is required in order to proceed."

// cibWhole carries out what concerns the document as a whole; ok is false for
// anything else.
func (t *toolCall) cibWhole(ctx context.Context) (status int, ok bool) {
	switch {
	case t.has("empty"):
		fmt.Fprint(t.Stdout, string(emptyCIB(newestSchema).Bytes()))
		return exitOK, true
	case t.has("md5-sum"):
		return t.cibDigest(cib.FileDigest), true
	case t.has("md5-sum-versioned"):
		return t.cibDigest(cib.PatchDigest), true
	case t.has("bump"):
		return t.cibChange(ctx, cib.Op{Kind: cib.Modify, XML: `<cib epoch="epoch++"/>`}), true
	case (t.has("erase") || t.has("upgrade")) && !t.has("force"):
		return t.fails(exitUnsafe, dangerous), true
	case t.has("erase"):
		empty := emptyCIB(newestSchema).Configuration() // of what is there nothing stays
		return t.cibChange(ctx, cib.Op{Kind: cib.Modify, XML: `<cib admin_epoch="admin_epoch++"/>`},
			cib.Op{Kind: cib.Replace, Path: "/cib/configuration", XML: string(cib.Print(empty))}), true
	case t.has("upgrade"):
		return t.cibUpgrade(ctx), true
	}
	return exitOK, false
}

// emptyCIB is the document that the helper programs make where there is none.
func emptyCIB(schema string) *cib.Document {
	doc := cib.New(schema, newestFeatureSet)
	for _, name := range []string{"admin_epoch", "epoch", "num_updates"} {
		doc.Root().RemoveAttr(name) // in the order in which the field has them
		doc.Root().CreateAttr(name, "0")
	}
	doc.SetVersion(cib.Version{Epoch: 1})
	return doc
}

func (t *toolCall) cibUpgrade(ctx context.Context) int {
	edit := *t.Call
	if name := t.cibFile(); name != "" {
		words, err := ParseWords([]string{"-f", name})
		if err != nil {
			return t.fails(exitUsage, "%v", err)
		}
		edit.Words = words
	}
	var faults []cib.Fault
	err := edit.editCIB(ctx, func(doc *cib.Document) report.List {
		if faults = cib.Validate(doc.Bytes()); faults == nil {
			admin.UpgradeSchema(doc)
		}
		return nil
	})
	switch {
	case err != nil:
		return t.callFailed(err)
	case faults != nil:
		return t.nonconforming(faults)
	}
	return exitOK
}

func (t *toolCall) cibDigest(digest func(*cib.Element) string) int {
	text, err := t.givenXML()
	if err != nil {
		fmt.Fprintln(t.Stderr, "Please supply XML to process with -X, -x or -p")
		return exitUsage
	}
	e, err := cib.ParseElement([]byte(text))
	if err != nil {
		return t.fails(exitData, "Couldn't parse input from %s", t.source())
	}
	fmt.Fprintln(t.Stdout, digest(e))
	return exitOK
}

func (t *toolCall) cibDeleteAll(ctx context.Context) int {
	path, ok := t.value("xpath")
	switch {
	case !t.has("force"):
		return t.fails(exitUnsafe, dangerous)
	case !ok:
		return t.fails(exitUsage, "--delete-all needs --xpath")
	}
	return t.cibChange(ctx, cib.Op{Kind: cib.Delete, Path: path})
}

// cibDelete removes the first element that is as the one given: its tag and
// all attributes. That there is none is no error.
func (t *toolCall) cibDelete(ctx context.Context) int {
	path, ok := t.value("xpath")
	if !ok {
		e, code := t.givenElement()
		if e == nil {
			return code
		}
		path = "//" + e.Tag
		for _, a := range e.Attr {
			path += "[@" + a.FullKey() + "='" + a.Value + "']"
		}
	}
	return t.cibChange(ctx, cib.Op{Kind: cib.Delete, Path: "(" + path + ")[1]"})
}

func (t *toolCall) cibModify(ctx context.Context) int {
	e, code := t.givenElement()
	if e == nil {
		return code
	}
	doc, err := t.document(ctx)
	if err != nil {
		return t.callFailed(err)
	}
	op := cib.Op{Kind: cib.Modify, XML: string(cib.Print(e))}
	path, named := t.value("xpath")
	scope, _ := t.value("scope")
	switch {
	case named:
		op.Path = path + "/.."
	case e.Tag == "cib", isSection(e.Tag):
		return t.cibChange(ctx, op) // a section that is missing is made
	default:
		id := e.SelectAttrValue("id", "")
		path = fmt.Sprintf("//%s[@id='%s']", e.Tag, id)
		op.Path = path + "/.."
	}
	if found, err := doc.XPath(path); err != nil || len(found) == 0 {
		if !isSection(scope) || !t.has("allow-create") {
			return t.callFailed(cib.ErrNotFound)
		}
		op.Path, op.XML = "", string(cib.Print(within(cib.NewElement(scope), e)))
	}
	return t.cibChange(ctx, op)
}

func (t *toolCall) cibCreate(ctx context.Context) int {
	e, code := t.givenElement()
	if e == nil {
		return code
	}
	op := cib.Op{Kind: cib.Create, XML: string(cib.Print(e))}
	path, named := t.value("xpath")
	scope, scoped := t.value("scope")
	switch {
	case named:
		op.Path = path
	case scoped && e.Tag != scope:
		op.Kind, op.XML = cib.Modify, string(cib.Print(within(cib.NewElement(scope), e)))
	default:
		op.Kind = cib.Modify // a section exists always: what is in it is created there
	}
	if e.SelectAttrValue("id", "") != "" {
		if doc, err := t.document(ctx); err == nil && doc.Configuration().FindElement(fmt.Sprintf(".//%s[@id='%s']", e.Tag, e.SelectAttrValue("id", ""))) != nil {
			fmt.Fprint(t.Stdout, string(cib.Print(failedUpdate(e))))
			return t.callFailed(cib.ErrExists)
		}
	}
	return t.cibChange(ctx, op)
}

// failedUpdate is the report on an element that exists already.
func failedUpdate(e *cib.Element) *cib.Element {
	return within(cib.NewElement("failed"), within(cib.NewElement("failed_update", "id", e.SelectAttrValue("id", ""),
		"object-type", e.Tag, "operation", "cib_create", "reason", "File exists"), e.Copy()))
}

func (t *toolCall) cibReplace(ctx context.Context) int {
	e, code := t.givenElement()
	if e == nil {
		return code
	}
	op := cib.Op{Kind: cib.Replace, XML: string(cib.Print(e))}
	path, named := t.value("xpath")
	switch {
	case named:
		op.Path = path
	case e.Tag != "cib" && !isSection(e.Tag):
		op.Path = fmt.Sprintf("//%s[@id='%s']", e.Tag, e.SelectAttrValue("id", ""))
	}
	ops := []cib.Op{op}
	if status := e.SelectElement("status"); e.Tag == "cib" && status != nil && !named && t.cibFile() != "" {
		// In a file nobody else has a say about the status.
		ops = append(ops, cib.Op{Kind: cib.Replace, Path: "/cib/status", XML: string(cib.Print(status))})
	}
	return t.cibChange(ctx, ops...)
}

func (t *toolCall) cibPatch(ctx context.Context) int {
	e, code := t.givenElement()
	if e == nil {
		return code
	}
	return t.cibChange(ctx, cib.Op{Kind: cib.Patch, XML: string(cib.Print(e))})
}

// givenElement returns the XML that was given; nil with the exit status if
// there is none.
func (t *toolCall) givenElement() (*cib.Element, int) {
	text, err := t.givenXML()
	switch {
	case errors.Is(err, errNoXML) && t.has("xpath") && t.has("delete"):
		return nil, exitOK
	case errors.Is(err, errNoXML):
		either := ""
		if t.has("delete") {
			either = "either --xpath or "
		}
		return nil, t.fails(exitUsage, "The supplied command requires %sinput via --xml-file, --xml-text, or --xml-pipe", either)
	case err != nil:
		return nil, t.fails(exitSoftware, "%v", err)
	}
	e, err := cib.ParseElement([]byte(text))
	if err != nil {
		return nil, t.fails(exitData, "Couldn't parse input from %s", t.source())
	}
	t.warnOfScope()
	return e, exitOK
}

// source names where givenXML reads.
func (t *toolCall) source() string {
	switch {
	case t.has("xml-text"):
		return "input string"
	case t.has("xml-file"):
		return t.last("xml-file")
	}
	return "stdin"
}

// warnOfScope says that a scope is none.
func (t *toolCall) warnOfScope() (unknown bool) {
	scope, given := t.value("scope")
	if !given || scope == "all" || isSection(scope) {
		return false
	}
	fmt.Fprintf(t.Stderr, "Invalid value '%s' for '--scope'. Operation will apply to the entire CIB\n", scope)
	return true
}

var errNoXML = errors.New("no XML given: use --xml-text, --xml-file or --xml-pipe")

// givenXML reads what --xml-text, --xml-file or --xml-pipe gives.
func (t *toolCall) givenXML() (string, error) {
	if text, ok := t.value("xml-text"); ok {
		return text, nil
	}
	if name, ok := t.value("xml-file"); ok {
		data, err := os.ReadFile(name)
		return string(data), err
	}
	if !t.has("xml-pipe") {
		return "", errNoXML
	}
	data, err := io.ReadAll(io.LimitReader(t.Stdin, cib.MaxSize))
	return string(data), err
}

// callerNamed is a user of this system as access control lists see one; one
// that is not known here has no groups.
func callerNamed(name string) cib.Caller {
	user, err := auth.LookUp("", name)
	if err != nil {
		return cib.Caller{User: name}
	}
	return cib.Caller{User: name, Groups: user.Groups}
}

func (t *toolCall) cibChange(ctx context.Context, ops ...cib.Op) int {
	if t.cibFile() == "" {
		if _, err := t.running(ctx); err != nil {
			return t.failed(err)
		}
	}
	if code, ok := t.conforms(ctx, ops); !ok {
		return code
	}
	if err := t.change(ctx, ops...); err != nil {
		return t.callFailed(err)
	}
	return exitOK
}

// conforms refuses a change that would leave a document against its schema. One that was so before may be changed: that is how it is
// mended.
func (t *toolCall) conforms(ctx context.Context, ops []cib.Op) (status int, ok bool) {
	doc, err := t.document(ctx)
	if err != nil {
		return t.callFailed(err), false
	}
	next, err := cib.Apply(doc, cib.Request{Ops: ops}, "")
	if err != nil {
		return exitOK, true // the change itself says why, with what it is to be done on
	}
	if faults := nonconforming(doc, next); len(faults) > 0 {
		return t.nonconforming(faults), false
	}
	return exitOK, true
}

// errNonconforming says that a change would leave a document against its schema.
var errNonconforming = errors.New("update does not conform to the configured schema")

// nonconforming tells what a change brings into a document against its schema.
// One that was so before may be changed: that is how it is mended.
func nonconforming(before, after *cib.Document) []cib.Fault {
	faults := cib.Validate(after.Bytes())
	if len(faults) == 0 || len(cib.Validate(before.Bytes())) > 0 {
		return nil
	}
	return faults
}

// nonconforming says that a document is against its schema, with --verbose also where.
func (t *toolCall) nonconforming(faults []cib.Fault) int {
	for _, f := range faults {
		if t.has("verbose") {
			fmt.Fprintln(t.Stderr, f)
		}
	}
	return t.fails(exitConfig, "CIB API call failed: Update does not conform to the configured schema")
}

// refusals are the errors of changes, in the words and with the exit statuses
// that scripts know.
var refusals = []struct {
	is     error
	status int
	text   string
}{
	{cib.ErrDenied, exitDenied, "Permission denied"},
	{cib.ErrNotFound, exitNoSuch, "No such device or address"},
	{cib.ErrExists, exitExists, "File exists"},
	{cib.ErrOlder, exitOlder, "Update was older than existing configuration"},
	{errNonconforming, exitConfig, "Update does not conform to the configured schema"},
	{errToolStopped, exitDisconnected, "Transport endpoint is not connected"},
}

// statusOf is the exit status for an error of a change.
func statusOf(err error) int {
	for _, r := range refusals {
		if errors.Is(err, r.is) {
			return r.status
		}
	}
	return exitError
}

// refusalText says why a change was refused.
func refusalText(err error) string {
	for _, r := range refusals {
		if errors.Is(err, r.is) {
			return r.text
		}
	}
	return strings.TrimSuffix(why(err), "\n")
}

// callFailed says why a call was refused, and returns the exit status.
func (t *toolCall) callFailed(err error) int {
	if errors.Is(err, errToolStopped) {
		return t.failed(err)
	}
	return t.fails(statusOf(err), "CIB API call failed: %s", refusalText(err))
}
