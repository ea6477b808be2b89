package differential

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed story
var stories embed.FS

// step is one entry of a file of the story: a question, or records that the runner sends.
type step struct {
	Ask     string            // "GET /connectors"
	Headers map[string]string // beside the content type of a body
	JSON    any               // the body, encoded
	Text    *string           // the body as it is
	// Until is a pattern of the status and the body. The runner asks again until it matches.
	Until   string
	Produce *struct {
		Topic   string
		Records int    // that many orders
		Text    string // or one record with this value
	}
	Let any // gives a name to a value that other steps use; the runner does nothing

	file string
	line int
}

func (s *step) String() string { return fmt.Sprintf("%s:%d %s", s.file, s.line, s.Ask) }

// read returns the steps of all files. Each word of {{…}} is replaced.
func read(words map[string]string) ([]step, error) {
	files, err := fs.Glob(stories, "story/*.yaml")
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var all []step
	for _, file := range files {
		text, err := stories.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for word, value := range words {
			text = bytes.ReplaceAll(text, []byte("{{"+word+"}}"), []byte(value))
		}
		var nodes []yaml.Node
		if err := yaml.Unmarshal(text, &nodes); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		for _, node := range nodes {
			s := step{file: strings.TrimPrefix(file, "story/"), line: node.Line}
			if err := node.Decode(&s); err != nil {
				return nil, fmt.Errorf("reading %s:%d: %w", file, node.Line, err)
			}
			if _, err := regexp.Compile(s.Until); err != nil {
				return nil, fmt.Errorf("reading %s:%d: %w", file, node.Line, err)
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// body returns the body of the question, or nil.
func (s *step) body() ([]byte, error) {
	if s.Text != nil {
		return []byte(*s.Text), nil
	}
	if s.JSON == nil {
		return nil, nil
	}
	return json.Marshal(s.JSON)
}
