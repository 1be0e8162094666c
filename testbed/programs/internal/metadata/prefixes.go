// Package metadata knows how Milvus 2.1 and 2.2 lay out their metadata in etcd, below rootPath/metaSubPath. Sources:
// milvus-io/milvus, internal/metastore/kv/rootcoord/rootcoord_constant.go, cmd/tools/migration/legacy/constant.go,
// cmd/tools/migration/backend/etcd210.go and etcd220.go, internal/util/constant.go, internal/metastore/kv/querycoord.
package metadata

const (
	Collection = "root-coord/collection"
	Snapshots  = "snapshots"
	// Until 2.1.
	CollectionAlias = "root-coord/collection-alias"
	Index           = "root-coord/index"
	SegmentIndex21  = "root-coord/segment-index"
	IndexBuild      = "indexes"
	DDOperation     = "root-coord/dd-operation"
	DDMsgSend       = "root-coord/dd-msg-send"
	CollectionLoad  = "queryCoord-collectionMeta"
	// From 2.2 on.
	Partitions         = "root-coord/partitions"
	Aliases            = "root-coord/aliases"
	Fields             = "root-coord/fields"
	FieldIndex         = "field-index"
	SegmentIndex22     = "segment-index"
	CollectionLoadInfo = "querycoord-collection-loadinfo"
	PartitionLoadInfo  = "querycoord-partition-loadinfo"
)

// Clean21 are the prefixes that the tool removes as those of 2.1, in its order.
var Clean21 = []string{
	Collection,
	Snapshots + "/" + Collection,
	CollectionAlias,
	Snapshots + "/" + CollectionAlias,
	SegmentIndex21,
	Index,
	IndexBuild,
	DDMsgSend,
	Snapshots + "/" + DDMsgSend,
	DDOperation,
	Snapshots + "/" + DDOperation,
}

// Clean22 are the prefixes that the tool removes as those of 2.2, in its order. Load information is among them since the tool of
// January 2023.
var Clean22 = []string{
	Collection,
	Partitions,
	Fields,
	Aliases,
	Snapshots,
	FieldIndex,
	SegmentIndex22,
	CollectionLoadInfo,
	PartitionLoadInfo,
}

// Only21 and Only22 tell the two layouts apart.
var (
	Only21 = []string{CollectionAlias, Index + "/", SegmentIndex21 + "/", IndexBuild + "/", DDMsgSend, DDOperation}
	Only22 = []string{Partitions + "/", Fields + "/", Aliases + "/", FieldIndex + "/", SegmentIndex22 + "/", CollectionLoadInfo + "/"}
)

// Tombstone is the value of a key in a snapshot that says: deleted.
const Tombstone = "\xe2\x9b\xbc"
