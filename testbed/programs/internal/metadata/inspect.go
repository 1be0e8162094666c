package metadata

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Layout says of which version the metadata is.
type Layout string

const (
	Empty   Layout = "empty"
	V21     Layout = "2.1"
	V22     Layout = "2.2"
	Mixed   Layout = "mixed"
	Damaged Layout = "damaged"
)

// Segments are kept by the data coordinator of both versions.
const Segments = "datacoord-meta/s"

// Report is what can be seen in the keys below a meta root path.
type Report struct {
	Layout        Layout   `json:"layout"`
	Collections   int      `json:"collections"`
	WithoutFields []string `json:"withoutFields"`
	Why           string   `json:"why,omitempty"`
}

// Inspect looks at all keys, relative to the meta root path. "damaged": collections without fields, or segments
// whose collection is not there.
func Inspect(keys map[string]string) Report {
	report := Report{WithoutFields: []string{}}
	count := func(prefixes []string) (n int) {
		for key := range keys {
			if strings.HasSuffix(key, "/"+Placeholder) {
				continue
			}
			if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
				n++
			}
		}
		return n
	}
	old, young := count(Only21), count(Only22)
	inside := 0
	for key, value := range keys {
		if !strings.HasPrefix(key, Collection+"/") || value == Tombstone {
			continue
		}
		report.Collections++
		info, _ := Parse([]byte(value))
		schema, _ := Parse(info.Text(2))
		if len(schema.Texts(4)) > 0 {
			inside++
			continue
		}
		id := path.Base(key)
		fields, _ := strconv.Atoi(info.property(FieldsProperty))
		if fields == 0 || countBelow(keys, path.Join(Fields, id)+"/") < fields {
			report.WithoutFields = append(report.WithoutFields, id)
		}
	}
	slices.Sort(report.WithoutFields)
	lost := orphans(keys)
	switch {
	case len(report.WithoutFields) > 0:
		report.Layout, report.Why = Damaged, "collections without fields: "+strings.Join(report.WithoutFields, ", ")
	case len(lost) > 0:
		report.Layout, report.Why = Damaged, "segments without their collections: "+strings.Join(lost, ", ")
	case old > 0 && young > 0, inside > 0 && young > 0 && inside < report.Collections:
		report.Layout, report.Why = Mixed, fmt.Sprintf("%d keys of 2.1 and %d of 2.2", old, young)
	case young > 0:
		report.Layout = V22
	case inside > 0 || old > 0:
		report.Layout = V21
	default:
		report.Layout = Empty
	}
	return report
}

// orphans are the collections that segments belong to and that have no key; a dropped collection has one, with a tombstone.
func orphans(keys map[string]string) []string {
	var lost []string
	for key := range keys {
		rest, found := strings.CutPrefix(key, Segments+"/")
		id, _, _ := strings.Cut(rest, "/")
		if _, known := keys[path.Join(Collection, id)]; found && !known && !slices.Contains(lost, id) {
			lost = append(lost, id)
		}
	}
	slices.Sort(lost)
	return lost
}

func countBelow(keys map[string]string, prefix string) (n int) {
	for key := range keys {
		if strings.HasPrefix(key, prefix) {
			n++
		}
	}
	return n
}

func (m Message) property(name string) string {
	for _, raw := range m.Texts(14) {
		if pair, err := Parse(raw); err == nil && string(pair.Text(1)) == name {
			return string(pair.Text(2))
		}
	}
	return ""
}
