package client

import (
	"context"
	"net"
	"time"
)

// resolvePatience bounds one look-up of a name.
const resolvePatience = 2 * time.Second

// IsLocal tells whether one of the addresses or names is this host's.
func IsLocal(addresses []string) bool {
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addresses {
		for _, ip := range resolve(a) {
			for _, o := range own {
				if n, ok := o.(*net.IPNet); ok && n.IP.Equal(ip) && !ip.IsLoopback() {
					return true
				}
			}
		}
	}
	return false
}

func resolve(host string) []net.IP {
	if ip := net.ParseIP(host); ip != nil {
		return []net.IP{ip}
	}
	ctx, cancel := context.WithTimeout(context.Background(), resolvePatience)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil {
		return nil
	}
	var ips []net.IP
	for _, a := range addrs {
		ips = append(ips, a.IP)
	}
	return ips
}
