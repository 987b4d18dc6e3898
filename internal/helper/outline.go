package helper

import (
	"fmt"
	"strings"
)

// outline writes nested lists as the helper programs do: a title at the
// margin, below it items after bullets, one level deeper two blanks more.
type outline struct {
	b     strings.Builder
	depth int
}

func (o *outline) title(format string, args ...any) {
	if o.depth > 0 {
		o.item(format, args...)
	} else {
		fmt.Fprintf(&o.b, format+"\n", args...)
	}
	o.depth++
}

func (o *outline) item(format string, args ...any) {
	fmt.Fprintf(&o.b, strings.Repeat("  ", o.depth)+"* "+format+"\n", args...)
}
