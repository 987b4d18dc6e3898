package admin

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// SetArg is one resource set of a constraint to be made.
type SetArg struct {
	Resources []string
	Options   Pairs
}

// AddColocationSet adds a colocation constraint of resource sets.
func AddColocationSet(doc *cib.Document, sets []SetArg, options Pairs, force bool) report.List {
	var out report.List
	if options.has("influence") {
		out = append(out, ensureSchemaNew(doc, 3, 6)...)
	}
	b := newIDs(doc)
	bad := b.setOptions(options, "id", "influence", "score")
	if score, given := options.Get("score"); given && bad == nil && !isScore(score) {
		bad = report.List{badScore(score)}
	}
	if bad != nil {
		return append(out, bad...)
	}
	e := b.setElement("rsc_colocation", "colocation", sets, options)
	if !options.has("score") {
		e.CreateAttr("score", "INFINITY")
	}
	return append(out, b.addSets(doc, e, sets, force, sameSets)...)
}

// AddOrderSet adds an order constraint of resource sets.
func AddOrderSet(doc *cib.Document, sets []SetArg, options Pairs, force bool) report.List {
	b := newIDs(doc)
	if bad := b.setOptions(options, "id", "kind", "symmetrical"); bad != nil {
		return bad
	}
	given := options
	if v, ok := options.Get("kind"); ok {
		options = options.With("kind", capitalized(v))
	}
	if v, ok := options.Get("symmetrical"); ok {
		options = options.With("symmetrical", strings.ToLower(v))
	}
	var out report.List
	if v, ok := options.Get("kind"); ok && !oneOf("kind", "Mandatory", "Optional", "Serialize").ok(v) {
		value, _ := given.Get("kind")
		out = append(out, invalidValue("kind", value, quoteSorted([]string{"Mandatory", "Optional", "Serialize"}), report.Never, false))
	}
	if v, ok := options.Get("symmetrical"); ok && !isPcsBool(v) {
		value, _ := given.Get("symmetrical")
		out = append(out, invalidValue("symmetrical", value, boolWords, report.Never, false))
	}
	if out != nil {
		return out.Alone()
	}
	return b.addSets(doc, b.setElement("rsc_order", "order", sets, options), sets, force, sameSets)
}

// AddTicketSet adds a ticket constraint of resource sets.
func AddTicketSet(doc *cib.Document, sets []SetArg, options Pairs, force bool) report.List {
	b := newIDs(doc)
	var out report.List
	for _, s := range sets {
		for _, id := range s.Resources {
			if findElement(doc, id) == nil {
				out = append(out, notFound(id))
			}
		}
	}
	if out != nil {
		return out
	}
	for i, s := range sets {
		role, given := s.Options.Get("role")
		if given && oneOf("role", constraintRoles...).ok(capitalized(role)) {
			sets[i].Options = s.Options.With("role", capitalized(role))
		}
		for _, id := range s.Resources {
			out = append(out, checkSetResource(doc, id, force)...)
		}
		out = append(out, checkSetOptions(sets[i])...)
	}
	if v, given := options.Get("ticket"); !given || v == "" {
		out = append(out, missingOptions("", []string{"ticket"}, report.Never, false))
	} else {
		out = append(out, checkTicketName(v)...)
	}
	out = append(out, checkNames("", options, []string{"id", "loss-policy", "ticket"}, report.Never, false)...)
	if id, given := options.Get("id"); given {
		out = append(out, b.checkConstraintID(id)...)
	}
	out = append(out, checkValues(options, report.Never, false, lossPolicy())...)
	if out.Failed() {
		return out
	}
	same := func(a, b *cib.Element) bool {
		return a.SelectAttrValue("ticket", "") == b.SelectAttrValue("ticket", "") && sameSets(a, b)
	}
	return append(out, b.addChecked(doc, b.setElement("rsc_ticket", "ticket", sets, lowerPolicy(options)), sets, force, same)...)
}

