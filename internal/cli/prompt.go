package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// credentials returns the user and password of -u and -p; what is missing is
// asked for.
func (c *Call) credentials(ctx context.Context) (user, password string, err error) {
	user, given := c.Value("-u")
	if !given {
		if user, err = c.ask(ctx, "Username: "); err != nil {
			return "", "", err
		}
	}
	password, given = c.Value("-p")
	if !given {
		password, err = c.askSecret(ctx, "Password: ")
	}
	return user, password, err
}

// ask prints a prompt and reads one line.
func (c *Call) ask(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(c.Stdout, prompt)
	line, err := c.answer(ctx, c.stdinLine)
	if err != nil {
		fmt.Fprintln(c.Stdout)
	}
	return line, err
}

// askSecret is ask without echo where standard input is a terminal.
func (c *Call) askSecret(ctx context.Context, prompt string) (string, error) {
	fd, terminal := terminalOf(c.Stdin)
	if !terminal {
		return c.ask(ctx, prompt)
	}
	before, err := term.GetState(fd)
	if err != nil {
		return "", fail("the terminal cannot be used: %v", err)
	}
	fmt.Fprint(c.Stdout, prompt)
	secret, err := c.answer(ctx, func() (string, error) {
		typed, err := term.ReadPassword(fd)
		return string(typed), err
	})
	_ = term.Restore(fd, before) // interrupted, the reader has not done it
	fmt.Fprintln(c.Stdout)
	return secret, err
}

// answer waits for what a person types, or for an interruption. The reader
// cannot be stopped; it is left to the end of the program, which is next.
func (c *Call) answer(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	typed := make(chan result, 1)
	go func() {
		text, err := read()
		typed <- result{text, err}
	}()
	select {
	case r := <-typed:
		if r.err != nil {
			return "", fail("nothing was entered")
		}
		return r.text, nil
	case <-ctx.Done():
		return "", fail("Interrupted")
	}
}

// confirm asks whether to go on with something that cannot be undone.
func (c *Call) confirm(ctx context.Context, warning string) (bool, error) {
	fmt.Fprintf(c.Stdout, "WARNING: %s\n", warning)
	answer, err := c.ask(ctx, "Type 'yes' or 'y' to proceed, anything else to cancel: ")
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
	_, in := terminalOf(c.Stdin)
	_, out := terminalOf(c.Stdout)
	return in && out
}

// terminalOf returns the descriptor of a terminal.
func terminalOf(stream any) (fd int, ok bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
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
