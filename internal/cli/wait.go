package cli

import (
	"context"
	"strconv"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// wholeHour is how long --wait without a value waits.
const wholeHour = time.Hour

// waitSeconds reads --wait: how long to wait, negative for not at all.
func (c *Call) waitSeconds() (time.Duration, error) {
	v, given := c.Value("--wait")
	if !given {
		return -1, nil
	}
	if _, file := c.Value("-f"); file {
		return -1, fail("Cannot use '-f' together with '--wait'")
	}
	if v == "" {
		return wholeHour, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return -1, fail("'%s' is not a valid number of seconds to wait", v)
	}
	return time.Duration(n) * time.Second, nil
}

// editCIBAndWait is editCIB for verbs with --wait (see waitSeconds).
func (c *Call) editCIBAndWait(ctx context.Context, wait time.Duration, _ []string, edit func(*cib.Document) report.List) error {
	return c.editCIB(ctx, edit)
}
