package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Child carries out the hidden forms of the command line by which hub, inits
// and BMCs are started; args are the words after the program's name. It returns
// false for every other command line. Programs that call Up or Boot with
// themselves as executable call it before anything else.
func Child(args []string) (status int, ok bool) {
	if len(args) != 4 || args[0] != wordSandbox || (args[1] != wordHub && args[1] != wordInit && args[1] != wordBMC) {
		return 0, false
	}
	if args[1] == wordBMC {
		fmt.Fprintln(os.Stderr, runBMCs(args[2]))
		return 1, true
	}
	var b birth
	told, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal(told, &b)
	}
	if err != nil {
		return 1, true // whoever started this is gone, nobody would hear an answer
	}
	if args[1] == wordHub {
		err = runHub(b)
	} else {
		err = runInit(b)
	}
	if err != nil {
		answer(err.Error())
		fmt.Fprintln(os.Stderr, err)
	}
	return 1, true
}

// answer tells the one who started this process, once.
func answer(text string) {
	fmt.Println(text)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		os.Stdout.Close()
		return
	}
	defer null.Close()
	_ = unix.Dup2(int(null.Fd()), 1) // closes the pipe: the answer ends here
	_ = unix.Dup2(int(null.Fd()), 0)
}

// runHub holds the bridge's namespace open until it is killed.
func runHub(b birth) error {
	if err := unix.Sethostname([]byte(Client)); err != nil {
		return err
	}
	// Slave: what is unmounted on the machine is not held by the hub.
	if err := unix.Mount("", "/", "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return err
	}
	hosts := filepath.Join(b.Dir, "hosts")
	if err := os.WriteFile(hosts, []byte(hostsFile(b.Nodes)), 0o644); err != nil {
		return err
	}
	// Without a hosts file there is no place for ours: the client then knows
	// the nodes by their addresses only.
	if err := unix.Mount(hosts, "/etc/hosts", "", unix.MS_BIND, ""); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("cannot mount /etc/hosts: %w", err)
	}
	if err := unix.Mount("sysfs", "/sys", "sysfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("cannot mount /sys: %w", err)
	}
	answer(readyWord)
	select {}
}

// runInit is a node's process 1.
func runInit(b birth) error {
	if err := unix.Sethostname([]byte(b.Node)); err != nil {
		return err
	}
	// From here on /proc/self/cgroup and the cgroup file system show the node's part alone.
	if err := unix.Unshare(unix.CLONE_NEWCGROUP); err != nil && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("cannot make a cgroup namespace: %w", err)
	}
	if err := enterDisk(b); err != nil {
		return err
	}
	if err := furnish(b); err != nil {
		return fmt.Errorf("cannot write the node's files: %w", err)
	}
	if err := mountState(b); err != nil {
		return err
	}
	var bite <-chan struct{}
	if b.Watchdog {
		var err error
		if bite, err = startWatchdog(); err != nil {
			return err
		}
	}
	return supervise(b.Command, bite, func() { answer(readyWord) })
}
