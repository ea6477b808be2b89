package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// answerWithin is how long a broker may take for one answer about the logs. When the
// disk of one broker hangs, the member must still get the partitions of the other brokers.
const answerWithin = 3 * time.Second

// survey compares the offsets of a group with the logs.
type survey struct {
	reach    []kgo.Opt // the brokers
	group    string
	fromEnd  bool // where a group begins that committed nothing
	memory   *memory
	stopping bool // a loss stops the input
	report   func(*loss)
	lag      func(n int64, topic string, partition int32)
	shown    []place // whose lag a stopped input shows
}

// finding is what a survey says of one partition.
type finding struct {
	position       // where reading goes on
	lost     *loss // nil: the log has all that follows
	moved    bool  // the position is not the committed one
	silent   bool  // the leader does not answer: the position is that of the group
}

// left is how many offsets are left to read.
func (f finding) left() int64 { return max(0, f.seen-f.next) }

// connect returns a client for questions about the logs, apart from the client that is
// in the group. A broker answers the requests of a connection one after the other: a
// question that hangs would hold up the heartbeats and the commits of the member.
func (s *survey) connect() (*kgo.Client, error) {
	return kgo.NewClient(append(s.reach[:len(s.reach):len(s.reach)], kgo.RequestTimeoutOverhead(answerWithin))...)
}

// inspect returns what the brokers say of places. When the log of a silent partition is
// not as expected, the client or the next look at the log says so later.
func (s *survey) inspect(ctx context.Context, client *kgo.Client, places []place) (map[place]finding, error) {
	admin := kadm.NewClient(client)
	offsets, err := admin.FetchOffsets(ctx, s.group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // a group that begins
		return nil, fmt.Errorf("fetching the offsets of group %s: %w", s.group, err)
	}
	logs, err := logsOf(ctx, client, places)
	if err != nil {
		return nil, err
	}
	positions, begins, epochs, seenEpochs := map[place]position{}, map[place]bool{}, map[place]int32{}, map[place]int32{}
	findings := map[place]finding{}
	for _, at := range places {
		log, answered := logs[at]
		committed, ours := nowhere(), false
		found, ok := offsets.Lookup(at.topic, at.number)
		if ok && found.Err != nil { // no offset is known, which is not the same as none
			return nil, fmt.Errorf("fetching the offset of group %s for topic %s, partition %d: %w", s.group, at.topic, at.number, found.Err)
		}
		if ok && found.At >= 0 {
			committed.next, committed.epoch = found.At, found.LeaderEpoch
			ours = readNote(found.Metadata, &committed)
		}
		p, known, recreated := s.memory.recall(at, committed, ours, log.topicID)
		switch {
		case !answered:
			if !known {
				p = nowhere()
			}
			findings[at] = finding{position: p, silent: true}
		case known:
			positions[at], epochs[at], seenEpochs[at] = p, p.epoch, p.seenEpoch
		case s.fromEnd && !recreated:
			positions[at], begins[at] = position{next: log.stable, epoch: unknown}, true
		default:
			positions[at], begins[at] = position{next: log.start, epoch: log.startEpoch}, true
		}
	}
	ofNext, ofSeen := epochEnds(ctx, admin, epochs), epochEnds(ctx, admin, seenEpochs)
	for at, log := range logs {
		p := positions[at]
		f := finding{position: p}
		if !begins[at] {
			log.ofNext, log.ofSeen = ofNext[at], ofSeen[at]
			if f.next, f.epoch, f.lost = judge(p, log); f.lost != nil {
				f.lost.place = at
			}
			committed, ok := offsets.Lookup(at.topic, at.number)
			f.moved = !ok || committed.At != f.next
		}
		f.topicID, f.seen, f.seenEpoch, f.cut = log.topicID, log.stable, log.epoch, epochEnd{}
		findings[at] = f
	}
	return findings, nil
}

// gone returns why a stopped input stays stopped: nil when the logs of topics have all
// that follows the offsets of the group. While the input is stopped, no member shows
// what is left to read.
func (s *survey) gone(ctx context.Context, client *kgo.Client, topics []string) error {
	described, err := describe(ctx, client, topics)
	if err != nil {
		return err
	}
	var places []place
	for _, topic := range described.Topics {
		for _, partition := range topic.Partitions {
			places = append(places, place{*topic.Topic, partition.Partition})
		}
	}
	findings, err := s.inspect(ctx, client, places)
	if err != nil {
		return err
	}
	stopped := s.decide(places, findings)
	if stopped == nil {
		for _, at := range s.shown {
			s.lag(0, at.topic, at.number) // the member that gets the partition shows it
		}
		s.shown = nil
		return nil
	}
	s.shown = slices.Collect(maps.Keys(findings))
	for _, at := range s.shown {
		s.lag(findings[at].left(), at.topic, at.number)
	}
	return stopped
}

