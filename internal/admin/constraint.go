package admin

import (
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
)

// Constraints are all constraints of a document as pcs shows and exports
// them: the plain ones and those made of resource sets, each kind in document
// order.
type Constraints struct {
	Location      []Location                    `json:"location"`
	LocationSet   []SetOf[LocationAttributes]   `json:"location_set"`
	Colocation    []Colocation                  `json:"colocation"`
	ColocationSet []SetOf[ColocationAttributes] `json:"colocation_set"`
	Order         []Order                       `json:"order"`
	OrderSet      []SetOf[OrderAttributes]      `json:"order_set"`
	Ticket        []Ticket                      `json:"ticket"`
	TicketSet     []SetOf[TicketAttributes]     `json:"ticket_set"`
}

// SetOf is a constraint made of resource sets.
type SetOf[A any] struct {
	Sets       []ResourceSet `json:"resource_sets"`
	Attributes A             `json:"attributes"`
}

// ResourceSet is one resource_set of a constraint. Absent attributes are nil.
type ResourceSet struct {
	ID         string   `json:"set_id"`
	Sequential *bool    `json:"sequential"`
	RequireAll *bool    `json:"require_all"`
	Ordering   *string  `json:"ordering"`
	Action     *string  `json:"action"`
	Role       *string  `json:"role"`
	Score      *string  `json:"score"`
	Kind       *string  `json:"kind"`
	Resources  []string `json:"resources_ids"`
}

// Location is a plain location constraint; either Resource or Pattern is set.
type Location struct {
	Resource   *string            `json:"resource_id"`
	Pattern    *string            `json:"resource_pattern"`
	Role       *string            `json:"role"`
	Attributes LocationAttributes `json:"attributes"`
}

// LocationAttributes are what plain and set location constraints share.
type LocationAttributes struct {
	ID        string      `json:"constraint_id"`
	Score     *string     `json:"score"`
	Node      *string     `json:"node"`
	Rules     []Condition `json:"rules"`
	Lifetime  []Condition `json:"lifetime"`
	Discovery *string     `json:"resource_discovery"`
}

// Colocation is a plain colocation constraint.
type Colocation struct {
	Resource      string               `json:"resource_id"`
	With          string               `json:"with_resource_id"`
	NodeAttribute *string              `json:"node_attribute"`
	Role          *string              `json:"resource_role"`
	WithRole      *string              `json:"with_resource_role"`
	Instance      *string              `json:"resource_instance"`
	WithInstance  *string              `json:"with_resource_instance"`
	Attributes    ColocationAttributes `json:"attributes"`
}

// ColocationAttributes are what plain and set colocation constraints share.
type ColocationAttributes struct {
	ID        string      `json:"constraint_id"`
	Score     *string     `json:"score"`
	Influence *string     `json:"influence"`
	Lifetime  []Condition `json:"lifetime"`
}

// Order is a plain order constraint.
type Order struct {
	First         string          `json:"first_resource_id"`
	Then          string          `json:"then_resource_id"`
	FirstAction   *string         `json:"first_action"`
	ThenAction    *string         `json:"then_action"`
	FirstInstance *string         `json:"first_resource_instance"`
	ThenInstance  *string         `json:"then_resource_instance"`
	Attributes    OrderAttributes `json:"attributes"`
}

// OrderAttributes are what plain and set order constraints share.
type OrderAttributes struct {
	ID          string  `json:"constraint_id"`
	Symmetrical *bool   `json:"symmetrical"`
	RequireAll  *bool   `json:"require_all"`
	Score       *string `json:"score"`
	Kind        *string `json:"kind"`
}

// Ticket is a plain ticket constraint.
type Ticket struct {
	Resource   string           `json:"resource_id"`
	Role       *string          `json:"role"`
	Attributes TicketAttributes `json:"attributes"`
}

// TicketAttributes are what plain and set ticket constraints share.
type TicketAttributes struct {
	ID         string  `json:"constraint_id"`
	Ticket     string  `json:"ticket"`
	LossPolicy *string `json:"loss_policy"`
}

// ReadConstraints reads the constraints of a document. Rules are judged at
// the time now.
func ReadConstraints(doc *cib.Document, now time.Time) Constraints {
	c := noConstraints()
	section := doc.Find("constraints")
	if section == nil {
		return c
	}
	for _, e := range section.ChildElements() {
		c.add(e, now)
	}
	return c
}

// Only returns the constraints of one kind ("location", "colocation",
// "order", "ticket"), all of them for "".
func (c Constraints) Only(kind string) Constraints {
	only := noConstraints()
	switch kind {
	case "location":
		only.Location, only.LocationSet = c.Location, c.LocationSet
	case "colocation":
		only.Colocation, only.ColocationSet = c.Colocation, c.ColocationSet
	case "order":
		only.Order, only.OrderSet = c.Order, c.OrderSet
	case "ticket":
		only.Ticket, only.TicketSet = c.Ticket, c.TicketSet
	default:
		return c
	}
	return only
}

