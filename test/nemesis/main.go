// Command nemesis does harm to real nodes in a sandbox, again and again, while
// clients change the configuration and ask a site at a virtual address, and
// judges afterwards what was recorded: no acknowledged change is lost, reads
// and writes are linearizable, no two living nodes hold the address at one
// time, and after each heal all nodes hold one document. It needs root, nginx,
// nft and tc. "nemesis -judge FILE" judges a recorded history again.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/test/nemesis/history"
)

func main() {
	if err := start(); err != nil {
		fmt.Fprintf(os.Stderr, "nemesis: %v\n", err)
		os.Exit(1)
	}
}

func start() error {
	minutes := flag.Float64("minutes", 1, "how long to do harm")
	nodes := flag.Int("nodes", 5, "number of nodes, 3 or more")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano())%1e6, "of the choice of faults")
	only := flag.String("only", "", "names of the faults to do, with commas; all if empty")
	bin := flag.String("bin", "bin", "directory of gpcs and gpcsd")
	dir := flag.String("dir", os.TempDir(), "where the history is written; that of a good run is removed")
	judge := flag.String("judge", "", "judge this history instead")
	flag.Parse()
	if *judge != "" {
		return judgeFile(*judge)
	}
	name := fmt.Sprintf("nemesis-%d", os.Getpid())
	path := filepath.Join(*dir, name+".jsonl")
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := &run{
		Recorder: history.NewRecorder(file), dice: rand.New(rand.NewPCG(*seed, *seed)), stop: make(chan struct{}),
		logs: filepath.Join(*dir, name+".logs"),
	}
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, unix.SIGINT, unix.SIGTERM)
	fmt.Printf("nemesis: %d nodes, %.3g minutes, seed %d, history %s\n", *nodes, *minutes, *seed, path)
	err = r.setUp(name, *bin, *nodes, *only)
	if err == nil {
		err = r.harm(time.Duration(*minutes*float64(time.Minute)), interrupt)
	}
	violations := r.verdict(err)
	err = errors.Join(err, r.tearDown(err != nil || len(violations) > 0))
	if err == nil && len(violations) == 0 {
		return os.Remove(path)
	}
	return errors.Join(err, fmt.Errorf("%d violations; kept: %s and %s", len(violations), path, r.logs))
}

// judgeFile checks a recorded history.
func judgeFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	events, err := history.Load(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	found := history.Check(events)
	fmt.Print(history.Summary(events))
	if len(found) > 0 {
		return errors.New("violations:\n" + strings.Join(found, "\n"))
	}
	fmt.Println("verdict: no violation")
	return nil
}