// decide tells of the losses, and returns why they stop the input.
func (s *survey) decide(places []place, findings map[place]finding) error {
	var first error
	more := 0
	for _, at := range places {
		f := findings[at]
		switch {
		case f.silent:
			return fmt.Errorf("topic %s, partition %d: its leader does not answer", at.topic, at.number)
		case f.lost == nil:
			s.memory.settled(at)
			continue
		}
		s.tell(*f.lost)
		if first != nil {
			more++
			continue
		}
		first = &goneError{*f.lost, s.group}
	}
	if more > 0 {
		return fmt.Errorf("%w (and the same in %d more partitions: see the log)", first, more)
	}
	return first
}

// tell reports a loss, or what was added to it since it was reported.
func (s *survey) tell(lost loss) {
	if added := s.memory.unreported(lost); added != nil {
		s.report(added)
	}
}

// logsOf asks the leaders of partitions for their logs.
func logsOf(ctx context.Context, client *kgo.Client, places []place) (map[place]logState, error) {
	var topics []string
	seen := map[string]bool{}
	for _, at := range places {
		if !seen[at.topic] {
			seen[at.topic] = true
			topics = append(topics, at.topic)
		}
	}
	// A topic may be created again between the questions.
	before, err := idsOf(ctx, client, topics)
	if err != nil {
		return nil, err
	}
	lists, err := listOffsets(ctx, client, topics)
	if err != nil {
		return nil, err
	}
	ids, err := idsOf(ctx, client, topics)
	if err != nil {
		return nil, err
	}
	logs := map[place]logState{}
	for _, at := range places {
		var found [3]kadm.ListedOffset
		complete := before[at.topic] == ids[at.topic]
		for i, list := range lists {
			var ok bool
			found[i], ok = list.Lookup(at.topic, at.number)
			complete = complete && ok && found[i].Err == nil && found[i].Offset >= 0
		}
		if complete {
			logs[at] = logState{
				topicID: ids[at.topic], start: found[0].Offset, startEpoch: found[0].LeaderEpoch,
				stable: found[1].Offset, end: found[2].Offset, epoch: found[2].LeaderEpoch,
			}
		}
	}
	return logs, nil
}

// listOffsets asks for the starts, the stable ends and the ends of the logs of topics. It
// asks for all three at once, and returns what arrives in time.
func listOffsets(ctx context.Context, client *kgo.Client, topics []string) (lists [3]kadm.ListedOffsets, err error) {
	ctx, done := context.WithTimeout(ctx, answerWithin)
	defer done()
	admin := kadm.NewClient(client)
	admin.SetTimeoutMillis(0) // it is for remote storage, and would add to answerWithin
	var errs [3]error
	var asked sync.WaitGroup
	for i, list := range []func(context.Context, ...string) (kadm.ListedOffsets, error){
		admin.ListStartOffsets, admin.ListCommittedOffsets, admin.ListEndOffsets,
	} {
		asked.Go(func() { lists[i], errs[i] = list(ctx, topics...) })
	}
	asked.Wait()
	for i, err := range errs {
		if err != nil && len(lists[i]) == 0 {
			return lists, fmt.Errorf("asking for the offsets of %v: %w", topics, err)
		}
	}
	return lists, nil
}

// idsOf returns the IDs that topics have now.
func idsOf(ctx context.Context, client *kgo.Client, topics []string) (map[string][16]byte, error) {
	described, err := describe(ctx, client, topics)
	if err != nil {
		return nil, err
	}
	ids := map[string][16]byte{}
	for _, topic := range described.Topics {
		ids[*topic.Topic] = topic.TopicID
	}
	return ids, nil
}

// describe asks for the metadata of topics, from the broker itself: the client's may
// be a second old.
func describe(ctx context.Context, client *kgo.Client, topics []string) (*kmsg.MetadataResponse, error) {
	request := kmsg.NewPtrMetadataRequest()
	for _, name := range topics {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(name)
		request.Topics = append(request.Topics, topic)
	}
	answer, err := request.RequestWith(ctx, client)
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

// epochEnds asks where leader epochs end (KIP-320). A broker that does not answer
// leaves a partition out: its client checks the epoch itself before it reads.
func epochEnds(ctx context.Context, admin *kadm.Client, epochs map[place]int32) map[place]epochEnd {
	var request kadm.OffsetForLeaderEpochRequest
	for at, epoch := range epochs {
		if epoch >= 0 {
			request.Add(at.topic, at.number, epoch)
		}
	}
	ends := map[place]epochEnd{}
	if len(request) == 0 {
		return ends
	}
	answers, _ := admin.OffsetForLeaderEpoch(ctx, request)
	for topic, partitions := range answers {
		for number, answer := range partitions {
			if answer.Err == nil {
				ends[place{topic, number}] = epochEnd{true, answer.EndOffset, answer.LeaderEpoch}
			}
		}
	}
	return ends
}
