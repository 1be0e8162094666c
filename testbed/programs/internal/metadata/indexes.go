package metadata

import (
	"fmt"
	"path"
	"strconv"
)

func convertIndexes(meta *Meta21) (fieldIndexes, loads, partitionLoads Stage, err error) {
	fieldIndexes, loads, partitionLoads = Stage{}, Stage{}, Stage{}
	indexed := map[string]bool{}
	for key, value := range meta.Collections {
		info, err := Parse([]byte(value))
		if value == Tombstone || err != nil {
			continue
		}
		for _, raw := range info.Texts(6) {
			pair, _ := Parse(raw)
			id := strconv.FormatInt(pair.Int(2), 10)
			old, ok := meta.Indexes[path.Join(Index, path.Base(key), id)]
			if !ok {
				return nil, nil, nil, fmt.Errorf("index not found, collection: %s, index: %s", path.Base(key), id)
			}
			index, err := Parse([]byte(old))
			if err != nil {
				return nil, nil, nil, err
			}
			name := string(index.Text(1))
			if name == "_default_idx" {
				name += "_" + strconv.FormatInt(pair.Int(1), 10)
			}
			record := Message{N(1, info.Int(1)), N(2, pair.Int(1)), T(3, name), N(4, pair.Int(2))}
			for _, parameter := range index.Texts(3) {
				record = append(record, T(6, parameter))
			}
			fieldIndexes[path.Join(FieldIndex, path.Base(key), id)] = string(Message{T(1, record.Bytes())}.Bytes())
			indexed[path.Base(key)] = true
		}
	}
	for key, value := range meta.Loads {
		load, _ := Parse([]byte(value))
		collection := path.Base(key)
		if load.Int(7) < 100 || !indexed[collection] {
			continue // only what is loaded to the end and has an index stays loaded
		}
		replicas := N(3, max(1, load.Int(9)))
		if load.Int(4) != loadPartition {
			loads[path.Join(CollectionLoadInfo, collection)] = string(Message{N(1, load.Int(1)), replicas, N(4, 2)}.Bytes())
			continue
		}
		for _, partition := range load.Ints(2) {
			name := strconv.FormatInt(partition, 10)
			partitionLoads[path.Join(PartitionLoadInfo, collection, name)] =
				string(Message{N(1, load.Int(1)), N(2, partition), replicas, N(4, 2)}.Bytes())
		}
	}
	return fieldIndexes, loads, partitionLoads, nil
}

// querypb.LoadType
const loadPartition = 1

func convertSegmentIndexes(meta *Meta21) (Stage, error) {
	stage := Stage{}
	for _, value := range meta.SegmentIndexes {
		old, err := Parse([]byte(value))
		if err != nil {
			return nil, err
		}
		build, ok := meta.Builds[path.Join(IndexBuild, strconv.FormatInt(old.Int(6), 10))]
		if !ok && (old.Int(6) != 0 || old.Int(7) != 0) {
			return nil, fmt.Errorf("index build meta not found, segment id: %d, index id: %d, index build id: %d",
				old.Int(3), old.Int(5), old.Int(6))
		}
		record := Message{N(1, old.Int(1)), N(2, old.Int(2)), N(3, old.Int(3)), N(5, old.Int(5)), N(6, old.Int(6)), N(9, 3)}
		built, _ := Parse([]byte(build))
		for _, file := range built.Texts(5) {
			record = append(record, T(11, path.Base(string(file))))
		}
		key := fmt.Sprintf("%s/%d/%d/%d/%d", SegmentIndex22, old.Int(1), old.Int(2), old.Int(3), old.Int(6))
		stage[key] = string(record.Bytes())
	}
	return stage, nil
}