// setOptions checks the names of a constraint's options and its id.
func (b *idBook) setOptions(options Pairs, allowed ...string) report.List {
	if bad := checkNames("", options, allowed, report.Never, false); bad != nil {
		return bad.Alone()
	}
	if id, given := options.Get("id"); given {
		if bad := b.checkConstraintID(id); bad != nil {
			return bad[:1].Alone()
		}
	}
	return nil
}

// checkConstraintID checks an id that the administrator chose; it is taken
// only when the constraint is made.
func (b *idBook) checkConstraintID(id string) report.List {
	if bad := checkID(id, "constraint id"); bad != nil {
		return bad
	}
	if b.has(id) {
		return report.List{report.NewError("ID_ALREADY_EXISTS", "'"+id+"' already exists")}
	}
	return nil
}

// setElement makes the constraint without its sets. Without an id given it
// gets one from the first three resources.
func (b *idBook) setElement(tag, kind string, sets []SetArg, options Pairs) *cib.Element {
	e := cib.NewElement(tag)
	for _, o := range options {
		e.CreateAttr(o.Name, o.Value)
	}
	if id, given := options.Get("id"); given {
		b.book(id)
		return e
	}
	var short []string
	for _, s := range sets {
		for _, r := range s.Resources {
			if len(short) < 3 && r != "" {
				short = append(short, r[:1]+r[len(r)-1:])
			}
		}
	}
	e.CreateAttr("id", b.unique(kind+"_set_"+strings.Join(short, "")))
	return e
}

// addSets checks the sets one after the other, adds them and the constraint.
func (b *idBook) addSets(doc *cib.Document, e *cib.Element, sets []SetArg, force bool, same func(a, b *cib.Element) bool) report.List {
	var out report.List
	for _, s := range sets {
		out = append(out, checkSet(doc, s, force)...)
		if out.Failed() {
			return out
		}
	}
	return append(out, b.addChecked(doc, e, sets, force, same)...)
}

func (b *idBook) addChecked(doc *cib.Document, e *cib.Element, sets []SetArg, force bool, same func(a, b *cib.Element) bool) report.List {
	for _, s := range sets {
		set := cib.NewElement("resource_set")
		for _, o := range s.Options {
			if o.Name == "role" {
				o.Value = roleFor(doc, o.Value)
			}
			set.CreateAttr(o.Name, o.Value)
		}
		set.CreateAttr("id", b.unique(elementID(e)+"_set"))
		for _, r := range s.Resources {
			set.AddChild(cib.NewElement("resource_ref", "id", r))
		}
		e.AddChild(set)
	}
	section := constraintSection(doc)
	var existing []*cib.Element
	for _, c := range section.SelectElements(e.Tag) {
		if len(c.SelectElements("resource_set")) > 0 && same(c, e) {
			existing = append(existing, c)
		}
	}
	section.AddChild(e)
	return duplicates(constraintLines(existing), force)
}

func checkSet(doc *cib.Document, s SetArg, force bool) report.List {
	out := checkSetOptions(s)
	if out != nil {
		return out
	}
	for _, id := range s.Resources {
		out = append(out, checkSetResource(doc, id, force)...)
		if out.Failed() {
			break
		}
	}
	return out
}

func checkSetOptions(s SetArg) report.List {
	out := checkNames("set", s.Options, []string{"action", "require-all", "role", "sequential"}, report.Never, false)
	return append(out, checkValues(s.Options, report.Never, false,
		oneOf("action", OrderActions...), boolRule("require-all"), oneOf("role", constraintRoles...), boolRule("sequential"))...)
}

// sameSets tells constraints of the same resources in the same sets.
func sameSets(a, b *cib.Element) bool {
	key := func(e *cib.Element) string {
		var sets []string
		for _, s := range readSets(e) {
			sets = append(sets, strings.Join(s.Resources, "\x00"))
		}
		return strings.Join(sets, "\x01")
	}
	return key(a) == key(b)
}
