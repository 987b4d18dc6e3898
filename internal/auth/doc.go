// Package auth owns who may do what on a node: the password of hacluster
// against the system's own account files, the tokens that this node gave out,
// the hosts that it knows with their tokens and pinned certificates, the
// permissions of users, and the node's own certificate.
//
// Files have the formats, places and modes of pcsd, so that pcs and pcsd read
// them too; the pins are an additional key in known-hosts that pcs ignores.
// It speaks to no network: server and client do. It stands for the PAM,
// token and known-hosts parts of pcsd.
package auth
