package kafka

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Cut truncates the log of a partition before the batch that has an offset, as an unclean
// leader election does. The broker must have been killed, because only then it checks its
// logs when it starts again. Cut returns the first offset that it removed.
func (b *Java) Cut(topic string, partition int32, offset int64) (int64, error) {
	first := int64(-1)
	dir := filepath.Join(b.dir, "data", fmt.Sprintf("%s-%d", topic, partition))
	segments, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		return first, err
	}
	slices.Sort(segments)
	for _, segment := range segments {
		if first < 0 {
			if first, err = cutSegment(segment, offset); err != nil {
				return first, fmt.Errorf("cutting the log of %s: %w", topic, err)
			}
		} else if err := os.Remove(segment); err != nil {
			return first, fmt.Errorf("cutting the log of %s: %w", topic, err)
		}
	}
	if first < 0 {
		return first, fmt.Errorf("cutting the log of %s: it has no offset %d", topic, offset)
	}
	// The broker creates these files again from the segments.
	for _, pattern := range []string{"*.index", "*.timeindex", "*.txnindex", "*.snapshot"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, file := range files {
			base, err := strconv.ParseInt(strings.SplitN(filepath.Base(file), ".", 2)[0], 10, 64)
			if err == nil && base <= first && pattern == "*.snapshot" {
				continue
			}
			if err := os.Remove(file); err != nil {
				return first, fmt.Errorf("cutting the log of %s: %w", topic, err)
			}
		}
	}
	return first, nil
}

// cutSegment truncates a segment before the batch that has an offset. It returns -1 when
// no batch has it: https://kafka.apache.org/documentation/#recordbatch
func cutSegment(path string, offset int64) (first int64, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return -1, err
	}
	defer file.Close()
	for at := int64(0); ; {
		var header [27]byte                                      // the base offset, the length of what follows it, …, the last offset's delta
		if _, err := file.ReadAt(header[:], at); err == io.EOF { //nolint:errorlint // ReadAt's own
			return -1, nil
		} else if err != nil {
			return -1, err
		}
		base := int64(binary.BigEndian.Uint64(header[:]))
		if base+int64(binary.BigEndian.Uint32(header[23:])) >= offset {
			return base, file.Truncate(at)
		}
		at += 12 + int64(binary.BigEndian.Uint32(header[8:]))
	}
}
