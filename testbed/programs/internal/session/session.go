// Package session writes and reads the session keys by which the parts of Milvus find each other in etcd.
package session

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Roles are the eight whose sessions the migration tool looks at.
var Roles = []string{
	"rootcoord", "indexcoord", "indexnode", "datacoord", "datanode", "querycoord", "querynode", "proxy",
}

// Record is the value of a session key. Milvus before 2.2 writes no Version at all.
type Record struct {
	ServerID    int64  `json:"ServerID,omitempty"`
	ServerName  string `json:"ServerName,omitempty"`
	Address     string `json:"Address,omitempty"`
	Exclusive   bool   `json:"Exclusive,omitempty"`
	TriggerKill bool
	Version     *string `json:"Version,omitempty"`
}

func (r Record) String() string {
	version := ""
	if r.Version != nil {
		version = *r.Version
	}
	return fmt.Sprintf("Session:<ServerID: %d, ServerName: %s, Version: %s>", r.ServerID, r.ServerName, version)
}

// Registry is the session directory of one meta root path.
type Registry struct {
	Client   *clientv3.Client
	MetaRoot string
}

// Key of a role's session, or of "id".
func (r Registry) Key(name string) string { return path.Join(r.MetaRoot, "session", name) }

// NextID raises the counter session/id and returns what it was.
func (r Registry) NextID(ctx context.Context) (int64, error) {
	key := r.Key("id")
	_, err := r.Client.Txn(ctx).If(clientv3.Compare(clientv3.Version(key), "=", 0)).Then(clientv3.OpPut(key, "1")).Commit()
	if err != nil {
		return -1, err
	}
	for {
		found, err := r.Client.Get(ctx, key)
		if err != nil {
			return -1, err
		}
		if len(found.Kvs) == 0 {
			continue // deleted in between
		}
		text := string(found.Kvs[0].Value)
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return -1, err
		}
		done, err := r.Client.Txn(ctx).If(clientv3.Compare(clientv3.Value(key), "=", text)).
			Then(clientv3.OpPut(key, strconv.FormatInt(id+1, 10))).Commit()
		if err != nil {
			return -1, err
		}
		if done.Succeeded {
			return id, nil
		}
	}
}

// List reads the sessions whose key begins with the prefix (as etcd understands it: "querynode" finds querynode-3), and the revision.
func (r Registry) List(ctx context.Context, prefix string) (map[string]Record, int64, error) {
	found, err := r.Client.Get(ctx, r.Key(prefix), clientv3.WithPrefix(), clientv3.WithSort(clientv3.SortByKey, clientv3.SortAscend))
	if err != nil {
		return nil, 0, err
	}
	records := map[string]Record{}
	for _, kv := range found.Kvs {
		var record Record
		if err := json.Unmarshal(kv.Value, &record); err != nil {
			return nil, 0, err
		}
		records[path.Base(string(kv.Key))] = record
	}
	return records, found.Header.Revision, nil
}

// Event is a session that came ("SessionAddEvent") or went ("SessionDelEvent").
type Event struct {
	Type    string
	Session Record
}

// Watch reports every put and delete under the prefix from that revision on. Values that are no sessions are passed over.
func (r Registry) Watch(ctx context.Context, prefix string, revision int64) <-chan Event {
	events := make(chan Event, 100)
	changes := r.Client.Watch(ctx, r.Key(prefix), clientv3.WithPrefix(), clientv3.WithPrevKV(), clientv3.WithRev(revision))
	go func() {
		for response := range changes {
			for _, change := range response.Events {
				event, kv := Event{Type: "SessionAddEvent"}, change.Kv
				if change.Type == clientv3.EventTypeDelete {
					event.Type, kv = "SessionDelEvent", change.PrevKv
				}
				if kv != nil && json.Unmarshal(kv.Value, &event.Session) == nil {
					events <- event
				}
			}
		}
	}()
	return events
}

// Registered is a session key with a lease that is kept alive until Revoke, or until the process dies. Lost is closed when it can no
// longer be kept alive.
type Registered struct {
	Lost chan struct{}

	client *clientv3.Client
	lease  clientv3.LeaseID
	cancel context.CancelFunc
}

// Register writes the session key once: "key already there" is an error that begins with "function CompareAndSwap error".
func (r Registry) Register(ctx context.Context, name string, record Record, ttl int64) (*Registered, error) {
	value, err := json.Marshal(record)
	if err != nil {
		return nil, err
	}
	lease, err := r.Client.Grant(ctx, ttl)
	if err != nil {
		return nil, err
	}
	key := r.Key(name)
	done, err := r.Client.Txn(ctx).If(clientv3.Compare(clientv3.Version(key), "=", 0)).
		Then(clientv3.OpPut(key, string(value), clientv3.WithLease(lease.ID))).Commit()
	if err != nil {
		return nil, err
	}
	if !done.Succeeded {
		_, _ = r.Client.Revoke(ctx, lease.ID)
		return nil, fmt.Errorf("function CompareAndSwap error for compare is false for key: %s", name)
	}
	alive, cancel := context.WithCancel(context.Background())
	answers, err := r.Client.KeepAlive(alive, lease.ID)
	if err != nil {
		cancel()
		return nil, err
	}
	registered := &Registered{Lost: make(chan struct{}), client: r.Client, lease: lease.ID, cancel: cancel}
	go func() {
		for range answers { // they have to be taken, nothing more
		}
		close(registered.Lost)
	}()
	return registered, nil
}

// Revoke takes the session away at once.
func (r *Registered) Revoke(within time.Duration) error {
	r.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	_, err := r.client.Revoke(ctx, r.lease)
	return err
}
