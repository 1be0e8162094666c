package metadata

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// Meta21 is what the tool loads of 2.1, by keys relative to the meta root path.
type Meta21 struct {
	Collections, Snapshots, Aliases, AliasSnapshots map[string]string
	Indexes, SegmentIndexes, Builds, Loads          map[string]string
}

// Loader reads all keys below a prefix, relative to the meta root path.
type Loader func(prefix string) (map[string]string, error)

// Load21 reads and parses what the conversion needs; what cannot be parsed is an error, and nothing was written yet.
func Load21(load Loader) (*Meta21, error) {
	meta := &Meta21{}
	for _, part := range []struct {
		into   *map[string]string
		prefix string
	}{
		{&meta.Snapshots, path.Join(Snapshots, Collection)},
		{&meta.Collections, Collection},
		{&meta.AliasSnapshots, path.Join(Snapshots, CollectionAlias)},
		{&meta.Aliases, CollectionAlias},
		{&meta.Indexes, Index},
		{&meta.SegmentIndexes, SegmentIndex21},
		{&meta.Builds, IndexBuild},
		{&meta.Loads, CollectionLoad},
	} {
		found, err := load(part.prefix)
		if err != nil {
			return nil, err
		}
		for key, value := range found {
			isAlias := strings.Contains(key, CollectionAlias)
			if isAlias && !strings.Contains(part.prefix, CollectionAlias) {
				delete(found, key) // "collection" is also the beginning of "collection-alias"
				continue
			}
			if err := check21(part.prefix, key, value, isAlias); err != nil {
				return nil, err
			}
		}
		*part.into = found
	}
	return meta, nil
}

func check21(prefix, key, value string, isAlias bool) error {
	name, _, timestamped := strings.Cut(path.Base(key), "_ts")
	if strings.HasPrefix(prefix, Snapshots) && !timestamped {
		return fmt.Errorf("no timestamp in %s", key)
	}
	if strings.HasSuffix(prefix, Collection) && !isAlias {
		if _, err := strconv.Atoi(name); err != nil {
			return err
		}
	}
	if value == Tombstone {
		return nil
	}
	_, err := Parse([]byte(value))
	return err
}
