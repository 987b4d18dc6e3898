package sandbox

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// watchdogPath is where a node with a watchdog has it.
const watchdogPath = "/dev/watchdog"

// watchdogTimeout is that of a watchdog that was told none.
const watchdogTimeout = 60 * time.Second

// startWatchdog makes a node's watchdog: a pipe. What is written feeds it,
// "timeout=N" sets its time in s, a V as the last byte stops it. When it is not
// fed the channel is closed: init, which holds the node together, is to end.
func startWatchdog() (bite <-chan struct{}, err error) {
	if err := unix.Mkfifo(watchdogPath, 0o600); err != nil {
		return nil, fmt.Errorf("cannot make a watchdog: %w", err)
	}
	// Open for both ways: the end of a writer is not the end of the pipe.
	pipe, err := os.OpenFile(watchdogPath, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	bitten := make(chan struct{})
	fed := make(chan string)
	go func() { // lives as long as the node
		buffer := make([]byte, 512)
		for {
			n, err := pipe.Read(buffer)
			if err != nil {
				return
			}
			fed <- string(buffer[:n])
		}
	}()
	go func() {
		timer := time.NewTimer(time.Hour)
		timer.Stop()
		timeout := watchdogTimeout
		for {
			select {
			case text := <-fed:
				if _, after, told := strings.Cut(text, "timeout="); told {
					seconds := 0
					if _, err := fmt.Sscan(after, &seconds); err == nil && seconds > 0 {
						timeout = time.Duration(seconds) * time.Second
					}
				}
				timer.Reset(timeout)
				if strings.HasSuffix(text, "V") {
					timer.Stop()
				}
			case <-timer.C:
				fmt.Fprintln(os.Stderr, "the watchdog was not fed: power off")
				close(bitten)
				return
			}
		}
	}()
	return bitten, nil
}
