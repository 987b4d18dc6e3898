// Package server answers requests: pcsd's /remote endpoints in pcsd's shapes,
// for pcs and for our own command line, and our own REST API. It listens with
// TLS 1.3 on port 2224, where a token says who asks, and on a local socket,
// where the kernel does; connections between daemons for the cluster's own
// streams (ALPN gpcs-cluster/1) are handed on.
//
// Commands of pcs's library (API v1 and v2) and what pcs hands over for users
// who are not root are carried out by this node's command line, on behalf of
// who asks: there is one way to do a thing, and the tables here say only who
// may and which words it takes.
//
// It holds no state of the cluster: that is behind the Cluster interface. It
// stands for pcsd.
package server
