package status

import (
	"fmt"
	"strings"
	"time"

	"gpcs/internal/fence"
)

// MatrixText prints which fence device works from which node.
func MatrixText(rows []fence.Row, now time.Time, indent string) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%sDevice: %s", indent, row.Device)
		if len(row.Targets) > 0 {
			fmt.Fprintf(&b, " (fences: %s)", strings.Join(row.Targets, ", "))
		}
		b.WriteByte('\n')
		for _, c := range row.Cells {
			fmt.Fprintf(&b, "%s  %s: %s\n", indent, c.Node, cellText(c, now.Location()))
		}
	}
	return b.String()
}

func cellText(c fence.Cell, zone *time.Location) string {
	at := func(ms int64) string { return time.UnixMilli(ms).In(zone).Format(fencingTime) }
	switch {
	case c.Banned:
		return "not used here"
	case !c.Online:
		return "offline"
	case !c.Tested:
		return "not tested yet"
	case c.Works():
		return "works, last good " + at(c.GoodMS)
	case c.GoodMS == 0:
		return fmt.Sprintf("FAILED at %s, never good: %s", at(c.TriedMS), c.Error)
	}
	return fmt.Sprintf("FAILED at %s, last good %s: %s", at(c.TriedMS), at(c.GoodMS), c.Error)
}
