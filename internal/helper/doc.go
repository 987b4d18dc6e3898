// Package helper works out what the stack's helper programs (crm_resource,
// crm_attribute and their like) answer, as text and as XML: pure functions of
// the document and the clock. What a cluster looks like as a whole is in
// package status; changes that an administrator asks for by pcs are in admin.
// The programs' options, the files they read and the order in which they look
// at things are the command line's.
package helper
