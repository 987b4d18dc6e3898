package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// completes tells whether a shell asks for what may follow the words typed so
// far, as the completion script of pcs does: COMP_WORDS holds them with a
// blank between, COMP_LENGTHS the length of each, COMP_CWORD which one is
// being typed.
func completes() bool { return os.Getenv("PCS_AUTO_COMPLETE") != "" }

// complete prints the verbs that the word being typed may become; after a verb
// the names and options that it takes.
func complete(ctx context.Context, env Env, root *cobra.Command) {
	words := cutWords(os.Getenv("COMP_WORDS"), strings.Fields(os.Getenv("COMP_LENGTHS")))
	at, err := strconv.Atoi(os.Getenv("COMP_CWORD"))
	if err != nil || at < 1 || at >= len(words) {
		return
	}
	cmd := root
	var typed []string
	named := false // a word came that is no command
	for i := 1; i < at; i++ {
		w := words[i]
		next := child(cmd, w)
		switch {
		case strings.HasPrefix(w, "-"):
			typed = append(typed, w)
			if valueFollows(w) {
				if i++; i == at {
					return // it is being typed, and the shell knows files
				}
				typed = append(typed, words[i])
			}
		case !named && next != nil:
			cmd = next
		case !cmd.HasParent() || cmd.HasSubCommands():
			return
		default:
			named = true
			typed = append(typed, w)
		}
	}
	names := verbNames(cmd, filepath.Base(words[0]) != "pcs")
	if !cmd.HasSubCommands() {
		names = candidates(ctx, env, cmd, typed, words[at])
	}
	for _, name := range names {
		if strings.HasPrefix(name, words[at]) {
			fmt.Fprintln(env.Stdout, name)
		}
	}
}

// valueFollows tells an option whose value is the next word.
func valueFollows(word string) bool {
	if name, long := strings.CutPrefix(word, "--"); long {
		full, err := completeOption(name)
		return err == nil && longOptions[full] == needsValue
	}
	return len(word) == 2 && shortOptions[word[1]] == needsValue
}

// cutWords takes a line apart by the lengths of its words.
func cutWords(line string, lengths []string) []string {
	var words []string
	for _, l := range lengths {
		n, err := strconv.Atoi(l)
		if err != nil || n < 0 || n > len(line) {
			return words
		}
		words = append(words, line[:n])
		line = strings.TrimPrefix(line[n:], " ")
	}
	return words
}

func child(cmd *cobra.Command, name string) *cobra.Command {
	for _, c := range cmd.Commands() {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

// verbNames lists what can be typed after a command; not the verb that is
// meant anyway where none is typed. Under the name pcs it is what a pcs has.
func verbNames(cmd *cobra.Command, all bool) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden && c.Annotations[unnamedKey] == "" && (all || c.Annotations[additionKey] == "") {
			names = append(names, c.Name())
		}
	}
	sort.Strings(names)
	return names
}
