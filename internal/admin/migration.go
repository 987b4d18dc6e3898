package admin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/conf"
)

// Effect is what becomes of a part of a cluster of corosync and Pacemaker when
// gpcs takes the cluster over.
type Effect string

// The effects, the worst last.
const (
	Carried Effect = "carried over"
	Differs Effect = "different"
	Lost    Effect = "not carried over"
)

// Finding is one thing that a check of a migration has to say.
type Finding struct {
	Code    string `json:"code"` // stable
	Effect  Effect `json:"effect"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Advice  string `json:"advice,omitempty"` // what to do, if anything
}

// MigrationFacts are what a migration is judged by: the files of a node. What
// is nil was not looked at.
type MigrationFacts struct {
	Corosync *FileFact
	CIB      *FileFact
	Node     *NodeFacts
}

// FileFact is one file.
type FileFact struct {
	Name   string
	Text   []byte
	Absent bool
	Digest string // of a CIB: what cib.xml.sig says, "" = there is none
}

// NodeFacts are what else lies on the node.
type NodeFacts struct {
	Name        string                 // of the host
	Here        func(n conf.Node) bool // whether an entry of the nodelist is this host
	CorosyncKey int                    // length of the key in bytes, -1 = there is none
	Installed   func(agentmeta.Name) bool
	Hosts       []string // names in known-hosts
	HostsError  string
	Certificate string      // what is wrong with pcsd's certificate, "" = nothing
	Enabled     []string    // units that start at boot
	DropIns     []string    // files that change units of the stack
	SBD         []conf.Attr // settings of SBD
	Environment []Setting   // of the stack's daemons
	Booth       bool
	Account     bool // the user hacluster exists
}

// Setting is a variable in a file of /etc/default or /etc/sysconfig.
type Setting struct{ File, Name string }

// Migration is the outcome of a check.
type Migration struct {
	Cluster string    `json:"cluster_name"`
	Node    string    `json:"node,omitempty"`
	Version string    `json:"cib_version,omitempty"` // admin_epoch.epoch.num_updates
	Schema  string    `json:"cib_schema,omitempty"`
	Whole   bool      `json:"carried_over"` // nothing is lost
	List    []Finding `json:"findings"`
}

func (m *Migration) add(effect Effect, code, subject, text, advice string) {
	m.List = append(m.List, Finding{code, effect, subject, text, advice})
}

// CheckMigration says what of a cluster of corosync and Pacemaker gpcs takes
// over, and what not.
func CheckMigration(f MigrationFacts) Migration {
	m := Migration{List: []Finding{}}
	var cluster *conf.Corosync
	if f.Corosync != nil {
		cluster = m.corosync(*f.Corosync)
	}
	if f.CIB != nil {
		m.cib(*f.CIB, f.Node)
	}
	if f.Node != nil {
		m.node(*f.Node, cluster)
	}
	order := []Effect{Carried, Differs, Lost}
	slices.SortStableFunc(m.List, func(a, b Finding) int {
		return cmp.Compare(slices.Index(order, a.Effect), slices.Index(order, b.Effect))
	})
	m.Whole = m.count(Lost) == 0
	return m
}

func (m Migration) count(e Effect) int {
	n := 0
	for _, f := range m.List {
		if f.Effect == e {
			n++
		}
	}
	return n
}

// cib judges cib.xml.
func (m *Migration) cib(f FileFact, node *NodeFacts) {
	if f.Absent {
		m.add(Carried, "CIB_ABSENT", f.Name, "there is none: this node gets the configuration from the others, or begins with an empty one", "")
		return
	}
	doc, err := cib.Parse(f.Text)
	if err != nil {
		m.add(Lost, "CIB_DAMAGED", f.Name, "cannot be read: "+err.Error(), "take the newest good cib-N.raw beside it, or another node's")
		return
	}
	if f.Digest != "" && f.Digest != cib.FileDigest(doc.Root()) {
		m.add(Lost, "CIB_DIGEST", f.Name, "was changed by hand or damaged: its digest is not the one in cib.xml.sig, and neither stack accepts it",
			"make changes with 'pcs' or 'cibadmin'; to keep this content remove cib.xml.sig")
	}
	m.Version, m.Schema = doc.Version().String(), doc.Root().SelectAttrValue("validate-with", "")
	m.schema(f)
	m.properties(doc)
	resources := m.resources(doc, node)
	m.add(Carried, "CIB", f.Name, fmt.Sprintf("version %s with %s and %s; names, ids and version stay", m.Version,
		counted(resources, "resource"), counted(len(doc.Section("constraints").ChildElements()), "constraint")), "")
	if len(doc.Section("constraints").SelectElements("rsc_ticket")) > 0 {
		m.add(Differs, "TICKETS", "tickets", "which tickets are granted is not in cib.xml: it is forgotten once the cluster is stopped on all nodes, with either stack",
			"grant them again with 'pcs booth ticket grant', or have booth do it")
	}
}

// schema judges what the document is validated by.
func (m *Migration) schema(f FileFact) {
	if m.Schema == "" || m.Schema == "none" {
		m.add(Differs, "SCHEMA_NONE", f.Name, "names no schema: it is not validated, with either stack", "pcs cluster cib-upgrade")
		return
	}
	faults := cib.Validate(f.Text)
	for _, fault := range faults[:min(len(faults), 3)] {
		m.add(Differs, "SCHEMA_FAULT", f.Name, "does not keep to "+m.Schema+": "+fault.String(), "gpcs loads it, but refuses changes that leave it so; mend it")
	}
	doc, err := cib.Parse(f.Text)
	if err != nil || len(faults) > 0 {
		return
	}
	if major, _ := schemaVersion(doc); major < 3 {
		m.add(Differs, "SCHEMA_OLD", f.Name, "is of the old schema "+m.Schema+"; what newer ones write otherwise is rewritten when the document is upgraded",
			"pcs cluster cib-upgrade, with either stack")
	}
}

// properties judges cluster properties.
func (m *Migration) properties(doc *cib.Document) {
	isSet := func(name string) (string, bool) {
		for _, set := range doc.Section("crm_config").SelectElements("cluster_property_set") {
			for _, nv := range set.SelectElements("nvpair") {
				if nv.SelectAttrValue("name", "") == name {
					return nv.SelectAttrValue("value", ""), true
				}
			}
		}
		return "", false
	}
	if v, ok := isSet("enable-startup-probes"); ok && !value.True(v) {
		m.add(Lost, "NO_PROBES", "enable-startup-probes=false", "what runs is found by probes: without them it would be started a second time",
			"pcs property set enable-startup-probes= before gpcs starts")
	}
	if v, _ := isSet("maintenance-mode"); !value.True(v) {
		m.add(Differs, "NO_MAINTENANCE", "maintenance-mode", "is not set: resources are stopped and started with the packages",
			"pcs property set maintenance-mode=true, so that they go on running")
	}
}

// Text is the outcome for people.
func (m Migration) Text() string {
	var b strings.Builder
	var head []string
	for _, part := range [][2]string{{"cluster ", m.Cluster}, {"node ", m.Node}, {"CIB ", m.Version}, {"schema ", m.Schema}} {
		if part[1] != "" {
			head = append(head, part[0]+part[1])
		}
	}
	if len(head) > 0 {
		fmt.Fprintf(&b, "Checked: %s\n", strings.Join(head, ", "))
	}
	for _, e := range []Effect{Carried, Differs, Lost} {
		if m.count(e) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s:\n", strings.ToUpper(string(e[:1]))+string(e[1:]))
		for _, f := range m.List {
			if f.Effect != e {
				continue
			}
			fmt.Fprintf(&b, "  * %s: %s\n", f.Subject, f.Text)
			if f.Advice != "" {
				fmt.Fprintf(&b, "    -> %s\n", f.Advice)
			}
		}
	}
	if m.Whole {
		b.WriteString("\nEverything is carried over")
		if n := m.count(Differs); n > 0 {
			fmt.Fprintf(&b, "; %s to read above", counted(n, "difference"))
		}
		return b.String() + ".\n"
	}
	fmt.Fprintf(&b, "\n%s not carried over.\n", isOrAre(m.count(Lost)))
	return b.String()
}

func isOrAre(n int) string {
	if n == 1 {
		return "1 thing is"
	}
	return fmt.Sprintf("%d things are", n)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// JSON is the outcome for programs.
func (m Migration) JSON() (string, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return string(text) + "\n", err
}
