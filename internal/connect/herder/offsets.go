package herder

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
)

// Offsets implements [connect.Herder]: the committed offsets of the connector's group.
func (h *Herder) Offsets(ctx context.Context, name string) ([]connect.Offset, error) {
	s, err := h.find(name, notFound)
	if err != nil {
		return nil, err
	}
	offsets := []connect.Offset{}
	err = h.askGroup(ctx, name, s, func(ctx context.Context, admin *kadm.Client, group string) error {
		all, err := fetch(ctx, admin, group)
		all.Each(func(o kadm.OffsetResponse) {
			offsets = append(offsets, connect.Offset{Topic: o.Topic, Partition: o.Partition, Offset: &o.At})
		})
		return err
	})
	if err != nil {
		return nil, connect.Errorf(http.StatusInternalServerError, "Failed to retrieve consumer group offsets for sink connector %s: %v", name, err)
	}
	slices.SortFunc(offsets, func(a, b connect.Offset) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return offsets, nil
}

func fetch(ctx context.Context, admin *kadm.Client, group string) (kadm.OffsetResponses, error) {
	all, err := admin.FetchOffsets(ctx, group)
	if err == nil {
		err = all.Error()
	}
	if errors.Is(err, kerr.GroupIDNotFound) {
		return nil, nil
	}
	all.DeleteFunc(func(o kadm.OffsetResponse) bool { return o.At < 0 })
	return all, err
}

// askGroup asks Kafka about the group of a connector, within a limited time.
func (h *Herder) askGroup(ctx context.Context, name string, s connect.Stored, ask func(ctx context.Context, admin *kadm.Client, group string) error) error {
	c, err := h.definitions.consumer(name, s.Config)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(c.admin...)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, done := context.WithTimeout(ctx, askTimeout)
	defer done()
	err = ask(ctx, kadm.NewClient(client), c.group)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no broker answers")
	}
	return err
}

// AlterOffsets implements [connect.Herder].
func (h *Herder) AlterOffsets(ctx context.Context, name string, offsets []connect.Offset) (string, error) {
	s, err := h.mayModify(name)
	if err != nil {
		return "", err
	}
	if len(offsets) == 0 {
		return "", connect.Errorf(http.StatusBadRequest, "Partitions / offsets need to be provided for an alter offsets request")
	}
	set, reset := kadm.Offsets{}, kadm.TopicsSet{}
	for _, o := range offsets {
		if o.Offset == nil {
			reset.Add(o.Topic, o.Partition)
		} else {
			set.AddOffset(o.Topic, o.Partition, *o.Offset, -1)
		}
	}
	err = h.modify(ctx, name, s, func(ctx context.Context, admin *kadm.Client, group string) error {
		if len(set) > 0 {
			if err := admin.CommitAllOffsets(ctx, group, set); err != nil {
				return err
			}
		}
		if len(reset) == 0 {
			return nil
		}
		answers, err := admin.DeleteOffsets(ctx, group, reset)
		if err != nil {
			return err
		}
		return answers.Error()
	})
	return modified("alter", "altered", name, err)
}

// ResetOffsets implements [connect.Herder]. It deletes the group, as Kafka Connect does.
func (h *Herder) ResetOffsets(ctx context.Context, name string) (string, error) {
	s, err := h.mayModify(name)
	if err != nil {
		return "", err
	}
	err = h.modify(ctx, name, s, func(ctx context.Context, admin *kadm.Client, group string) error {
		_, err := admin.DeleteGroup(ctx, group)
		if errors.Is(err, kerr.GroupIDNotFound) {
			return nil
		}
		return err
	})
	return modified("reset", "reset", name, err)
}

// mayModify returns a connector whose offsets may be changed.
func (h *Herder) mayModify(name string) (connect.Stored, error) {
	s, err := h.find(name, notFound)
	if err != nil {
		return s, err
	}
	if s.Target != connect.TargetStopped {
		return s, connect.Errorf(http.StatusBadRequest, "Connectors must be in the STOPPED state before their offsets can be modified. "+
			"This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint", name)
	}
	return s, nil
}

// errNotEmpty means that the group has members.
var errNotEmpty = errors.New("the group has members")

// modify changes the offsets of a group without members. A connector that was stopped a
// moment ago may still be leaving: modify waits for it as long as Kafka may take to answer.
func (h *Herder) modify(ctx context.Context, name string, s connect.Stored, change func(ctx context.Context, admin *kadm.Client, group string) error) error {
	return h.askGroup(ctx, name, s, func(ctx context.Context, admin *kadm.Client, group string) error {
		for {
			err := change(ctx, admin, group)
			if !errors.Is(err, kerr.NonEmptyGroup) && !errors.Is(err, kerr.UnknownMemberID) &&
				!errors.Is(err, kerr.GroupSubscribedToTopic) && !errors.Is(err, kerr.RebalanceInProgress) {
				return err
			}
			select {
			case <-ctx.Done():
				return errNotEmpty
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
}

// modified is the answer to a change of offsets.
func modified(verb, participle, name string, err error) (string, error) {
	switch {
	case errors.Is(err, errNotEmpty):
		return "", connect.Errorf(http.StatusInternalServerError, "Failed to %s consumer group offsets for connector %s either because its tasks "+
			"haven't stopped completely yet or the connector was resumed before the request to %[1]s its offsets could be successfully completed. "+
			"If the connector is in a stopped state, this operation can be safely retried. If it doesn't eventually succeed, the Connect cluster "+
			"may need to be restarted to get rid of the zombie sink tasks.", verb, name)
	case err != nil:
		return "", connect.Errorf(http.StatusInternalServerError, "Failed to %s consumer group offsets for connector %s: %v", verb, name, err)
	}
	return "The Connect framework-managed offsets for this connector have been " + participle + " successfully. However, if this connector " +
		"manages offsets externally, they will need to be manually " + participle + " in the system that the connector uses.", nil
}
