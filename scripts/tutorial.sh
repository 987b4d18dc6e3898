#!/bin/bash
# The well-known tutorial for two nodes, typed on node1: a virtual address and
# nginx that follow each other and survive the death of a node.
set -e
pcs host auth node1 node2 -u hacluster -p hacluster
pcs cluster setup my_cluster node1 node2
pcs cluster start --all
pcs cluster enable --all
pcs property set stonith-enabled=false
pcs resource create virtual_ip ocf:heartbeat:IPaddr2 ip=192.168.1.100 cidr_netmask=24 op monitor interval=30s
pcs status
pcs resource create web_server ocf:heartbeat:nginx configfile=/etc/nginx/nginx.conf op monitor timeout=20s interval=10s
pcs constraint colocation add web_server with virtual_ip INFINITY
pcs constraint order virtual_ip then web_server
pcs property set no-quorum-policy=ignore
pcs status
