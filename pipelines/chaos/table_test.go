package chaos

var tableFaults []fault
