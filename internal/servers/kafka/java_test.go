package kafka

import "testing"

func TestAClusterIDIsNoOption(t *testing.T) {
	for range 10_000 {
		if id := clusterID(); id[0] == '-' || len(id) != 22 {
			t.Fatalf("the storage tool cannot read %q", id)
		}
	}
}
