package chaos

var kafkaFaults []fault
