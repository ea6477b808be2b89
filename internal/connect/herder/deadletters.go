package herder

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect/translate"
)

// createTopic creates the topic of the dead letters with one partition, as Kafka Connect does,
// if it does not exist. Without the topic, the dead letters wait, so an error only is logged.
func (i *instance) createTopic(w *want, letters translate.DeadLetters) {
	log := i.h.log.With("connector", i.name, "topic", letters.Topic)
	c, err := i.h.definitions.consumer(i.name, w.config)
	if err != nil {
		log.Warn("The topic of the dead letters is not created", "error", err)
		return
	}
	client, err := kgo.NewClient(c.admin...)
	if err != nil {
		log.Warn("The topic of the dead letters is not created", "error", err)
		return
	}
	defer client.Close()
	ctx, done := context.WithTimeout(context.Background(), askTimeout)
	defer done()
	admin := kadm.NewClient(client)
	_, err = admin.CreateTopic(ctx, 1, int16(letters.Replication), nil, letters.Topic)
	if errors.Is(err, kerr.InvalidReplicationFactor) {
		log.Warn("The cluster has fewer brokers than errors.deadletterqueue.topic.replication.factor: the topic gets the default of the cluster",
			"factor", letters.Replication)
		_, err = admin.CreateTopic(ctx, 1, -1, nil, letters.Topic)
	}
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		log.Warn("The topic of the dead letters is not created: create it", "error", err)
	}
}
