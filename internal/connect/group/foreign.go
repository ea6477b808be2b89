package group

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// ClientID returns the client id of a connector's consumer. Monitors find the connector and a
// task in it, as in the ids of Kafka Connect ("connector-consumer-orders-sink-0"). The part
// "-order-sink" tells the consumers of this program from those of a JVM worker. They must not
// share a group: both offer the same protocols, and each would get a part of the partitions.
func ClientID(connector string, task int) string {
	return clientIDPrefix(connector) + strconv.Itoa(task)
}

func clientIDPrefix(connector string) string {
	return "connector-consumer-" + Short(connector) + "-order-sink-"
}

// shortLimit leaves room for the rest of a client id: franz-go takes 256 bytes.
const shortLimit = 200

// Short returns the name of a connector for a client id. A long name is cut, and ends in a
// hash of the whole name.
func Short(connector string) string {
	if len(connector) <= shortLimit {
		return connector
	}
	sum := sha256.Sum256([]byte(connector))
	return strings.ToValidUTF8(connector[:shortLimit-9], "") + "~" + hex.EncodeToString(sum[:4])
}

// Own returns the function of [ForeignMembers] that knows the ids of [ClientID].
func Own(connector string) func(clientID string) bool {
	return func(clientID string) bool {
		task, ok := strings.CutPrefix(clientID, clientIDPrefix(connector))
		_, err := strconv.ParseUint(task, 10, 31)
		return ok && err == nil
	}
}

// ForeignMembers returns the members of a consumer group whose client id is not own, as
// "client-id (host)", sorted.
func ForeignMembers(ctx context.Context, opts []kgo.Opt, group string, own func(clientID string) bool) ([]string, error) {
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("describing group %s: %w", group, err)
	}
	defer client.Close()
	found, err := describe(ctx, kadm.NewClient(client), group)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(func(yield func(string) bool) {
		for _, m := range found.members {
			if !own(m.clientID) && !yield(m.String()) {
				return
			}
		}
	}), nil
}

type member struct{ clientID, host string }

func (m member) String() string {
	return fmt.Sprintf("%s (%s)", m.clientID, strings.TrimPrefix(m.host, "/"))
}

type description struct {
	protocolType string // "consumer", or "connect" for JVM workers
	protocol     string // "" while the group rebalances
	members      []member
}

// describe returns the members of a group of any kind. A group that does not exist has none.
func describe(ctx context.Context, admin *kadm.Client, group string) (d description, err error) {
	groups, err := admin.DescribeGroups(ctx, group)
	if err == nil {
		err = groups[group].Err
	}
	if errors.Is(err, kerr.GroupIDNotFound) {
		return describeModern(ctx, admin, group)
	}
	if err != nil {
		return d, fmt.Errorf("describing group %s: %w", group, err)
	}
	d.protocolType, d.protocol = groups[group].ProtocolType, groups[group].Protocol
	for _, m := range groups[group].Members {
		d.members = append(d.members, member{m.ClientID, m.ClientHost})
	}
	return d, nil
}

// describeModern is describe for a group of consumers with group.protocol=consumer (KIP-848,
// since Kafka 4.0). The request of all other groups does not find it.
func describeModern(ctx context.Context, admin *kadm.Client, group string) (d description, err error) {
	groups, err := admin.DescribeConsumerGroups(ctx, group)
	if err == nil {
		err = groups[group].Err
	}
	if errors.Is(err, kerr.GroupIDNotFound) {
		return d, nil
	}
	if err != nil {
		return d, fmt.Errorf("describing group %s: %w", group, err)
	}
	d.protocolType, d.protocol = "consumer", groups[group].AssignorName
	for _, m := range groups[group].Members {
		d.members = append(d.members, member{m.ClientID, m.ClientHost})
	}
	return d, nil
}
