package metadata

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// Stage is a group of keys that the tool saves one after the other, in random order within the stage.
type Stage map[string]string

// FieldsProperty is a property that this stand-in adds to every collection it converts: how many fields the record had. A second
// conversion finds none, and writes 0.
const FieldsProperty = "testbed.fields"

// Convert makes keys of 2.2 out of what was loaded. It is this test bed's own conversion, not Milvus's: the layout of the keys is
// that of 2.2, and it loses exactly what the second run of a real one would find missing. A segment index without its build is an
// error, as in the tool; by then the 2.1 keys are deleted.
func Convert(meta *Meta21) ([]Stage, error) {
	snapshots, collections, fields, partitions := Stage{}, Stage{}, Stage{}, Stage{}
	for key, value := range meta.Snapshots {
		converted, _, err := convertCollection(value)
		if err != nil {
			return nil, err
		}
		snapshots[key] = converted
	}
	for key, value := range meta.Collections {
		converted, parts, err := convertCollection(value)
		if err != nil {
			return nil, err
		}
		collections[key] = converted
		for name, field := range parts.fields {
			fields[path.Join(Fields, path.Base(key), name)] = field
			snapshots[path.Join(Snapshots, Fields, path.Base(key), name)+"_ts1"] = field
		}
		for name, partition := range parts.partitions {
			partitions[path.Join(Partitions, path.Base(key), name)] = partition
		}
	}
	fieldIndexes, loads, partitionLoads, err := convertIndexes(meta)
	if err != nil {
		return nil, err
	}
	segmentIndexes, err := convertSegmentIndexes(meta)
	if err != nil {
		return nil, err
	}
	stages := []Stage{
		snapshots, collections, fields, partitions, convertAliases(meta.AliasSnapshots, path.Join(Snapshots, Aliases)),
		convertAliases(meta.Aliases, Aliases), fieldIndexes, segmentIndexes, loads, partitionLoads,
	}
	return append(stages, placeholders(stages)), nil
}

type collectionParts struct{ fields, partitions map[string]string }

func convertCollection(value string) (string, collectionParts, error) {
	parts := collectionParts{map[string]string{}, map[string]string{}}
	if value == Tombstone {
		return value, parts, nil
	}
	info, err := Parse([]byte(value))
	if err != nil {
		return "", parts, err
	}
	schema, err := Parse(info.Text(2))
	if err != nil {
		return "", parts, err
	}
	for _, raw := range schema.Texts(4) {
		field, err := Parse(raw)
		if err != nil {
			return "", parts, err
		}
		parts.fields[strconv.FormatInt(field.Int(1), 10)] = string(raw)
	}
	names, times := info.Texts(5), info.Ints(9)
	for i, id := range info.Ints(4) {
		partition := Message{N(1, id), N(4, info.Int(1))}
		if i < len(names) {
			partition = append(partition, T(2, names[i]))
		}
		if i < len(times) {
			partition = append(partition, N(3, times[i]))
		}
		parts.partitions[strconv.FormatInt(id, 10)] = string(partition.Bytes())
	}
	converted := info.Without(2, 4, 5, 6, 9)
	converted = append(converted, T(2, schema.Without(4).Bytes()))
	converted = converted.withProperty(FieldsProperty, strconv.Itoa(len(parts.fields)))
	return string(converted.Bytes()), parts, nil
}

// withProperty sets a property of a CollectionInfo (field 14).
func (m Message) withProperty(key, value string) Message {
	var left Message
	for _, part := range m {
		if pair, err := Parse(part.Text); part.Number == 14 && err == nil && string(pair.Text(1)) == key {
			continue
		}
		left = append(left, part)
	}
	return append(left, KV(14, key, value))
}

func convertAliases(aliases map[string]string, prefix string) Stage {
	stage := Stage{}
	for key, value := range aliases {
		name := path.Base(key)
		if value != Tombstone {
			info, _ := Parse([]byte(value))
			bare, _, _ := strings.Cut(name, "_ts")
			value = string(Message{T(1, bare), N(2, info.Int(1))}.Bytes())
		}
		stage[path.Join(prefix, name)] = value
	}
	return stage
}

// placeholders give a key to every 2.2 prefix that would have none, so that each can be seen and missed.
func placeholders(stages []Stage) Stage {
	stage := Stage{}
	for _, prefix := range Clean22 {
		found := slices.ContainsFunc(stages, func(stage Stage) bool {
			for key := range stage {
				if strings.HasPrefix(key, prefix+"/") {
					return true
				}
			}
			return false
		})
		if !found && prefix != Collection {
			stage[prefix+"/"+Placeholder] = "stand-in"
		}
	}
	return stage
}

// Placeholder is the last part of a placeholder's key.
const Placeholder = "testbed-stand-in"
