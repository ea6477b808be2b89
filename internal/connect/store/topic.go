package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Topic is an internal topic of the worker, as the properties file describes it.
type Topic struct {
	Name        string
	Partitions  int32 // of a topic that does not exist; the config topic always has 1
	Replication int16 // of a topic that does not exist; -1 is the default of the brokers
}

// purpose has the words of Kafka Connect for a topic.
type purpose struct {
	property    string // that names the topic
	replication string
	of          string // what the topic keeps
	single      bool   // the topic may have one partition only
}

var (
	configTopic = purpose{"config.storage.topic", "config.storage.replication.factor", "connector configurations", true}
	statusTopic = purpose{"status.storage.topic", "status.storage.replication.factor", "connector and task statuses", false}
)

// fatalError is a reason to end the worker. Every other error may be gone a second later.
type fatalError struct{ error }

func (e fatalError) Unwrap() error { return e.error }

func fatalf(format string, args ...any) error { return fatalError{fmt.Errorf(format, args...)} }

const (
	retryPause   = time.Second
	requestLimit = 5 * time.Second
)

// retry calls try until it succeeds, fails with a fatalError, or ctx ends. It logs an error
// that differs from the one before.
func retry(ctx context.Context, log *slog.Logger, what string, try func(ctx context.Context) error) error {
	last := ""
	for {
		err := try(ctx)
		var fatal fatalError
		if err == nil || errors.As(err, &fatal) {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if text := err.Error(); text != last {
			last = text
			log.Warn(what+" waits for Kafka", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryPause):
		}
	}
}

// prepare creates a topic if it is missing, and checks it.
func prepare(ctx context.Context, client *kgo.Client, topic Topic, p purpose, log *slog.Logger) (found, error) {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	admin := kadm.NewClient(client)
	found, err := describe(ctx, client, topic.Name)
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		if err = create(ctx, admin, topic, p); err == nil {
			log.Info("the topic is created", "topic", topic.Name, "partitions", topic.Partitions, "replication", topic.Replication)
			found, err = describe(ctx, client, topic.Name)
		}
	}
	if err != nil {
		return found, err
	}
	if n := found.partitions; p.single && n != 1 {
		return found, fatalf("Topic '%s' supplied via the '%s' property is required to have a single partition in order to"+
			" guarantee consistency of %s, but found %d partitions.", topic.Name, p.property, p.of, n)
	}
	return found, checkPolicy(ctx, admin, topic.Name, p, log)
}

// found is what the brokers know about a topic.
type found struct {
	id         [16]byte // zero before Kafka 2.8
	partitions int
}

// describe asks for a topic. kadm answers from what the client knows, which would hide that
// the topic was created again.
func describe(ctx context.Context, client *kgo.Client, topic string) (found, error) {
	request, asked := kmsg.NewPtrMetadataRequest(), kmsg.NewMetadataRequestTopic()
	asked.Topic = &topic
	request.Topics = append(request.Topics, asked)
	answer, err := ask(ctx, client, request)
	if err == nil && len(answer.Topics) == 1 {
		err = kerr.ErrorForCode(answer.Topics[0].ErrorCode)
		if n := len(answer.Topics[0].Partitions); err == nil && n > 0 {
			return found{answer.Topics[0].TopicID, n}, nil
		}
	}
	if err == nil {
		err = kerr.LeaderNotAvailable
	}
	return found{}, fmt.Errorf("describing topic %s: %w", topic, err)
}

// ask returns at the end of ctx, also when the request still waits in the client behind another
// one: a broker that is frozen keeps that one for longer.
func ask(ctx context.Context, client *kgo.Client, request *kmsg.MetadataRequest) (*kmsg.MetadataResponse, error) {
	var answer *kmsg.MetadataResponse
	asked := make(chan error, 1)
	go func() {
		var err error
		answer, err = request.RequestWith(ctx, client)
		asked <- err
	}()
	select {
	case err := <-asked:
		return answer, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func create(ctx context.Context, admin *kadm.Client, topic Topic, p purpose) error {
	_, err := admin.CreateTopic(ctx, topic.Partitions, topic.Replication,
		map[string]*string{"cleanup.policy": kadm.StringPtr("compact")}, topic.Name)
	switch {
	case errors.Is(err, kerr.TopicAlreadyExists):
		return nil // another worker has created it
	case errors.Is(err, kerr.InvalidReplicationFactor):
		return fatalf("creating topic %s with %s=%d: %w: set %s to at most the number of brokers, or create the topic",
			topic.Name, p.replication, topic.Replication, err, p.replication)
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed),
		errors.Is(err, kerr.PolicyViolation), errors.Is(err, kerr.InvalidTopicException):
		return fatalf("creating topic %s: %w: create the topic with cleanup.policy=compact, or change %s", topic.Name, err, p.property)
	case err != nil:
		return fmt.Errorf("creating topic %s: %w", topic.Name, err)
	}
	return nil
}

// checkPolicy refuses a topic that loses records. Without the permission to read the
// setting, it only warns, as Kafka Connect does.
func checkPolicy(ctx context.Context, admin *kadm.Client, topic string, p purpose, log *slog.Logger) error {
	configs, err := admin.DescribeTopicConfigs(ctx, topic)
	var settings kadm.ResourceConfig
	if err == nil {
		settings, err = configs.On(topic, nil)
	}
	if err == nil {
		err = settings.Err
	}
	switch {
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		log.Warn("the cleanup.policy of the topic is unknown: allow DescribeConfigs, or make sure that it is compact", "topic", topic, "error", err)
		return nil
	case err != nil:
		return fmt.Errorf("reading the settings of topic %s: %w", topic, err)
	}
	for _, setting := range settings.Configs {
		if setting.Key == "cleanup.policy" && setting.MaybeValue() != "compact" {
			return fatalf("Topic '%s' supplied via the '%s' property is required to have 'cleanup.policy=compact' to guarantee"+
				" consistency and durability of %s, but found the topic currently has 'cleanup.policy=%s': run kafka-configs.sh"+
				" --alter --topic %s --add-config cleanup.policy=compact", topic, p.property, p.of, setting.MaybeValue(), topic)
		}
	}
	return nil
}
