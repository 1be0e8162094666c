package metadata

import (
	"fmt"
)

// Seed makes the metadata of a Milvus 2.1 that has these collections, each with an index, that many segments, and loaded; the first one
// has an alias, and there is one dropped collection. Keys and values have the form of a real 2.1.0 with as many; ids, times and names are
// made up.
func Seed(collections, segments int) map[string]string {
	keys := map[string]string{
		DDMsgSend: "true",
		Snapshots + "/" + DDMsgSend + "_ts434000000000000001": "false",
		DDOperation: `{"body":"","type":"CreateCollection"}`,
		Snapshots + "/" + DDOperation + "_ts434000000000000001": `{"body":"","type":"CreateCollection"}`,
		"root-coord/credential/users/root":                      `{"encrypted_password":"$2a$04$notapassword"}`,
		"queryCoord-queryNodeInfo/1":                            `{}`,
	}
	for c := range collections {
		seedCollection(keys, int64(434_000_000_000_000_000+1000*(c+1)), c, segments)
	}
	dropped := int64(434_000_000_000_900_000)
	at(keys, Collection, dropped, Tombstone)
	snapshot(keys, Collection, dropped, dropped+2, string(collection(dropped, "dropped").Bytes()))
	snapshot(keys, Collection, dropped, dropped+9, Tombstone)
	return keys
}

func at(keys map[string]string, prefix string, id int64, value string) {
	keys[fmt.Sprintf("%s/%d", prefix, id)] = value
}

func snapshot(keys map[string]string, prefix string, id, ts int64, value string) {
	keys[fmt.Sprintf("%s/%s/%d_ts%d", Snapshots, prefix, id, ts)] = value
}

func schema(name string) Message {
	field := func(id int64, name string, kind int64, more ...Part) Part {
		return T(4, append(Message{N(1, id), T(2, name), N(5, kind)}, more...).Bytes())
	}
	return Message{
		T(1, name), field(100, "id", 5, N(3, 1)), field(101, "vector", 101, KV(6, "dim", "16")), field(0, "RowID", 5), field(1, "Timestamp", 5),
	}
}

// collection is a CollectionInfo whose partition is id+1, whose channel is named after it.
func collection(id int64, name string) Message {
	return Message{
		N(1, id), T(2, schema(name).Bytes()), N(3, id+2), P(4, id+1), T(5, "_default"),
		T(7, fmt.Sprintf("by-dev-rootcoord-dml_0_%dv0", id)), T(8, "by-dev-rootcoord-dml_0"), P(9, id+2), N(10, 1), N(12, 2),
	}
}

func seedCollection(keys map[string]string, id int64, number, segments int) {
	name := fmt.Sprintf("collection_%d", number)
	partition, index := id+1, id+5
	info := collection(id, name)
	snapshot(keys, Collection, id, id+2, string(info.Bytes()))
	at(keys, Collection, id, string(append(info, T(6, Message{N(1, 101), N(2, index)}.Bytes())).Bytes()))
	if number == 0 {
		alias := string(Message{N(1, id), T(2, Message{T(1, name+"_alias")}.Bytes())}.Bytes())
		keys[CollectionAlias+"/"+name+"_alias"] = alias
		keys[fmt.Sprintf("%s/%s/%s_alias_ts%d", Snapshots, CollectionAlias, name, id+6)] = alias
	}
	keys[fmt.Sprintf("%s/%d/%d", Index, id, index)] = string(Message{
		T(1, "_default_idx"), N(2, index), KV(3, "index_type", "IVF_FLAT"), KV(3, "metric_type", "L2"), KV(3, "params", `{"nlist": 16}`), N(5, id+5),
	}.Bytes())
	keys[fmt.Sprintf("%s/%d", CollectionLoad, id)] = string(Message{
		N(1, id), P(2, partition), N(4, 2), T(5, schema(name).Bytes()), N(7, 100), P(8, id+7), N(9, 1),
	}.Bytes())
	channel := fmt.Sprintf("by-dev-rootcoord-dml_0_%dv0", id)
	keys[fmt.Sprintf("channelwatch/7/%s", channel)] = string(Message{T(1, Message{N(1, id), T(2, channel)}.Bytes())}.Bytes())
	keys[fmt.Sprintf("queryCoord-ReplicaMeta/%d", id+7)] = string(Message{N(1, id+7), N(2, id)}.Bytes())
	for s := range segments {
		segment, build := id+int64(100+s), id+int64(500+s)
		keys[fmt.Sprintf("%s/%d/%d/%d", Segments, id, partition, segment)] = string(Message{
			N(1, segment), N(2, id), N(3, partition), T(4, channel), N(5, 500), N(6, 4),
		}.Bytes())
		keys[fmt.Sprintf("%s/%d/%d/%d/%d", SegmentIndex21, id, index, partition, segment)] = string(Message{
			N(1, id), N(2, partition), N(3, segment), N(4, 101), N(5, index), N(6, build), N(7, 1), N(8, id+8),
		}.Bytes())
		at(keys, IndexBuild, build, string(Message{
			N(1, build), N(2, 3), T(5, fmt.Sprintf("files/index_files/%d/1/%d/%d/IVF", build, partition, segment)), N(8, 1),
		}.Bytes()))
	}
}
