package chaos

var networkFaults []fault
