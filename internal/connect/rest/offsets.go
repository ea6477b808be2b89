package rest

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/order-sink/order-sink/internal/connect"
)

// The forms of offsets in bodies.
type (
	partition struct {
		Partition int32  `json:"kafka_partition"`
		Topic     string `json:"kafka_topic"`
	}
	position struct {
		Offset *int64 `json:"kafka_offset"`
	}
	offset struct {
		Partition partition `json:"partition"`
		Offset    position  `json:"offset"`
	}
)

// message is the answer to a change of offsets.
type message struct {
	Message string `json:"message"`
}

func (s *Server) offsets(r *http.Request) (answer, error) {
	all, err := s.Herder.Offsets(r.Context(), r.PathValue("name"))
	offsets := make([]offset, 0, len(all))
	for _, o := range all {
		offsets = append(offsets, offset{partition{o.Partition, o.Topic}, position{o.Offset}})
	}
	return answer{status: http.StatusOK, body: map[string][]offset{"offsets": offsets}}, err
}

func (s *Server) resetOffsets(r *http.Request) (answer, error) {
	text, err := s.Herder.ResetOffsets(r.Context(), r.PathValue("name"))
	return answer{status: http.StatusOK, body: message{text}}, err
}

func (s *Server) alterOffsets(r *http.Request) (answer, error) {
	name := r.PathValue("name")
	entries, err := alteration(r)
	if err != nil {
		return answer{}, err
	}
	offsets, err := parseOffsets(entries)
	if err != nil {
		// A connector that is unknown or runs is the first problem to tell.
		if err := s.stopped(name); err != nil {
			return answer{}, err
		}
		return answer{}, err
	}
	text, err := s.Herder.AlterOffsets(r.Context(), name, offsets)
	return answer{status: http.StatusOK, body: message{text}}, err
}

func (s *Server) stopped(name string) error {
	if _, err := s.Herder.Info(name); err != nil {
		return err
	}
	status, err := s.Herder.Status(name)
	if err == nil && status.Connector.State != connect.Stopped {
		err = connect.Errorf(http.StatusBadRequest, "Connectors must be in the STOPPED state before their offsets can be modified. "+
			"This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint", name)
	}
	return err
}

// entry is an offset of a body, before its values are read.
type entry struct{ partition, offset map[string]json.RawMessage }

// alteration reads the body of a PATCH.
func alteration(r *http.Request) ([]entry, error) {
	members, err := settingsOf(r)
	if err != nil {
		return nil, err
	}
	if err := known(members, "offsets"); err != nil {
		return nil, err
	}
	var all []map[string]json.RawMessage
	if !null(members["offsets"]) {
		if err := json.Unmarshal(members["offsets"], &all); err != nil {
			return nil, unreadable("offsets: write a list of objects")
		}
	}
	if len(all) == 0 {
		return nil, connect.Errorf(http.StatusBadRequest, "Partitions / offsets need to be provided for an alter offsets request")
	}
	entries := make([]entry, len(all))
	for i, one := range all {
		if one == nil {
			return nil, unreadable("offsets: an entry is null")
		}
		if err := known(one, "partition", "offset"); err != nil {
			return nil, err
		}
		for member, to := range map[string]*map[string]json.RawMessage{"partition": &entries[i].partition, "offset": &entries[i].offset} {
			if null(one[member]) {
				continue
			}
			if err := json.Unmarshal(one[member], to); err != nil {
				return nil, unreadable("%s: write an object", member)
			}
		}
	}
	return entries, nil
}

// parseOffsets reads the values. Of two offsets of a partition the last one counts.
func parseOffsets(entries []entry) ([]connect.Offset, error) {
	var all []connect.Offset
	index := map[partition]int{}
	for _, e := range entries {
		p, err := parsePartition(e.partition)
		if err != nil {
			return nil, err
		}
		at, err := parsePosition(e.offset)
		if err != nil {
			return nil, err
		}
		one := connect.Offset{Topic: p.Topic, Partition: p.Partition, Offset: at}
		if i, again := index[p]; again {
			all[i] = one
			continue
		}
		index[p] = len(all)
		all = append(all, one)
	}
	return all, nil
}

func parsePartition(members map[string]json.RawMessage) (p partition, err error) {
	bad := func(format string, args ...any) (partition, error) {
		return p, connect.Errorf(http.StatusBadRequest, format, args...)
	}
	if members == nil {
		return bad("The partition for a sink connector offset cannot be null or missing")
	}
	topic, hasTopic := members["kafka_topic"]
	number, hasNumber := members["kafka_partition"]
	switch {
	case !hasTopic || !hasNumber:
		return bad("The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'")
	case null(topic):
		return bad("Kafka topic names must be valid strings and may not be null")
	case null(number):
		return bad("Kafka partitions must be valid numbers and may not be null")
	}
	if p.Topic, err = scalar(topic); err != nil {
		return bad("Kafka topic names must be valid strings and may not be null")
	}
	text := plain(number)
	value, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return bad("Failed to parse the following Kafka partition value in the provided offsets: '%s'. Partition values for sink connectors need to be integers.", text)
	}
	p.Partition = int32(value)
	return p, nil
}

func parsePosition(members map[string]json.RawMessage) (*int64, error) {
	if members == nil {
		return nil, nil
	}
	raw, set := members["kafka_offset"]
	if !set {
		return nil, connect.Errorf(http.StatusBadRequest, "The offset for a sink connector should either be null or contain the key 'kafka_offset'")
	}
	text := plain(raw)
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, connect.Errorf(http.StatusBadRequest, "Failed to parse the following Kafka offset value in the provided offsets: '%s'. Offset values for sink connectors need to be integers.", text)
	}
	if value < 0 {
		return nil, connect.Errorf(http.StatusBadRequest, "The Kafka offset %d is negative. Offset values for sink connectors start at 0.", value)
	}
	return &value, nil
}

// plain returns the text of a value, and the JSON of an object or a list.
func plain(raw json.RawMessage) string {
	if raw[0] == '"' {
		if text, err := scalar(raw); err == nil {
			return text
		}
	}
	return string(raw)
}
