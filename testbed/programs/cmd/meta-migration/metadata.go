package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/blang/semver/v4"
	clientv3 "go.etcd.io/etcd/client/v3"

	"testbed/programs/internal/backup"
	"testbed/programs/internal/metadata"
)

// writeBackup reads one key a request, all at one revision, from the meta root path on, as many as begin with it: without a slash at
// its end, so /meta2 is among them. Nothing reaches the file before everything was read.
func (r *runner) writeBackup() error {
	_, complete, err := r.backend(r.source)
	if err != nil {
		return err
	}
	if !complete {
		panic(notThere)
	}
	ctx := context.Background()
	count, err := r.client.Get(ctx, r.metaRoot, clientv3.WithPrefix(), clientv3.WithCountOnly())
	if err != nil {
		return err
	}
	entries := map[string]string{}
	from := r.metaRoot
	for range count.Count {
		found, err := r.client.Get(ctx, from, clientv3.WithFromKey(), clientv3.WithRev(count.Header.Revision), clientv3.WithLimit(1))
		if err != nil {
			return err
		}
		for _, kv := range found.Kvs {
			from = string(append(kv.Key, 0))
			if kv.Lease != 0 {
				warning(fmt.Sprintf("lease key won't be backuped: %s, lease id: %d", kv.Key, kv.Lease))
				continue
			}
			entries[string(kv.Key)] = string(kv.Value)
		}
		if err := r.control.At("read"); err != nil {
			return err
		}
	}
	header := backup.Header{Instance: r.metaRoot, Extra: backup.WithRootPath}
	if parts := strings.Split(r.metaRoot, "/"); len(parts) > 1 {
		header.MetaPath = parts[len(parts)-1]
		header.Instance = path.Join(parts[:len(parts)-1]...)
	}
	if err := r.control.At("before-file"); err != nil {
		return err
	}
	limit := -1
	if rule := r.control.Rule("file"); rule != nil && rule.Do == "truncate" {
		limit = rule.Entries
	}
	warning("backup to: " + r.backupFile)
	if err := os.WriteFile(r.backupFile, backup.Encode(header, entries, limit), 0o600); err != nil {
		return err
	}
	if err := r.control.At("after-file"); err != nil {
		return err
	}
	r.backupFinished.Store(true)
	return nil
}

func (r *runner) clean(prefixes []string) error {
	for _, prefix := range prefixes {
		if _, err := r.client.Delete(context.Background(), path.Join(r.metaRoot, prefix), clientv3.WithPrefix()); err != nil {
			return err
		}
		fmt.Printf("prefix %s will be removed!\n", prefix)
		if err := r.control.At("cleaned"); err != nil {
			return err
		}
	}
	return nil
}

// migrate deletes before it converts.
func (r *runner) migrate() error {
	source, target, err := r.bothVersions()
	if err != nil {
		return err
	}
	if !is21(source) || !is22(target) {
		return fmt.Errorf("migration from source version to target version is forbidden, source: %s, target: %s", r.source, r.target)
	}
	clean, _, err := r.backend(r.source)
	if err != nil {
		return err
	}
	loaded, err := metadata.Load21(r.load)
	if err != nil {
		return err
	}
	if err := r.control.At("loaded"); err != nil {
		return err
	}
	if err := r.clean(clean); err != nil {
		return err
	}
	stages, err := metadata.Convert(loaded)
	if err != nil {
		return err
	}
	if err := r.control.At("converted"); err != nil {
		return err
	}
	for _, stage := range stages {
		for key, value := range stage {
			if err := r.put(path.Join(r.metaRoot, key), value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *runner) bothVersions() (source, target semver.Version, err error) {
	if source, err = semver.Parse(r.source); err == nil {
		target, err = semver.Parse(r.target)
	}
	return source, target, err
}

func (r *runner) load(prefix string) (map[string]string, error) {
	found, err := r.client.Get(context.Background(), path.Join(r.metaRoot, prefix), clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	keys := map[string]string{}
	for _, kv := range found.Kvs {
		keys[strings.TrimPrefix(string(kv.Key), r.metaRoot+"/")] = string(kv.Value)
	}
	return keys, nil
}

func (r *runner) put(key, value string) error {
	if _, err := r.client.Put(context.Background(), key, value); err != nil {
		return err
	}
	return r.control.At("saved")
}

// restore cleans by the configuration's root path, then reads the file, then writes the file's keys: full ones as they are.
func (r *runner) restore() error {
	clean, complete, err := r.backend(r.source)
	if err != nil {
		return err
	}
	cleanTarget, _, err := r.backend(r.target)
	if err != nil {
		return err
	}
	if err := r.clean(clean); err != nil {
		return err
	}
	if err := r.clean(cleanTarget); err != nil {
		return err
	}
	if !complete {
		panic(notThere)
	}
	file, err := os.ReadFile(r.backupFile)
	if err != nil {
		return err
	}
	header, entries, err := backup.Decode(file)
	if err != nil {
		return err
	}
	for key, value := range entries {
		if !header.FullKeys() {
			key = path.Join(header.Instance, header.MetaPath, key)
		}
		if err := r.put(key, value); err != nil {
			return err
		}
	}
	return nil
}
