// Package connectorfile reads the files of connectors that connect-standalone of Kafka takes:
// JSON in two forms, and Java properties.
package connectorfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"

	"github.com/order-sink/order-sink/internal/connect/properties"
)

// File is a connector of a file.
type File struct {
	Name    string
	Config  map[string]string // with the name
	Initial string            // initial_state, "" for none
}

// Read reads the file of a connector.
func Read(path string) (File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return File{}, fmt.Errorf("reading the connector: %w", err)
	}
	return Parse(path, text)
}

// Parse reads the text of a file: {"name": …, "config": {…}}, an object of all keys, or Java
// properties. path is for errors.
func Parse(path string, text []byte) (File, error) {
	f, err := parseJSON(text)
	if errors.Is(err, errNoJSON) {
		f, err = parseProperties(path, text)
	}
	if err != nil {
		return File{}, fmt.Errorf("reading the connector %s: %w", path, err)
	}
	if f.Name == "" {
		return File{}, fmt.Errorf("reading the connector %s: it is missing the mandatory 'name' configuration", path)
	}
	return f, nil
}

// errNoJSON is the error of a file that may have properties.
var errNoJSON = errors.New("the file is not a JSON object")

func parseJSON(text []byte) (File, error) {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")))
	if !bytes.HasPrefix(text, []byte("{")) {
		return File{}, errNoJSON
	}
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&members); err != nil {
		return File{}, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return File{}, errors.New("text follows the JSON object")
	}
	config, isRequest := members["config"].(map[string]any)
	if !isRequest {
		flat, err := texts(members)
		return File{Name: flat["name"], Config: flat}, err
	}
	f := File{}
	f.Name, _ = members["name"].(string)
	f.Initial, _ = members["initial_state"].(string)
	var err error
	if f.Config, err = texts(config); err != nil {
		return File{}, err
	}
	if f.Name == "" {
		f.Name = f.Config["name"]
	}
	f.Config = maps.Clone(f.Config)
	f.Config["name"] = f.Name
	return f, nil
}

// texts makes text of the numbers and booleans of an object, as Kafka Connect does.
func texts(members map[string]any) (map[string]string, error) {
	all := make(map[string]string, len(members))
	for key, value := range members {
		switch v := value.(type) {
		case string:
			all[key] = v
		case json.Number, bool:
			all[key] = fmt.Sprint(v)
		case nil: // a key without a value
		default:
			return nil, fmt.Errorf("key %s: expected text, a number or a boolean", key)
		}
	}
	return all, nil
}

func parseProperties(path string, text []byte) (File, error) {
	config, err := properties.Parse(path, text)
	return File{Name: config["name"], Config: config}, err
}
