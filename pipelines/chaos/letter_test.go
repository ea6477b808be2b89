package chaos

var letterFaults []fault
