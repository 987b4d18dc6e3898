package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"gpcs/internal/cib"
)

// input is one thing to simulate: a CIB with further words for crm_simulate.
type input struct {
	name string
	kind string // of change, for the counts
	what string // the changes
	doc  *cib.Element
	args []string
	from *input // what was changed, nil if nothing was
}

type settings struct {
	n, only int
	seed    uint64
	made    bool
	base    bool
	reduce  bool
	keep    string
	changes int
	match   string
	kinds   string
	workers int
	file    string
	words   []string
}

func main() {
	var s settings
	flag.IntVar(&s.n, "n", 200, "how many inputs")
	flag.IntVar(&s.only, "only", -1, "this input alone, by its number")
	flag.Uint64Var(&s.seed, "seed", 1, "which inputs")
	flag.BoolVar(&s.made, "made", false, "make clusters from nothing in the place of changing recorded cases")
	flag.BoolVar(&s.base, "base", false, "compare the recorded cases as they are")
	flag.BoolVar(&s.reduce, "reduce", false, "reduce inputs that differ")
	flag.StringVar(&s.keep, "keep", "", "write inputs that differ, with both answers, into this folder")
	flag.IntVar(&s.changes, "changes", 2, "up to how many changes an input has")
	flag.StringVar(&s.match, "case", "", "only recorded cases with this in their name")
	flag.StringVar(&s.kinds, "kind", "", "only changes of this kind")
	flag.IntVar(&s.workers, "j", 2, "how many run at a time")
	flag.StringVar(&s.file, "file", "", "this CIB alone; further words go to crm_simulate")
	flag.Parse()
	s.words = flag.Args()
	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func run(s settings) error {
	if err := os.Setenv("TZ", "UTC"); err != nil {
		return err
	}
	b, err := newBench()
	if err != nil {
		return err
	}
	defer b.close()
	var source func(i int) *input
	count := s.n
	switch {
	case s.file != "":
		in, err := given(s)
		if err != nil {
			return err
		}
		source, count = func(int) *input { return in }, 1
	case s.base:
		all, err := recorded(s.match)
		if err != nil {
			return err
		}
		source, count = func(i int) *input { return all[i] }, len(all)
	case s.made:
		source = func(i int) *input { return b.made(rand.New(rand.NewPCG(s.seed, uint64(i))), i) }
	default:
		all, err := recorded(s.match)
		if err != nil {
			return err
		}
		source = func(i int) *input { return changed(rand.New(rand.NewPCG(s.seed, uint64(i))), all, s, i) }
	}
	t := newTally()
	jobs := make(chan int)
	var wait sync.WaitGroup
	for range s.workers {
		wait.Go(func() {
			for i := range jobs {
				if in := source(i); in != nil {
					b.compare(in, i, s, t)
				}
			}
		})
	}
	for i := range count {
		if s.only < 0 || s.only == i {
			jobs <- i
		}
	}
	close(jobs)
	wait.Wait()
	t.print()
	return nil
}

// compare runs both on an input and takes down how it went.
func (b *bench) compare(in *input, number int, s settings, t *tally) {
	text := write(in.doc)
	real := b.real(text, in.args)
	if !real.ok {
		t.add(in, nil, true)
		return
	}
	ours := b.ours(text, in.args)
	diff := differences(real, ours)
	if len(diff) > 0 && in.from != nil && b.known(in.from) {
		return
	}
	t.add(in, diff, false)
	if len(diff) == 0 {
		return
	}
	fmt.Printf("%d\t%s\t%s\t%s\t%s\n", number, in.name, in.what, strings.Join(in.args, " "), strings.Join(diff, " "))
	if s.keep == "" {
		return
	}
	if s.reduce {
		in.doc = b.reduce(in, real, ours)
		text = write(in.doc)
		real, ours = b.real(text, in.args), b.ours(text, in.args)
	}
	keep(filepath.Join(s.keep, fmt.Sprint(number)), in, text, real, ours)
}

// tally counts per kind of change.
type tally struct {
	sync.Mutex
	inputs, refused int
	same            map[string]int
	kinds           map[string]*[2]int
}

func newTally() *tally { return &tally{same: map[string]int{}, kinds: map[string]*[2]int{}} }

func (t *tally) add(in *input, diff []string, refused bool) {
	t.Lock()
	defer t.Unlock()
	if refused {
		t.refused++
		return
	}
	t.inputs++
	for _, l := range levels {
		if !slices.Contains(diff, l) {
			t.same[l]++
		}
	}
	for _, k := range strings.Fields(in.kind) {
		if t.kinds[k] == nil {
			t.kinds[k] = &[2]int{}
		}
		t.kinds[k][0]++
		if !decidedOtherwise(diff) {
			t.kinds[k][1]++
		}
	}
}

func (t *tally) print() {
	fmt.Printf("\n%d inputs, %d more refused by the installed one\n", t.inputs, t.refused)
	for _, l := range levels {
		fmt.Printf("  %-10s %5d\n", l, t.same[l])
	}
	fmt.Println("decisions and placement the same, by kind of change:")
	for _, k := range slices.Sorted(maps.Keys(t.kinds)) {
		fmt.Printf("  %-14s %5d of %5d\n", k, t.kinds[k][1], t.kinds[k][0])
	}
}
