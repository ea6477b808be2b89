package client

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The names of the fields of a [Selection].
const (
	FieldTopics  = "topics"
	FieldInclude = "regexp_topics_include"
	FieldExclude = "regexp_topics_exclude"
)

// ErrNoMatch is that there is no topic yet whose name matches.
var ErrNoMatch = errors.New("no topic matches " + FieldInclude)

// internalPrefix begins the names of topics that belong to Kafka and to its tools, such as
// __consumer_offsets. A broker does not mark all of them as internal.
const internalPrefix = "__"

// forgetTopicAfter is how long the client keeps a topic that has gone from the metadata.
// The input leaves the group sooner and joins it again, once the records that it has
// fetched are written. The client would drop them.
const forgetTopicAfter = time.Hour

// Selection says which topics are read: those with some names, or those whose names match.
type Selection struct {
	names            []string
	expressions      []string // as they are configured
	include, exclude []*regexp.Regexp
}

// Named selects the topics with these names.
func Named(topics ...string) Selection { return Selection{names: topics} }

// Matching selects each topic whose whole name matches one of the regular expressions
// of include and none of exclude. It selects no internal topic.
func Matching(include, exclude []string) (s Selection, err error) {
	s.expressions = include
	if s.include, err = compile(FieldInclude, include); err != nil {
		return s, err
	}
	s.exclude, err = compile(FieldExclude, exclude)
	return s, err
}

// compile makes each expression match a whole name, as `topics.regex` of Kafka Connect does.
func compile(field string, expressions []string) (all []*regexp.Regexp, err error) {
	for _, expression := range expressions {
		if _, err := regexp.Compile(expression); err != nil { // alone: it may have a bracket too many
			return nil, fmt.Errorf("reading %s: %w", field, err)
		}
		whole, err := regexp.Compile(`\A(?:` + expression + `)\z`)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", field, err)
		}
		all = append(all, whole)
	}
	return all, nil
}

// IsPattern says whether the topics are not named, so that they may come and go.
func (s Selection) IsPattern() bool { return len(s.include) > 0 }

// Options returns the options of a client that reads the topics.
func (s Selection) Options() []kgo.Opt {
	if !s.IsPattern() {
		return []kgo.Opt{kgo.ConsumeTopics(s.names...)}
	}
	return []kgo.Opt{
		kgo.ConsumeRegex(), kgo.ConsumeTopics(texts(s.include)...),
		kgo.ConsumeExcludeTopics(append(texts(s.exclude), `\A`+internalPrefix)...),
		kgo.ConsiderMissingTopicDeletedAfter(forgetTopicAfter),
	}
}

func texts(expressions []*regexp.Regexp) []string {
	all := make([]string, len(expressions))
	for i, e := range expressions {
		all[i] = e.String()
	}
	return all
}

// selects says whether a topic of the metadata can be read and matches.
func (s Selection) selects(topic kmsg.MetadataResponseTopic) bool {
	name := *topic.Topic
	matches := func(e *regexp.Regexp) bool { return e.MatchString(name) }
	return topic.ErrorCode == 0 && !topic.IsInternal && !strings.HasPrefix(name, internalPrefix) &&
		slices.ContainsFunc(s.include, matches) && !slices.ContainsFunc(s.exclude, matches)
}

// Check returns why topics cannot be read: see [Find].
func Check(ctx context.Context, c *kgo.Client, topics Selection) error {
	_, err := Find(ctx, c, topics)
	return err
}

// Find returns the selected topics, or why they cannot be read: no broker is reached, the
// broker does not show a named topic, or no topic matches ([ErrNoMatch]). (The client waits
// for a missing topic without an error.) Find does not wait for the client, whose requests
// may queue behind requests that wait for a connection.
func Find(ctx context.Context, c *kgo.Client, topics Selection) ([]kmsg.MetadataResponseTopic, error) {
	ctx, done := context.WithTimeout(ctx, AnswerTimeout)
	defer done()
	type result struct {
		topics []kmsg.MetadataResponseTopic
		err    error
	}
	answer := make(chan result, 1)
	go func() {
		var r result
		if r.err = c.Ping(ctx); r.err == nil {
			r.topics, r.err = topics.find(ctx, c)
		}
		answer <- r
	}()
	select {
	case r := <-answer:
		return r.topics, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for an answer: %w", ctx.Err())
	}
}

func (s Selection) find(ctx context.Context, c *kgo.Client) ([]kmsg.MetadataResponseTopic, error) {
	topics, err := describe(ctx, c, s.names)
	if err != nil {
		return nil, err
	}
	if s.IsPattern() {
		topics = slices.DeleteFunc(topics, func(topic kmsg.MetadataResponseTopic) bool { return !s.selects(topic) })
		if len(topics) == 0 {
			return nil, fmt.Errorf("%w %q, or the account may not see it", ErrNoMatch, s.expressions)
		}
		return topics, nil
	}
	for _, topic := range topics {
		err := kerr.ErrorForCode(topic.ErrorCode)
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			return nil, fmt.Errorf("topic %s does not exist, or the account may not see it: %w", *topic.Topic, err)
		}
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", *topic.Topic, err)
		}
	}
	return topics, nil
}

// describe asks the broker for metadata, of all topics if names is nil: those of the client
// may be a second old.
func describe(ctx context.Context, c *kgo.Client, names []string) ([]kmsg.MetadataResponseTopic, error) {
	request := kmsg.NewPtrMetadataRequest()
	for _, name := range names {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(name)
		request.Topics = append(request.Topics, topic)
	}
	answer, err := request.RequestWith(ctx, c)
	if err != nil {
		return nil, err
	}
	return answer.Topics, nil
}

// IDs returns the ID of each of these topics that the broker shows. A broker before Kafka
// 2.8 has none, so the ID is zero.
func IDs(ctx context.Context, c *kgo.Client, names []string) (map[string][16]byte, error) {
	topics, err := describe(ctx, c, names)
	if err != nil {
		return nil, err
	}
	ids := make(map[string][16]byte, len(topics))
	for _, topic := range topics {
		if topic.ErrorCode == 0 {
			ids[*topic.Topic] = topic.TopicID
		}
	}
	return ids, nil
}
