package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// credentials returns the user and password of -u and -p; what is missing is
// asked for.
func (c *Call) credentials() (user, password string, err error) {
	user, given := c.Value("-u")
	if !given {
		if user, err = c.ask("Username: "); err != nil {
			return "", "", err
		}
	}
	password, given = c.Value("-p")
	if !given {
		password, err = c.askSecret("Password: ")
	}
	return user, password, err
}

// ask prints a prompt and reads one line.
func (c *Call) ask(prompt string) (string, error) {
	fmt.Fprint(c.Stdout, prompt)
	line, err := c.stdinLine()
	if err != nil {
		fmt.Fprintln(c.Stdout)
		return "", fail("nothing was entered")
	}
	return line, nil
}

// askSecret is ask without echo where standard input is a terminal.
func (c *Call) askSecret(prompt string) (string, error) {
	f, ok := c.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return c.ask(prompt)
	}
	fmt.Fprint(c.Stdout, prompt)
	secret, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(c.Stdout)
	if err != nil {
		return "", fail("nothing was entered")
	}
	return string(secret), nil
}

// confirm asks whether to go on with something that cannot be undone. It is
// only for people: both standard input and output must be terminals.
func (c *Call) confirm(warning string) (bool, error) {
	fmt.Fprintf(c.Stdout, "WARNING: %s\n", warning)
	answer, err := c.ask("Type 'yes' or 'y' to proceed, anything else to cancel: ")
	if err != nil {
		return false, err
	}
	answer = strings.ToLower(answer)
	if answer == "yes" || answer == "y" {
		return true, nil
	}
	fmt.Fprintln(c.Stderr, "Canceled")
	return false, nil
}

// interactive tells whether a person sits at both ends.
func (c *Call) interactive() bool {
	in, ok1 := c.Stdin.(*os.File)
	out, ok2 := c.Stdout.(*os.File)
	return ok1 && ok2 && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// stdinLine reads one line without its end; more may be read later.
func (c *Call) stdinLine() (string, error) {
	if c.lines == nil {
		in := c.Stdin
		if in == nil {
			in = strings.NewReader("")
		}
		c.lines = bufio.NewReader(in)
	}
	line, err := c.lines.ReadString('\n')
	if err != nil && (err != io.EOF || line == "") {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
