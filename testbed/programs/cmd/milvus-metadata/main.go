// milvus-metadata writes and reads Milvus metadata for tests.
//
//	milvus-metadata seed    -endpoints a:1,b:2 -root by-dev/meta [-collections 3] [-segments 2]   metadata of a 2.1, session/id too
//	milvus-metadata inspect -endpoints ... -root by-dev/meta     of which version the metadata is, and whether it is whole
//	milvus-metadata keys    -endpoints ... -root by-dev/meta     every key that begins with it: { key: { value (base64), leased } }
//	milvus-metadata hash    -endpoints ... -root by-dev/meta     sha256 over all keys without a lease, session/id aside
//	milvus-metadata file    <backup>                             header and entries of a backup: { header, entries: { key: base64 } }
//
// The answer is JSON on standard output.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	"testbed/programs/internal/backup"
	"testbed/programs/internal/metadata"
	"testbed/programs/internal/settings"
	"testbed/programs/internal/store"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("a command is missing: seed, inspect, keys, hash, file"))
	}
	if os.Args[1] == "file" {
		answer(readFile(os.Args[2]))
		return
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	endpoints := flags.String("endpoints", "127.0.0.1:2379", "")
	root := flags.String("root", "by-dev/meta", "")
	collections := flags.Int("collections", 3, "")
	segments := flags.Int("segments", 2, "")
	_ = flags.Parse(os.Args[2:])
	client, err := store.Open(settings.Settings{"etcd.endpoints": *endpoints})
	fail(err)
	command, known := map[string]func() (any, error){
		"seed":    func() (any, error) { return seed(client, *root, *collections, *segments) },
		"inspect": func() (any, error) { return inspect(client, *root) },
		"keys":    func() (any, error) { return keys(client, *root) },
		"hash":    func() (any, error) { return hash(client, *root) },
	}[os.Args[1]]
	if !known {
		fail(fmt.Errorf("no command %s", os.Args[1]))
	}
	answer(command())
}

func seed(client *clientv3.Client, root string, collections, segments int) (any, error) {
	made := metadata.Seed(collections, segments)
	made["session/id"] = "1"
	for key, value := range made {
		if _, err := client.Put(context.Background(), path.Join(root, key), value); err != nil {
			return nil, err
		}
	}
	return map[string]int{"keys": len(made)}, nil
}

func read(client *clientv3.Client, prefix string) (*clientv3.GetResponse, error) {
	return client.Get(context.Background(), prefix, clientv3.WithPrefix(), clientv3.WithSort(clientv3.SortByKey, clientv3.SortAscend))
}

func inspect(client *clientv3.Client, root string) (any, error) {
	found, err := read(client, root+"/")
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, kv := range found.Kvs {
		all[strings.TrimPrefix(string(kv.Key), root+"/")] = string(kv.Value)
	}
	return metadata.Inspect(all), nil
}

type entry struct {
	Value  []byte `json:"value"`
	Leased bool   `json:"leased"`
}

func keys(client *clientv3.Client, root string) (any, error) {
	found, err := read(client, root)
	if err != nil {
		return nil, err
	}
	all := map[string]entry{}
	for _, kv := range found.Kvs {
		all[string(kv.Key)] = entry{kv.Value, kv.Lease != 0}
	}
	return all, nil
}

func hash(client *clientv3.Client, root string) (any, error) {
	found, err := read(client, root)
	if err != nil {
		return nil, err
	}
	sum, count := sha256.New(), 0
	for _, kv := range found.Kvs {
		if kv.Lease != 0 || string(kv.Key) == path.Join(root, "session/id") {
			continue
		}
		count++
		for _, part := range [][]byte{kv.Key, kv.Value} {
			_ = binary.Write(sum, binary.BigEndian, uint64(len(part)))
			sum.Write(part)
		}
	}
	return map[string]any{"keys": count, "sha256": fmt.Sprintf("%x", sum.Sum(nil)), "revision": found.Header.Revision}, nil
}

func readFile(name string) (any, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	header, entries, err := backup.Decode(content)
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for key, value := range entries {
		all[key] = []byte(value)
	}
	return map[string]any{
		"header": map[string]any{
			"version": header.Version, "instance": header.Instance, "metaPath": header.MetaPath,
			"entries": header.Entries, "component": header.Component, "extra": string(header.Extra),
		},
		"entries": all,
	}, nil
}

func answer(value any, err error) {
	fail(err)
	fail(json.NewEncoder(os.Stdout).Encode(value))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
