package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	notifySocket = "/run/gpcs-sandbox-notify"
	serviceLog   = "/var/log/gpcsd.log"

	// restartDelay is systemd's RestartSec= where none is set.
	restartDelay = 100 * time.Millisecond
	// readyPatience is how long a node's first start may take.
	readyPatience = 20 * time.Second
)

// service is the one program that a node's init keeps running.
type service struct {
	command []string
	pid     int // 0 while it does not run
}

// supervise reaps what has nobody else and restarts the command whenever it
// ends. up is called once: when the command has said READY=1, or at once
// without a command. It returns only errors; the end of bite is one.
func supervise(command []string, bite <-chan struct{}, up func()) error {
	children := make(chan os.Signal, 1)
	signal.Notify(children, unix.SIGCHLD)
	if len(command) == 0 {
		up()
		for range children {
			reap()
		}
	}
	ready, err := listenNotify()
	if err != nil {
		return err
	}
	s := &service{command: command}
	if err := s.start(); err != nil {
		return err
	}
	restart := make(<-chan time.Time)
	patience := time.After(readyPatience)
	for {
		select {
		case <-children:
			if slices.Contains(reap(), s.pid) {
				s.pid, restart = 0, time.After(restartDelay)
			}
		case <-bite:
			return errors.New("the watchdog was not fed: power off")
		case <-restart:
			if err := s.start(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				restart = time.After(time.Second)
			}
		case <-ready:
			up()
			ready, patience = nil, nil
		case <-patience:
			return fmt.Errorf("%s is not ready after %v; its last words: %s",
				filepath.Base(command[0]), readyPatience, lastWords())
		}
	}
}

func (s *service) start() error {
	log, err := os.OpenFile(serviceLog, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	defer log.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	path, err := lookPath(s.command[0])
	if err != nil {
		return err
	}
	p, err := os.StartProcess(path, s.command, &os.ProcAttr{
		Dir: "/", Env: append(nodeEnvironment(), "NOTIFY_SOCKET="+notifySocket),
		Files: []*os.File{null, log, log}, Sys: &unix.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return err
	}
	s.pid = p.Pid
	return p.Release() // reap waits for everybody
}

// reap collects all that have ended and returns their process numbers.
func reap() []int {
	var dead []int
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil || pid == 0:
			return dead
		default:
			dead = append(dead, pid)
		}
	}
}

// listenNotify gives a channel that is closed at the first READY=1, sd_notify(3).
func listenNotify() (<-chan struct{}, error) {
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: notifySocket, Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	go func() { // lives as long as the node
		buffer := make([]byte, 4096)
		for said := false; ; {
			n, err := conn.Read(buffer)
			if err != nil {
				return
			}
			if !said && slices.Contains(strings.Split(string(buffer[:n]), "\n"), "READY=1") {
				said = true
				close(ready)
			}
		}
	}()
	return ready, nil
}

// lastWords are the last lines of the service's log.
func lastWords() string {
	text, err := os.ReadFile(serviceLog)
	if err != nil || len(text) == 0 {
		return "none"
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " / ")
}