// noConstraints has empty lists, which JSON shows as such.
func noConstraints() Constraints {
	return Constraints{
		[]Location{}, []SetOf[LocationAttributes]{}, []Colocation{}, []SetOf[ColocationAttributes]{},
		[]Order{}, []SetOf[OrderAttributes]{}, []Ticket{}, []SetOf[TicketAttributes]{},
	}
}

func (c *Constraints) add(e *cib.Element, now time.Time) {
	sets := readSets(e)
	switch e.Tag {
	case "rsc_location":
		a := readLocationAttributes(e, now)
		if len(sets) > 0 {
			c.LocationSet = append(c.LocationSet, SetOf[LocationAttributes]{sets, a})
			return
		}
		c.Location = append(c.Location, Location{optional(e, "rsc"), optional(e, "rsc-pattern"), role(e, "role"), a})
	case "rsc_colocation":
		a := ColocationAttributes{elementID(e), optional(e, "score"), optional(e, "influence"), lifetime(e, now)}
		if len(sets) > 0 {
			c.ColocationSet = append(c.ColocationSet, SetOf[ColocationAttributes]{sets, a})
			return
		}
		c.Colocation = append(c.Colocation, Colocation{
			e.SelectAttrValue("rsc", ""), e.SelectAttrValue("with-rsc", ""), optional(e, "node-attribute"),
			role(e, "rsc-role"), role(e, "with-rsc-role"), optional(e, "rsc-instance"), optional(e, "with-rsc-instance"), a,
		})
	case "rsc_order":
		a := OrderAttributes{elementID(e), optionalBool(e, "symmetrical"), optionalBool(e, "require-all"),
			optional(e, "score"), optional(e, "kind")}
		if len(sets) > 0 {
			c.OrderSet = append(c.OrderSet, SetOf[OrderAttributes]{sets, a})
			return
		}
		c.Order = append(c.Order, Order{
			e.SelectAttrValue("first", ""), e.SelectAttrValue("then", ""), optional(e, "first-action"), optional(e, "then-action"),
			optional(e, "first-instance"), optional(e, "then-instance"), a,
		})
	case "rsc_ticket":
		a := TicketAttributes{elementID(e), e.SelectAttrValue("ticket", ""), optional(e, "loss-policy")}
		if len(sets) > 0 {
			c.TicketSet = append(c.TicketSet, SetOf[TicketAttributes]{sets, a})
			return
		}
		c.Ticket = append(c.Ticket, Ticket{e.SelectAttrValue("rsc", ""), role(e, "rsc-role"), a})
	}
}

func readLocationAttributes(e *cib.Element, now time.Time) LocationAttributes {
	return LocationAttributes{
		elementID(e), optional(e, "score"), optional(e, "node"), rules(e, now), lifetime(e, now), optional(e, "resource-discovery"),
	}
}

func rules(e *cib.Element, now time.Time) []Condition {
	read := []Condition{}
	for _, r := range e.SelectElements("rule") {
		read = append(read, readRule(r, now))
	}
	return read
}

func lifetime(e *cib.Element, now time.Time) []Condition {
	read := []Condition{}
	for _, l := range e.SelectElements("lifetime") {
		read = append(read, rules(l, now)...)
	}
	return read
}

func readSets(e *cib.Element) []ResourceSet {
	var sets []ResourceSet
	for _, s := range e.SelectElements("resource_set") {
		set := ResourceSet{
			elementID(s), optionalBool(s, "sequential"), optionalBool(s, "require-all"), optional(s, "ordering"),
			optional(s, "action"), role(s, "role"), optional(s, "score"), optional(s, "kind"), []string{},
		}
		for _, ref := range s.SelectElements("resource_ref") {
			set.Resources = append(set.Resources, elementID(ref))
		}
		sets = append(sets, set)
	}
	return sets
}

// role returns a role in its present name: Master and Slave are those of
// Pacemaker 2.0 and before.
func role(e *cib.Element, name string) *string {
	value := optional(e, name)
	if value == nil {
		return nil
	}
	modern := modernRole(*value)
	return &modern
}

// modernRole writes a role in upper and lower case and by its present name.
func modernRole(role string) string {
	capital := capitalized(role)
	switch capital {
	case "Master":
		return "Promoted"
	case "Slave":
		return "Unpromoted"
	}
	return capital
}

// WithoutExpired returns the constraints without rules that are over. A
// constraint that had rules and has none left is left out.
func (c Constraints) WithoutExpired() Constraints {
	c.Location = keep(c.Location, func(l *Location) bool { return dropExpired(&l.Attributes.Rules) })
	c.LocationSet = keep(c.LocationSet, func(s *SetOf[LocationAttributes]) bool { return dropExpired(&s.Attributes.Rules) })
	return c
}

func dropExpired(rules *[]Condition) bool {
	left := keep(*rules, func(c *Condition) bool { return c.Effect != rule.Expired })
	alive := len(*rules) == 0 || len(left) > 0
	*rules = left
	return alive
}

// keep returns those that fit, in a list of its own.
func keep[T any](list []T, fits func(*T) bool) []T {
	kept := make([]T, 0, len(list))
	for _, item := range list {
		if fits(&item) {
			kept = append(kept, item)
		}
	}
	return kept
}
