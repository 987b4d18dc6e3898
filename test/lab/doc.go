// Package lab tests the package as it is installed: on nodes with a systemd of
// their own, which the lab beside the repository makes of systemd-nspawn
// (../shared/lab), with the deb that `make packages` makes instead of the stack
// that it stands in for. It needs root, Debian, the lab and the deb, and skips
// loudly without them; `make lab` runs it. Each test has a cluster of its own.
package lab
