// Package client speaks to daemons: to this node's over the local socket, to
// others over TLS with their token, many at once. It checks the pinned
// certificate, never uses a proxy, and says of a failure which layer failed
// (name, route, port, TLS, token) and what to type.
//
// It stands for pcs's node communicator. It prints nothing but --debug, and
// there no password, token or key.
package client
