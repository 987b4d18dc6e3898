package builtin

const IPaddr2Metadata = ""
