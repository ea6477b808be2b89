package chaos

var databaseFaults []fault
