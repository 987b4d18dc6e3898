// Package units shows the state of cluster services as the systemd units
// corosync.service and pacemaker.service, and takes the orders that systemd
// gives through them. The services themselves are parts of one daemon: the
// units have no process, they are active while their part runs. So what scripts
// do with systemctl has the effect that it has on corosync and Pacemaker, and
// the host's shutdown stops them in the order that the units name.
//
// It decides nothing: what runs is the daemon's word (Options.Want), and a
// command of a unit is the daemon's to carry out. Where systemd or the units
// are missing it does nothing.
package units
