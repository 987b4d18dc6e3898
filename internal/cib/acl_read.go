package cib

// identity are the attributes of <cib> that a reader needs to hand in a change
// and that tell nothing of the configuration.
var identity = map[string]bool{
	"admin_epoch": true, "epoch": true, "num_updates": true, "validate-with": true, "crm_feature_set": true,
}

// Readable returns what a user may see of the document, as a copy; the
// document itself where no list restricts the user. An element that may not be
// read is left out; where something below it may, its tag and id stay. It
// returns ErrDenied when nothing may be read.
func (d *Document) Readable(c Caller) (*Document, error) {
	if !d.restricts(c) {
		return d, nil
	}
	out := d.Copy()
	words := said(out, d.accessRules(c))
	if !conceal(out.Root(), unsaid, words) {
		return nil, ErrDenied
	}
	return out, nil
}

// conceal takes out of an element what may not be read and tells whether
// anything is left. What is said of an element holds for all below it of which
// nothing else is said.
func conceal(e *Element, inherited access, words map[*Element]access) bool {
	own := inherited
	if w := words[e]; w != unsaid {
		own = w
	}
	left := false
	for _, c := range e.ChildElements() {
		if conceal(c, own, words) {
			left = true
		} else {
			e.RemoveChild(c)
		}
	}
	if own == mayRead || own == mayWrite {
		return true
	}
	if !left {
		return false
	}
	for i := 0; i < len(e.Child); {
		if _, ok := e.Child[i].(*Element); ok {
			i++
		} else {
			e.RemoveChildAt(i)
		}
	}
	kept := e.Attr[:0]
	for _, a := range e.Attr {
		if a.Key == "id" || e.Tag == "cib" && identity[a.Key] {
			kept = append(kept, a)
		}
	}
	e.Attr = kept
	return true
}
