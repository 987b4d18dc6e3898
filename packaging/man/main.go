// Command man writes the manual page of the command line, gpcs(8), from the
// texts that its help prints.
package main

import (
	"os"

	"gpcs/internal/cli"
)

func main() { cli.ManPage(os.Stdout) }
