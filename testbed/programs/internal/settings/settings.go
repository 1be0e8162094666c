// Package settings reads the YAML configuration of Milvus and of its tools as flat keys, the way Milvus addresses them:
// "etcd.rootPath", whatever the case of the letters.
package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Settings holds lower-case dotted keys; the items of a list are joined by commas.
type Settings map[string]string

// Load merges files, later ones win. A file that is not there is an error.
func Load(files ...string) (Settings, error) {
	all := Settings{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var tree map[string]any
		if err := yaml.Unmarshal(text, &tree); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all.add("", tree)
	}
	return all, nil
}

// Configuration is what a Milvus pod reads: milvus.yaml, default.yaml and user.yaml in MILVUSCONF (configs without it), later ones win, and
// ETCD_ENDPOINTS.
func Configuration() (Settings, error) {
	directory := os.Getenv("MILVUSCONF")
	if directory == "" {
		directory = "configs"
	}
	var files []string
	for _, name := range []string{"milvus.yaml", "default.yaml", "user.yaml"} {
		file := filepath.Join(directory, name)
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		}
	}
	configuration, err := Load(files...)
	if endpoints := os.Getenv("ETCD_ENDPOINTS"); err == nil && endpoints != "" {
		configuration["etcd.endpoints"] = endpoints
	}
	return configuration, err
}

func (s Settings) add(prefix string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, below := range value {
			s.add(strings.TrimPrefix(prefix+"."+strings.ToLower(key), "."), below)
		}
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = fmt.Sprint(item)
		}
		s[prefix] = strings.Join(items, ",")
	case nil:
		s[prefix] = ""
	default:
		s[prefix] = fmt.Sprint(value)
	}
}

// Get returns the value of a key, or the default where the key is missing.
func (s Settings) Get(key, otherwise string) string {
	if value, ok := s[strings.ToLower(key)]; ok {
		return value
	}
	return otherwise
}

// Bool is true for what Go reads as true; anything else is false.
func (s Settings) Bool(key string) bool {
	switch strings.ToLower(s.Get(key, "")) {
	case "1", "t", "true":
		return true
	}
	return false
}

// List splits a value at its commas.
func (s Settings) List(key string) []string {
	value := s.Get(key, "")
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}
