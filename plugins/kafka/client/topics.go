package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// AnswerTimeout is how long a broker may take to answer.
const AnswerTimeout = 10 * time.Second

// Check returns why topics cannot be read: no broker is reached, or the broker does not
// show the topics. (The client waits for a missing topic without an error.)
//
// Check does not wait for the client: a request of a client may wait in a queue behind
// other requests, which each wait for a connection.
func Check(ctx context.Context, c *kgo.Client, topics []string) error {
	ctx, done := context.WithTimeout(ctx, AnswerTimeout)
	defer done()
	answer := make(chan error, 1)
	go func() {
		err := c.Ping(ctx)
		if err == nil {
			_, err = Describe(ctx, c, topics)
		}
		answer <- err
	}()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return fmt.Errorf("waiting for an answer: %w", ctx.Err())
	}
}

// Describe asks the broker for the metadata of topics: what the client knows of them may
// be a second old.
func Describe(ctx context.Context, c *kgo.Client, topics []string) (*kmsg.MetadataResponse, error) {
	request := kmsg.NewPtrMetadataRequest()
	for _, name := range topics {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(name)
		request.Topics = append(request.Topics, topic)
	}
	answer, err := request.RequestWith(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, topic := range answer.Topics {
		err := kerr.ErrorForCode(topic.ErrorCode)
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			return nil, fmt.Errorf("topic %s does not exist, or the account may not see it: %w", *topic.Topic, err)
		}
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", *topic.Topic, err)
		}
	}
	return answer, nil
}
