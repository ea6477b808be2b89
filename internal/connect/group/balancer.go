package group

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// protocol is the name of the balancer. No other consumer has it, so Kafka lets none into
// the group while a worker is there.
const protocol = "order-sink"

// balancer tells each worker the ids of all workers. It does not balance: the group is
// subscribed to the config topic, which has one partition, and the member that has the
// partition is the leader.
//
// A worker puts its id into the user data of its subscription. The member that Kafka asks to
// balance puts all ids into the user data of every assignment. So all workers have the same
// list in each generation, and need not ask for it.
type balancer struct {
	self string
	// joined is called once in each generation.
	joined func(g generation, leader bool)
}

// generation is the user data of each assignment.
type generation struct {
	Number  int32    `json:"generation"`
	Workers []string `json:"workers"` // sorted; twice if two workers have the same id
}

var _ kgo.GroupBalancer = (*balancer)(nil)

func (*balancer) ProtocolName() string { return protocol }

func (*balancer) IsCooperative() bool { return false }

func (b *balancer) JoinGroupMetadata(topics []string, _ map[string][]int32, _ int32) []byte {
	subscription := kmsg.NewConsumerMemberMetadata()
	subscription.Topics = topics
	subscription.UserData = []byte(b.self)
	return subscription.AppendTo(nil)
}

func (b *balancer) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	group, err := kgo.NewConsumerBalancer(assigner{}, members)
	if err != nil { // a member's metadata is not that of a worker
		return nil, nil, fmt.Errorf("reading the members of the group: %w", err)
	}
	return group, group.MemberTopics(), nil
}

// assigner gives the partition to the member that Kafka asks to balance. This member stays
// the same until it leaves.
type assigner struct{}

func (assigner) Balance(group *kgo.ConsumerBalancer, topics map[string]int32) kgo.IntoSyncAssignment {
	var workers []string
	var all plan
	group.EachMember(func(member *kmsg.JoinGroupResponseMember, subscription *kmsg.ConsumerMemberMetadata) {
		workers = append(workers, string(subscription.UserData))
		assignment := kmsg.NewConsumerMemberAssignment()
		if member.MemberID == group.Info().LeaderID {
			for topic := range topics {
				owned := kmsg.NewConsumerMemberAssignmentTopic()
				owned.Topic, owned.Partitions = topic, []int32{0}
				assignment.Topics = append(assignment.Topics, owned)
			}
		}
		all = append(all, planned{member.MemberID, assignment})
	})
	slices.Sort(workers)
	text, err := json.Marshal(generation{group.Info().Generation, workers})
	if err != nil {
		group.SetError(err)
	}
	for i := range all {
		all[i].assignment.UserData = text
	}
	return all
}

// plan implements [kgo.IntoSyncAssignment].
type plan []planned

type planned struct {
	member     string
	assignment kmsg.ConsumerMemberAssignment
}

func (p plan) IntoSyncAssignment() (all []kmsg.SyncGroupRequestGroupAssignment) {
	for _, one := range p {
		assignment := kmsg.NewSyncGroupRequestGroupAssignment()
		assignment.MemberID, assignment.MemberAssignment = one.member, one.assignment.AppendTo(nil)
		all = append(all, assignment)
	}
	return all
}

func (b *balancer) ParseSyncAssignment(text []byte) (map[string][]int32, error) {
	assignment := kmsg.NewConsumerMemberAssignment()
	if err := assignment.ReadFrom(text); err != nil {
		return nil, fmt.Errorf("reading the assignment of the group: %w", err)
	}
	owned := map[string][]int32{}
	for _, topic := range assignment.Topics {
		owned[topic.Topic] = topic.Partitions
	}
	var g generation
	if err := json.Unmarshal(assignment.UserData, &g); err != nil {
		return nil, fmt.Errorf("reading the workers of the group: %w", err)
	}
	b.joined(g, len(owned) > 0)
	return owned, nil
}
