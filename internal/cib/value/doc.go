// Package value reads what attributes of the CIB hold: booleans, numbers,
// scores, spans of time, dates, durations and periods, as Pacemaker reads
// them. It is pure.
//
// What pcs accepts of an administrator is narrower and lies in admin; the
// rules of adding scores are the scheduler's.
package value
